/** Apply a job and tell how it went: what `apply` and `rollback` have in common. */
import { asAsked } from '../engine/asked.ts'
import { type Job, type Preview, type Round, reconcile } from '../engine/reconcile.ts'
import type { Host } from '../host.ts'
import { changeKey, type Failure } from '../model/change.ts'
import { unknownWithoutDaemon } from '../plan/announcements.ts'
import { summarise } from '../plan/summary.ts'
import { type Cause, noting } from '../state/history.ts'
import type { Context, Io } from './context.ts'
import { type ExitStatus, exit } from './exit.ts'
import { progressLine } from './progress.ts'
import { faultLines } from './report.ts'
import { reportRefusal, showPlan } from './show-plan.ts'

/** Options of every command that applies. */
export interface WaitOptions {
  /** Milliseconds; false = do not wait for drains; absent = wait for each to its end. */
  readonly wait?: number | false
}

/** How long to wait for drains at most, in milliseconds. */
export function waitOf({ wait }: WaitOptions): number {
  return wait === false ? 0 : (wait ?? Number.POSITIVE_INFINITY)
}

export interface Applying {
  readonly job: Job
  readonly command: string
  /** `override` for what the next undrain takes back, and no rollback; absent = an apply. */
  readonly kind?: 'override'
  readonly files: readonly string[]
  /** How many applies the history keeps. */
  readonly keep: number
  /** What this machine is called. */
  readonly node: string
  /** Keys of changes that are not to be made now. */
  readonly skip?: ReadonlySet<string>
  /** Throws if the plan is not to be made. */
  readonly check?: (preview: Preview) => void
  /** Called when the plan is shown and nothing refuses it, before anything is changed. */
  readonly passed?: (preview: Preview) => Promise<void>
  /** Milliseconds that drains are waited for at most, whatever the options say. */
  readonly waitAtMost?: number
}

export interface Applied {
  readonly status: ExitStatus
  readonly round: Round
}

/** Shows the plan, makes it true, and says on standard error how that went. */
export async function applyJob(
  { io, options }: Context<WaitOptions>,
  host: Host,
  applying: Applying,
): Promise<Applied> {
  const begun = host.clock.monotonic()
  const progress = progressLine(io.err, options.quiet === true, host.clock.monotonic)
  const wait = io.daemon === undefined ? waitOf(options) : 0
  const cause: Cause = {
    kind: applying.kind ?? 'operator',
    command: applying.command,
    user: await io.operator(),
    files: applying.files,
  }
  const signal = io.interrupted()
  const job = io.daemon === undefined ? asAsked(applying.job, host) : applying.job
  const round = await (io.daemon?.reconcile ?? reconcile)(job, host, {
    journal: host.journal,
    history: noting(host.history, { node: applying.node, limits: applying.job.limits }),
    cause,
    keep: applying.keep,
    wait: Math.min(wait, applying.waitAtMost ?? wait),
    signal,
    ...(applying.skip && { skip: applying.skip }),
    progress: progress.show,
    planned: async preview => {
      applying.check?.(preview)
      if (options.output === 'text') await showPlan(io, options, host, preview)
      if (preview.verdict.refusal === undefined) await applying.passed?.(preview)
    },
  })
  await progress.end()
  if (options.output !== 'text') await showPlan(io, options, host, round, outcome(round))
  const seconds = (host.clock.monotonic() - begun) / 1000
  await report(io, round, {
    seconds,
    interrupted: signal.aborted,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
  })
  return { status: statusOf(round, signal.aborted), round }
}

/** What JSON says of an apply beside its plan. */
function outcome({ failures, drained, left, entry }: Round): object {
  return {
    failed: failures.map(({ change, error }) => ({
      op: change.op,
      kind: change.kind,
      key: changeKey(change),
      code: error.code,
      message: error.message,
      ...(error.errno === undefined ? {} : { errno: error.errno }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    })),
    drained: drained.map(({ key, connections }) => ({ key, connections })),
    left: summarise(left),
    ...(entry === undefined ? {} : { history: entry.number }),
  }
}

interface Ending {
  readonly seconds: number
  readonly interrupted: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

async function report(io: Io, round: Round, ending: Ending): Promise<void> {
  await reportRefusal(io, round)
  await reportFailures(io, round.failures, ending.verbose)
  await reportUnannounced(io, round)
  if (ending.interrupted)
    await io.err.lines(
      faultLines('interrupted:', 'the next apply does what is left', undefined, io.err.paint),
    )
  if (ending.quiet || round.verdict.refusal !== undefined) return
  for (const { key, connections } of round.drained)
    if (connections.active > 0)
      await io.err.line(`${key}: ${connections.active} connections were still open, and are reset`)
  const drains = round.left.pending.filter(one => one.deadline !== undefined).length
  const next = io.daemon === undefined ? 'the next slb apply' : 'slb run'
  if (drains > 0) await io.err.line(`${drains} to drain still: ${next} ends it`)
  if (round.entry !== undefined && round.failures.length === 0)
    await io.err.line(`Applied in ${ending.seconds.toFixed(1)} s.`)
}

/** What only a daemon can announce is not announced by a command that ends. */
function unannounced({ left }: Round): number {
  return left.pending.filter(({ reason }) => reason === unknownWithoutDaemon).length
}

async function reportUnannounced(io: Io, round: Round): Promise<void> {
  const count = unannounced(round)
  if (count === 0) return
  const words = `${count} row${count === 1 ? '' : 's'} of BGP: the embedded speaker is a part of slb run, which is not at work here`
  const next =
    'start slb run; or choose a [bgp] speaker whose routes stand by themselves: "gobgp" or "table"'
  await io.err.lines(faultLines('refused:', words, next, io.err.paint))
}

/** A kernel that refuses one row for a reason often refuses thousands: then a few say it all. */
const failuresShown = 10

/** Says which keys failed, each with its reason. */
export async function reportFailures(
  io: Io,
  failures: readonly Failure[],
  verbose: boolean,
): Promise<void> {
  const shown = verbose ? failures : failures.slice(0, failuresShown)
  for (const { change, error } of shown) {
    const key = changeKey(change)
    const message = error.message.includes(key) ? error.message : `${key}: ${error.message}`
    await io.err.lines(faultLines('error:', message, error.hint, io.err.paint))
  }
  const more = failures.length - shown.length
  if (more > 0) await io.err.line(`and ${more} more like these; -v shows all, and so does -o json`)
}

function statusOf(round: Round, interrupted: boolean): ExitStatus {
  if (round.failures.length > 0 || interrupted) return exit.failed
  const refused = round.left.refused.length + unannounced(round)
  if (round.verdict.refusal !== undefined || refused > 0) return exit.refused
  return exit.done
}
