/** Going back: the jobs that lay the past over the present, and the undoing of a trial. */
import { defaultLimits } from '../model/defaults.ts'
import type { GuardLimits } from '../model/desired.ts'
import type { Ledger, Wanted } from '../plan/types.ts'
import {
  type Cause,
  entriesAfter,
  type History,
  type HistoryEntry,
  isApply,
  noting,
} from '../state/history.ts'
import type { Holds } from '../state/hold.ts'
import type { Journal } from '../state/journal.ts'
import type { Trial, Trials } from '../state/trial.ts'
import { type Live, observe } from './live.ts'
import { type ApplyOptions, type Job, preview, type Round, reconcile } from './reconcile.ts'
import { imageOf, rewound } from './undo.ts'

/** A live system with what is remembered of it. */
export interface Past extends Live {
  readonly journal: Journal
  readonly history: History
  readonly trials: Trials
  readonly holds: Holds
}

/** What the operator agrees to in a rollback. */
export type Consent = Pick<Job, 'adopt' | 'force' | 'consent'>

/** How many applies to keep is for the configuration to say, which going back does not read. */
const keep = Number.POSITIVE_INFINITY

/** The job that goes back behind these entries, which are the newest, without a gap. */
export async function rollbackJob(
  past: Live & Pick<Past, 'journal'>,
  entries: readonly HistoryEntry[],
  consent: Consent = {},
): Promise<Job> {
  const job = await jobBack(past, entries, consent)
  return withLimits(job, entries[0]?.limits, past, past.journal.read())
}

async function jobBack(
  past: Live & Pick<Past, 'journal'>,
  entries: readonly HistoryEntry[],
  consent: Consent,
): Promise<Job> {
  const wanted = await whatWas(past, entries.filter(isApply))
  return { wanted, limits: defaultLimits, conflict: 'refuse', ...consent }
}

/** What is ours now, with the images of these entries laid over it, newest first. */
export async function whatWas(
  past: Live & Pick<Past, 'journal'>,
  entries: readonly HistoryEntry[] = [],
): Promise<Wanted> {
  const ledger = past.journal.read()
  const seen = await observe(past, { formerGobgpds: ledger.gobgpds })
  const unanswered = past.unanswered?.()
  return rewound(past.asMeant?.(seen) ?? seen, ledger, entries, {
    ...(past.silent && { silent: past.silent }),
    ...(unanswered && { unanswered }),
  })
}

/**
 * Rolling back reads no configuration, so that a broken one is no obstacle: the last apply says what
 * `[guard]` was then. Where that is stricter than the default, it holds. Which of a share and a count
 * is stricter depends on what there is to remove: it is the one that refuses.
 */
async function withLimits(
  job: Job,
  stored: GuardLimits | undefined,
  live: Live,
  ledger: Ledger,
): Promise<Job> {
  if (stored === undefined) return job
  const strict: Job = { ...job, limits: stored }
  const { verdict } = await preview(strict, live, ledger)
  return verdict.refusal === undefined ? job : strict
}

/**
 * The job that undoes a trial, and the entries that it goes back behind: none if the trial changed
 * nothing.
 *
 * No guard stands in its way. What the undo removes is what the trial put there, and to that the
 * operator agreed when the trial began; nobody may be left who could agree now.
 *
 * @throws SlbError `io` if the history of the trial is damaged.
 */
export async function undoJob(
  past: Live & Pick<Past, 'journal' | 'history'>,
  trial: Pick<Trial, 'after'>,
): Promise<{ readonly job: Job; readonly entries: readonly HistoryEntry[] }> {
  const entries = entriesAfter(past.history, trial.after)
  const job = await jobBack(past, entries, { consent: Number.POSITIVE_INFINITY })
  return { job, entries }
}

export interface UndoOptions extends Pick<ApplyOptions, 'wait' | 'signal'> {
  /** What makes the round, for one who has to know what it saw; absent = `reconcile` itself. */
  readonly reconcile?: typeof reconcile
  /** Of the files as they stand now, if they may have changed since the trial began. */
  readonly fingerprint?: string
}

/**
 * How undoing a trial ended: it was committed before we could begin, it had changed nothing, or it is
 * undone as the round says.
 */
export type Undone =
  | { readonly outcome: 'committed' | 'nothing' }
  | { readonly outcome: 'undone'; readonly job: Job; readonly round: Round }

/**
 * Undoes a trial: goes back, holds that state, and forgets the trial. The caller holds the writer's lock.
 *
 * Killed anywhere, it can be done again by anybody: what it laid back already is laid back again.
 *
 * @throws SlbError if the history of the trial is damaged (it can be committed still), the live system
 * cannot be read, or the records cannot be written.
 */
export async function undoTrial(past: Past, trial: Trial, options: UndoOptions): Promise<Undone> {
  const { reconcile: makeRound = reconcile, fingerprint = trial.fingerprint, ...waiting } = options
  const { job, entries } = await undoJob(past, trial)
  if (!past.trials.claim()) return { outcome: 'committed' }
  const [newest] = entries
  if (newest === undefined) {
    past.trials.end()
    return { outcome: 'nothing' }
  }
  const { user } = trial
  // Held first: if we are killed on the way, nobody must take it for a half-done apply and finish that.
  const at = past.clock.wall().toISOString()
  const image = imageOf(job.wanted, past.journal.read())
  past.holds.set({ why: 'undo', at, user, fingerprint }, image)
  const cause: Cause = { kind: 'operator', command: 'undo', user, files: [] }
  const notes = { limits: job.limits, ...(newest.node === undefined ? {} : { node: newest.node }) }
  const history = noting(past.history, notes)
  const { journal } = past
  const round = await makeRound(job, past, { ...waiting, journal, history, cause, keep })
  if (options.signal?.aborted !== true) past.trials.end()
  return { outcome: 'undone', job, round }
}
