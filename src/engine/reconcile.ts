/**
 * One round: observe, plan, guard, apply, and plan again until nothing is left to do.
 *
 * There is no second check: the apply is verified by the plan that comes after it.
 */
import { type Change, changeKey, type Failure } from '../model/change.ts'
import { defaultSettle } from '../model/defaults.ts'
import type { Conflict, GuardLimits } from '../model/desired.ts'
import type { State } from '../model/state.ts'
import type { PlanInput } from '../plan/draft.ts'
import { guard, type Verdict } from '../plan/guard.ts'
import { stage, stageOf } from '../plan/order.ts'
import { plan } from '../plan/plan.ts'
import { summarise } from '../plan/summary.ts'
import type { Ledger, Plan, Wanted } from '../plan/types.ts'
import type { Cause, History, HistoryEntry } from '../state/history.ts'
import type { Journal } from '../state/journal.ts'
import { Attempts } from './attempts.ts'
import { type Drained, servicesOf, stillDrained, waitForDrains } from './drains.ts'
import { confirmed, intended, made, withdrawn } from './ledger.ts'
import { type Live, observeAgain } from './live.ts'
import { applyStages } from './stages.ts'
import { scopeOf, survey } from './survey.ts'
import { amended, imageBefore } from './undo.ts'

export interface Job {
  readonly wanted: Wanted
  readonly limits: GuardLimits
  readonly conflict: Conflict
  /** Row keys to take over (`--adopt`, `--force`). */
  readonly adopt?: ReadonlySet<string> | 'all'
  readonly force?: ReadonlySet<string>
  /** How many removals the operator allowed. */
  readonly consent?: number
}

export interface ApplyOptions {
  /** What an earlier round saw last, so that only what differs is read again. */
  readonly memory?: State
  /** Keys of changes that are not to be made now. */
  readonly skip?: ReadonlySet<string>
  /** The entry of the apply whose drains are to be ended: that is no apply of its own. */
  readonly continues?: HistoryEntry
  /** The newest entry: the same holds for it where nothing is left to do but what waits for drains. */
  readonly newest?: HistoryEntry
  /** Only drains are ended: what differs before any of them has ended is not for this round. */
  readonly drainsOnly?: boolean
  /** Since when draining destinations have had no connection, kept from round to round. */
  readonly quietSince?: Map<string, number>
  readonly journal: Journal
  readonly history: History
  readonly cause: Cause
  /** How many history entries are kept. */
  readonly keep: number
  /** How long to wait for drains at most, in milliseconds; 0 = leave them to the next apply. */
  readonly wait: number
  readonly signal?: AbortSignal
  readonly progress?: (event: Progress) => void
  /** Told what will be done before anything is; what it throws ends the round with nothing changed. */
  readonly planned?: (preview: Preview) => Promise<void>
}

export type Progress =
  | { readonly phase: 'apply'; readonly done: number; readonly total: number }
  | { readonly phase: 'drain'; readonly left: number; readonly deadline: number }

/** What would be done now, and whether the guard lets it pass. */
export interface Preview {
  readonly plan: Plan
  readonly verdict: Verdict
  readonly seen: State
}

export interface Round extends Preview {
  readonly failures: readonly Failure[]
  /** Draining destinations that were removed, with the connections that they still had. */
  readonly drained: readonly Drained[]
  /** The plan that is left: empty but for what is pending, refused or failed. */
  readonly left: Plan
  /** The live system as it was seen last. */
  readonly after: State
  /** The history entry, if anything was changed. */
  readonly entry?: HistoryEntry
}

/** Observes and plans, and changes nothing. */
export async function preview(
  job: Job,
  live: Live,
  ledger: Ledger,
  memory?: State,
): Promise<Preview> {
  return (await survey(job, live, ledger, memory)).preview
}

/**
 * Makes the live system what is wanted, as far as it lets itself be made so.
 *
 * The journal is written before the kernel is touched and after. A key that fails does not stop the
 * others. What the guard refuses is returned as a verdict, with nothing changed.
 *
 * @throws SlbError if the live system cannot be read or the journal cannot be written.
 */
