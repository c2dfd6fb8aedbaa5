/** Applies on trial and held states on the command line: settling them, and telling of them. */
import { undoJob, undoTrial } from '../engine/rollback.ts'
import { imageOf } from '../engine/undo.ts'
import type { Host } from '../host.ts'
import { SlbError } from '../model/error.ts'
import { newestOf } from '../state/history.ts'
import { type Hold, textsFingerprint } from '../state/hold.ts'
import { isOverdue, type Trial } from '../state/trial.ts'
import type { Provisional } from '../status/document.ts'
import { reportFailures } from './apply-job.ts'
import type { Context, Io } from './context.ts'
import { moment } from './moment.ts'
import { faultLines, reportError } from './report.ts'

/** What a command that writes has found when it came. */
export interface Settled {
  /** A trial that runs. */
  readonly running?: Trial
  /** One that was overdue and is undone now. */
  readonly undone?: Trial
  /** One that is overdue and could not be undone. */
  readonly stuck?: Trial
}

/**
 * Undoes a trial that is overdue, and says so. Every command that writes does this first, under the
 * writer's lock: its guardian and the daemon may be gone.
 *
 * @param wait how long to wait for what the undo drains, in milliseconds; 0 for a command that will
 * apply something itself, and end or revoke those drains.
 */
export async function settleTrial(
  { io, options }: Context,
  host: Host,
  wait: number,
): Promise<Settled> {
  const trial = host.trials.read()
  if (trial === undefined) return {}
  if (!isOverdue(trial, host.clock.monotonic())) return { running: trial }
  try {
    const undone = await undoTrial(host, trial, {
      wait: io.daemon === undefined ? wait : 0,
      ...(io.daemon && { reconcile: io.daemon.reconcile }),
    })
    if (undone.outcome !== 'undone') return {}
    await io.err.lines(
      faultLines('undone:', `${named(trial)} was not committed in time`, undefined, io.err.paint),
    )
    await reportFailures(io, undone.round.failures, options.verbose === true)
    return { undone: trial }
  } catch (error) {
    if (!(error instanceof SlbError)) throw error
    await reportError(io, error)
    return { stuck: trial }
  }
}

/** `the apply of 2027-01-15 08:16:40Z by ada`. */
export function named({ at, user }: Pick<Trial, 'at' | 'user'>): string {
  return `the apply of ${moment(at)} by ${user}`
}

/** Puts what is about to be applied on trial, guarded by a process of its own. */
export async function beginTrial(
  { io, options }: Context,
  host: Host,
  { running, after, lasts, sources }: NewTrialOptions,
): Promise<void> {
  const back = running?.after ?? after ?? newestOf(host.history)
  const { job } = await undoJob(host, { after: back })
  const guardian = await io.startGuardian(options)
  try {
    host.trials.begin(
      {
        deadline: host.clock.monotonic() + lasts,
        lasts,
        after: back,
        at: host.clock.wall().toISOString(),
        user: await io.operator(),
        files: sources.map(({ file }) => file),
        fingerprint: textsFingerprint(sources),
      },
      imageOf(job.wanted, host.journal.read()),
    )
  } finally {
    guardian.release()
  }
}

export interface NewTrialOptions {
  /** The trial that the new one goes on with: both are undone together. */
  readonly running: Trial | undefined
  /** The history entry to go back behind, if that is not the newest. */
  readonly after?: number
  /** Milliseconds. */
  readonly lasts: number
  readonly sources: readonly { readonly file: string; readonly text: Uint8Array }[]
}

/** Says on standard error what is on trial or held. `fingerprint`: of the files, if they could be read. */
export async function tellStanding(io: Io, host: Host, fingerprint?: string): Promise<void> {
  await tellTrial(io, host)
  await tellLeft(io, host, fingerprint)
  const hold = host.holds.read()
  if (hold !== undefined && (fingerprint ?? hold.fingerprint) === hold.fingerprint)
    await io.err.lines(faultLines('held:', holdText(hold), holdHint, io.err.paint, 'warning'))
}

/** A reboot took the trial's changes along. It did not make its files any better. */
async function tellLeft(io: Io, { trials }: Host, fingerprint?: string): Promise<void> {
  const left = trials.left()
  if (left === undefined || (fingerprint ?? left.fingerprint) !== left.fingerprint) return
  const what = `these files were never confirmed: a reboot ended the trial of ${named(left)}`
  await io.err.lines(faultLines('warning:', what, leftHint, io.err.paint, 'warning'))
}

const leftHint = 'slb apply --confirm tries them again'

/** Says on standard error what is on trial, and until when. */
export async function tellTrial(io: Io, { trials, clock }: Host): Promise<void> {
  const trial = trials.read()
  if (trial === undefined) return
  const now = clock.monotonic()
  const [word, what, hint] = isOverdue(trial, now)
    ? ['overdue:', `${named(trial)} was not committed in time, and is not undone yet`, overdueHint]
    : ['on trial:', `${named(trial)} is undone in ${timeLeft(trial, now)}`, trialHint]
  await io.err.lines(faultLines(word, what, hint, io.err.paint, 'warning'))
}

const overdueHint = 'slb rollback undoes it now; so does the next command that changes something'

/** What can be done about a trial that runs. */
export const trialHint = 'slb commit keeps it, slb rollback undoes it now'

const holdHint = 'slb resume, or a change of the files, ends that'

function holdText({ why, at, user }: Hold): string {
  const what = why === 'undo' ? 'an apply that was not committed was undone' : `${user} rolled back`
  return `at ${moment(at)} ${what}: the files are not applied by themselves`
}

/** `41s`: whole seconds, rounded up. */
export function timeLeft({ deadline }: Trial, now: number): string {
  return `${Math.ceil(Math.max(0, deadline - now) / 1000)}s`
}

/** What JSON says of what is on trial or held. */
export function standingDocument({ trials, holds, clock }: Host): Provisional {
  const trial = trials.read()
  const hold = holds.read()
  const wall = clock.wall().getTime()
  return {
    trial:
      trial === undefined
        ? null
        : {
            at: trial.at,
            user: trial.user,
            files: trial.files,
            deadline: new Date(wall + trial.deadline - clock.monotonic()).toISOString(),
            overdue: isOverdue(trial, clock.monotonic()),
          },
    held: hold === undefined ? null : { why: hold.why, at: hold.at, user: hold.user },
  }
}
