/** Commands that ask for something beside the files: record it, then make it so, and nothing else. */
import { asAsked } from '../engine/asked.ts'
import { type Job, preview } from '../engine/reconcile.ts'
import type { Host } from '../host.ts'
import { changeKey } from '../model/change.ts'
import { type Override, type Target, targetName } from '../model/override.ts'
import { namesOf } from '../plan/names.ts'
import type { Plan, Wanted } from '../plan/types.ts'
import { type Applied, applyJob } from './apply-job.ts'
import { readConfiguration } from './configuration.ts'
import type { Context } from './context.ts'
import { type ExitStatus, exit } from './exit.ts'
import { jobOf, presentJob } from './job.ts'
import { isWithin, mustExist, ofTarget } from './override-target.ts'
import { settleTrial } from './trial.ts'

/** How long, why, and how much patience. */
export interface OverrideOptions {
  readonly node?: boolean
  /** Milliseconds. */
  readonly for?: number
  readonly reason?: string
  /** Milliseconds; true = to the end, false = not at all. */
  readonly wait?: number | boolean
}

export interface Overriding {
  readonly target: Target
  /** As the history shows it: `drain web/10.0.0.3`. */
  readonly command: string
  /** Records it, or takes something back. Returns what is to be said, if nothing is to be done. */
  edit(host: Host, wanted: Wanted): Promise<string | undefined>
}

/** Everything about an override but what it asks for. */
export async function overrideOf(
  { io, options }: Context<OverrideOptions>,
  { clock, overrides }: Host,
  target: Target,
): Promise<Omit<Override, 'ask'>> {
  const { reason, for: lasts } = options
  return {
    target,
    at: clock.wall().toISOString(),
    by: await io.operator(),
    ...(reason !== undefined && { reason }),
    ...(lasts !== undefined && { until: overrides.deadline(lasts) }),
  }
}

/** Records it and makes it so, as far as it concerns the target; other differences stay as they are. */
export async function override(
  context: Context<OverrideOptions>,
  { target, command, edit }: Overriding,
): Promise<ExitStatus> {
  const { io, options } = context
  const host = await io.openHost(options)
  try {
    const lock = await io.takeLock(`slb ${command}`)
    try {
      await settleTrial(context, host, 0)
      const { job, keep, node } = await baseOf(context)
      // What was asked of a backend that has left the files can be taken back still.
      const known = host.overrides.read().some(one => isWithin(one.target, target))
      if (!known) mustExist(target, job.wanted)
      const nothing = await edit(host, job.wanted)
      if (nothing !== undefined) {
        await io.out.line(nothing)
        return exit.done
      }
      const applied = await applyJob(waiting(context), host, {
        job,
        command,
        kind: 'override',
        files: [],
        keep,
        node,
        ...(io.daemon === undefined && { skip: await others(job, target, host) }),
      })
      return statusOf(applied, context, ofTarget(target, job.wanted))
    } finally {
      await lock.release()
    }
  } finally {
    host.close()
  }
}

/**
 * Says whether a drain goes on still: for whoever waits for it beside a daemon. It is over when nothing
 * of the target is left to be done, and that is looked up in the kernel before it is said.
 *
 * A drain that was taken back meanwhile has failed.
 */
export async function stillDraining(
  { io, options }: Context<OverrideOptions>,
  target: Target,
): Promise<ExitStatus> {
  const host = await io.openHost(options)
  try {
    const asked = host.overrides
      .read()
      .some(one => one.ask === 'drain' && targetName(one.target) === targetName(target))
    if (!asked) {
      await io.err.line(`The drain of ${targetName(target)} was taken back, or its time is over.`)
      return exit.failed
    }
    const job = io.daemon?.job()
    if (job === undefined) return exit.changes
    const ledger = host.journal.read()
    const isMine = ofTarget(target, job.wanted)
    if ([...ledger.draining.keys()].some(isMine)) return exit.changes
    const { plan } = await preview(await presentJob(io, host, job), host, ledger)
    const left = [...plan.changes.map(changeKey), ...plan.pending.map(({ key }) => key)]
    return left.some(isMine) ? exit.changes : exit.done
  } finally {
    host.close()
  }
}

interface Base {
  readonly job: Job
  readonly keep: number
  readonly node: string
}

/** What is wanted but for overrides: by the daemon, or by the files. */
async function baseOf(context: Context): Promise<Base> {
  const { io } = context
  const job = io.daemon?.job()
  if (job !== undefined) return { job, keep: Number.POSITIVE_INFINITY, node: io.hostname() }
  const { desired } = await readConfiguration(context)
  return {
    job: jobOf(desired, {}),
    keep: desired.history,
    node: desired.node.name ?? io.hostname(),
  }
}

/** The keys of changes that somebody else has to make: this command is not about them. */
async function others(job: Job, target: Target, host: Host): Promise<ReadonlySet<string>> {
  if (target.kind === 'node') return new Set()
  const { plan } = await preview(asAsked(job, host), host, host.journal.read())
  const skip = new Set<string>()
  for (const change of plan.changes) {
    const mine = namesOf(plan, change).includes(target.service)
    if (!mine && !isAsked(plan, changeKey(change))) skip.add(changeKey(change))
  }
  return skip
}

function isAsked({ agreed }: Plan, key: string): boolean {
  return agreed?.has(key) === true
}

/** The waiting of applies: to the end unless somebody says otherwise. */
function waiting(context: Context<OverrideOptions>): Context<{ readonly wait?: number | false }> {
  const { wait, ...options } = context.options
  const patience = wait === undefined || wait === true ? {} : { wait }
  return { ...context, options: { ...options, ...patience } }
}

/** Whoever waits wants to know that it has ended: beside a daemon, it is asked again. */
function statusOf(
  { status, round }: Applied,
  { io, options }: Context<OverrideOptions>,
  isMine: (key: string) => boolean,
): ExitStatus {
  const left = round.left.pending.some(one => one.deadline !== undefined && isMine(one.key))
  if (status !== exit.done || !left || options.wait === undefined || options.wait === false)
    return status
  return io.daemon === undefined ? exit.failed : exit.changes
}