export async function reconcile(job: Job, live: Live, options: ApplyOptions): Promise<Round> {
  let ledger = options.journal.read()
  const { preview: first, input } = await survey(job, live, ledger, options.memory)
  await options.planned?.(first)
  const round = { ...first, failures: [], drained: [], left: first.plan, after: first.seen }
  if (first.verdict.refusal !== undefined) return round

  const attempts = new Attempts()
  let drained: readonly Drained[] = []
  const until = live.clock.monotonic() + options.wait
  const quietSince = options.quietSince ?? new Map<string, number>()
  const scope = scopeOf(job.wanted, ledger)
  let { seen, plan: left, verdict } = first
  let entry = options.continues
  const ending = endingOf(first.plan, options)
  // A verdict is no apply to go back behind: while it is written down nobody shall wait for its effect.
  const late = options.cause.kind === 'check'
  let changed = false
  const skip = options.drainsOnly === true ? openKeys(first.plan, options.skip) : options.skip
  let basis: PlanInput = input
  while (options.signal?.aborted !== true) {
    const able = withoutSkipped(left, basis, options.skip)
    const open = attempts.open(able.changes, waitingKeys([left, able], skip))
    // The first plan has passed the guard; a later one that removes more only builds up.
    const todo = verdict.refusal === undefined ? open : open.filter(change => !takesAway(change))
    if (todo.some(isWork)) {
      const earlier = ledger
      ledger = intended(ledger, todo, job.wanted, left.drains, live.clock.monotonic())
      options.journal.write(ledger)
      if (!late) entry ??= ending ?? record(left, seen, ledger, job.wanted, live, options)
      changed = true
      const pass = await applyStages(todo, live, seen, {
        progress: done => options.progress?.({ phase: 'apply', done, total: todo.length }),
        settle: job.wanted.withdrawal?.settle ?? defaultSettle,
      })
      ledger = made(withdrawn(ledger, earlier, todo, pass), pass.tried, pass.failures)
      await attempts.record(pass.tried, pass.failures, live.clock)
      drained = stillDrained(drained, pass.tried)
      const kinds = options.memory && { kinds: new Set(todo.map(change => change.kind)) }
      seen = await observeAgain(live, seen, { services: pass.touched, ...kinds }, scope)
      if (entry !== undefined) entry = amended(entry, pass.failures, seen)
    } else {
      const done = await drain(left, seen, live, until, quietSince, options)
      if (done.length === 0) break
      drained = [...drained, ...done]
      seen = await observeAgain(live, seen, { services: servicesOf(done, seen) }, scope)
    }
    const gone = new Set(drained.map(one => one.key))
    const unanswered = live.unanswered?.() ?? new Map()
    basis = { ...input, seen, ledger, failed: attempts.failed, drained: gone, unanswered }
    left = plan(basis)
    verdict = guard(left, seen, ledger, job.limits, job.consent)
  }
  const unanswered = live.unanswered?.()
  options.journal.write(confirmed(ledger, seen, job.wanted, left, attempts.failed, unanswered))
  if (late && changed) entry ??= record(first.plan, first.seen, ledger, job.wanted, live, options)
  const { failures } = attempts
  const result = { ...first, verdict, failures, drained, left, after: seen }
  if (entry === undefined) return result
  return { ...result, entry: ended(entry, ending, failures, options.history) }
}

/** The entry of the apply whose drains are all that is left to do; undefined where there is more. */
function endingOf(
  first: Plan,
  { drainsOnly, continues, newest }: ApplyOptions,
): HistoryEntry | undefined {
  const endsDrains = drainsOnly === true || openKeys(first).size === 0
  return endsDrains ? (continues ?? newest) : undefined
}

/** The entry with how it ended, which is written down. */
function ended(
  entry: HistoryEntry,
  ending: HistoryEntry | undefined,
  failures: readonly Failure[],
  history: History,
): HistoryEntry {
  // Whether that apply failed is known already, and not made good by the end of its drains.
  if (entry.number === ending?.number && failures.length === 0) return entry
  const outcome = failures.length === 0 ? 'done' : 'failed'
  history.end(entry, outcome)
  return { ...entry, outcome }
}

/** The keys of what waits for something, and those to be skipped anyway. */
function waitingKeys(
  plans: readonly Pick<Plan, 'pending'>[],
  skip: Iterable<string> = [],
): ReadonlySet<string> {
  const waiting = new Set(skip)
  for (const { pending } of plans) for (const { key } of pending) waiting.add(key)
  return waiting
}

/** The plan without what is skipped and, as after a failure, without what rests on it. */
function withoutSkipped(left: Plan, basis: PlanInput, skip: ReadonlySet<string> = new Set()): Plan {
  if (skip.size === 0) return left
  return plan({ ...basis, failed: new Set([...skip, ...(basis.failed ?? [])]) })
}

/** The keys of changes that wait for nothing, and those to be skipped anyway. */
function openKeys({ changes, pending }: Plan, skip: Iterable<string> = []): ReadonlySet<string> {
  const waiting = waitingKeys([{ pending }])
  return new Set([...skip, ...changes.map(changeKey).filter(key => !waiting.has(key))])
}

/** Writes the history entry of an apply that is about to change something. */
function record(
  found: Plan,
  seen: State,
  ledger: Ledger,
  wanted: Wanted,
  live: Live,
  options: ApplyOptions,
): HistoryEntry {
  return options.history.begin(
    {
      at: live.clock.wall().toISOString(),
      cause: options.cause,
      revision: found.revision,
      summary: summarise(found),
      ...imageBefore(found, live.asMeant?.(seen) ?? seen, ledger, wanted),
    },
    options.keep,
  )
}

async function drain(
  left: Plan,
  seen: State,
  live: Live,
  until: number,
  quietSince: Map<string, number>,
  options: ApplyOptions,
): Promise<readonly Drained[]> {
  const drains = left.pending.filter(one => one.deadline !== undefined)
  if (drains.length === 0 || options.wait === 0) return []
  let deadline = 0
  for (const one of drains) deadline = Math.max(deadline, one.deadline ?? 0)
  options.progress?.({ phase: 'drain', left: drains.length, deadline })
  return waitForDrains(drains, seen, live, { until, quietSince }, options.signal)
}

/** A service drains by its destinations: where none of them does, nothing comes of it, however often it is planned. */
function isWork({ kind, op }: Change): boolean {
  return kind !== 'service' || op !== 'drain'
}

/** True if a change ends connections, new or old. */
function takesAway(change: Change): boolean {
  return stageOf(change) >= stage.drain
}
