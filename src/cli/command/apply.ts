/** `slb apply`: make the live system what the configuration says. */
import type { Source } from '../../config/load.ts'
import type { Preview } from '../../engine/reconcile.ts'
import type { Host } from '../../host.ts'
import type { Plan } from '../../plan/types.ts'
import { newestOf } from '../../state/history.ts'
import { textsFingerprint } from '../../state/hold.ts'
import { type Applying, applyJob, type WaitOptions } from '../apply-job.ts'
import { checkConfiguration, readConfiguration } from '../configuration.ts'
import type { Context, Io, Run } from '../context.ts'
import { type ExitStatus, exit, Refusal, UsageError } from '../exit.ts'
import { jobOf } from '../job.ts'
import { printDiagnostics } from '../report.ts'
import { isSamePlan, readSavedPlan, type SavedPlan } from '../saved-plan.ts'
import { beginTrial, named, settleTrial, tellTrial, trialHint } from '../trial.ts'
import { type PlanOptions, run as plan } from './plan.ts'

export interface ApplyOptions extends Omit<PlanOptions, 'against' | 'out'>, WaitOptions {
  readonly dryRun?: boolean
  /** Milliseconds after which it is undone unless it is committed; true = the usual time. */
  readonly confirm?: number | true
}

/** How long a trial lasts when nobody says. */
const usualTrial = 60_000

export const run: Run<ApplyOptions> = async context => {
  const { io, options, args } = context
  const saved = args[0] === undefined ? undefined : savedPlan(context, args[0])
  if (options.dryRun && saved === undefined) return plan(context)
  if (saved) await refuseIfOthers(saved, io)
  const { desired, sources, warnings, faulty } = saved
    ? await checkConfiguration(saved.sources)
    : await readConfiguration(context)
  await printDiagnostics(io, warnings)
  const host = await io.openHost(options)
  try {
    const lock = await io.takeLock('slb apply')
    try {
      const status = await applyOnTrial(context, host, {
        job: jobOf(desired, saved?.consent ?? options),
        sources,
        keep: desired.history,
        node: desired.node.name ?? io.hostname(),
        ...(saved && { check: (preview: Preview) => refuseIfMoved(saved, preview) }),
      })
      return faulty && status === exit.done ? exit.invalid : status
    } finally {
      await lock.release()
    }
  } finally {
    host.close()
  }
}

interface Aim extends Pick<Applying, 'job' | 'keep' | 'node' | 'check'> {
  readonly sources: readonly Source[]
}

/** Applies, and puts on trial what is applied, if that is asked for. */
async function applyOnTrial(
  context: Context<ApplyOptions>,
  host: Host,
  { sources, ...aim }: Aim,
): Promise<ExitStatus> {
  const { io, options } = context
  const { running } = await settleTrial(context, host, 0)
  const lasts = options.confirm === true ? usualTrial : options.confirm
  if (running !== undefined && lasts === undefined)
    throw new Refusal(`${named(running)} is on trial`, trialHint)
  const applying: Applying = {
    ...aim,
    command: lasts === undefined ? 'apply' : 'apply --confirm',
    files: sources.map(({ file }) => file),
    ...(lasts !== undefined && { waitAtMost: lasts }),
    passed: async ({ plan }) => {
      // Whoever applies by hand has decided that these files are good.
      host.holds.clear()
      if (lasts === undefined) host.trials.end()
      else if (running !== undefined || plan.changes.length > 0)
        await beginTrial(context, host, { running, lasts, sources })
      else {
        const applied = appliedAlready(io, host, plan)
        if (applied !== undefined)
          await beginTrial(context, host, { running, after: applied - 1, lasts, sources })
      }
    },
  }
  try {
    const { status } = await applyJob(context, host, applying)
    return status
  } finally {
    endEmptyTrial(host)
    if (lasts !== undefined && options.quiet !== true) await tellTrial(io, host)
  }
}

/**
 * The history entry of these very files, if the daemon has applied them last: it did so when they were
 * saved, and putting them on trial means to go back behind that.
 */
function appliedAlready({ daemon }: Io, { history }: Host, plan: Plan): number | undefined {
  const [newest] = daemon === undefined ? [] : history.list()
  const same = newest?.cause.kind === 'file' && newest.revision === plan.revision
  return same ? newest.number : undefined
}

/** A trial of nothing, since the apply has failed before it could change anything, is in the way. */
function endEmptyTrial({ trials, history }: Host): void {
  const trial = trials.read()
  if (trial !== undefined && newestOf(history) === trial.after) trials.end()
}

function savedPlan({ io, options }: Context<ApplyOptions>, file: string): SavedPlan {
  if (options.config !== undefined)
    throw new UsageError('a saved plan holds its configuration: leave out -c')
  if (options.dryRun) throw new UsageError('a saved plan is its own dry run: read the file')
  if (options.adopt ?? options.force ?? options.yesRemove)
    throw new UsageError(
      'a saved plan holds its consent: give --adopt, --force, --yes-remove to slb plan',
    )
  return readSavedPlan(file, io.attached?.[file])
}

/** A daemon would not stay with a plan of other files than it follows. */
async function refuseIfOthers(saved: SavedPlan, { daemon }: Io): Promise<void> {
  if (daemon === undefined) return
  const { sources } = await daemon.configuration({})
  if (textsFingerprint(sources) !== textsFingerprint(saved.sources))
    throw new Refusal('slb run follows other files than the plan was made from', 'plan again')
}

function refuseIfMoved(saved: SavedPlan, { plan }: Preview): void {
  if (isSamePlan(saved, plan)) return
  const before = saved.changes.length
  const now = plan.changes.length
  const difference = now === before ? 'others' : now === 0 ? 'none' : String(now)
  throw new Refusal(
    `the live state has moved since the plan was saved: ${before} changes were planned, now there would be ${difference}`,
    'plan again, read that plan, and apply it',
  )
}
