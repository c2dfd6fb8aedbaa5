/** `slb apply`: make the live system what the configuration says. */
import type { Preview } from '../../engine/reconcile.ts'
import { applyJob, type WaitOptions } from '../apply-job.ts'
import { checkConfiguration, readConfiguration } from '../configuration.ts'
import type { Context, Run } from '../context.ts'
import { Refusal, UsageError } from '../exit.ts'
import { jobOf } from '../job.ts'
import { printDiagnostics } from '../report.ts'
import { isSamePlan, readSavedPlan, type SavedPlan } from '../saved-plan.ts'
import { type PlanOptions, run as plan } from './plan.ts'

export interface ApplyOptions extends Omit<PlanOptions, 'against' | 'out'>, WaitOptions {
  readonly dryRun?: boolean
}

export const run: Run<ApplyOptions> = async context => {
  const { io, options, args } = context
  const saved = args[0] === undefined ? undefined : savedPlan(context, args[0])
  if (options.dryRun && saved === undefined) return plan(context)
  const { desired, sources, warnings } = saved
    ? await checkConfiguration(saved.sources)
    : await readConfiguration(context)
  await printDiagnostics(io, warnings)
  const host = await io.openHost(options)
  try {
    const lock = await io.takeLock('slb apply')
    try {
      return await applyJob(context, host, {
        job: jobOf(desired, saved?.consent ?? options),
        command: 'apply',
        files: sources.map(({ file }) => file),
        keep: desired.history,
        node: desired.node.name ?? io.hostname(),
        ...(saved && { check: (preview: Preview) => refuseIfMoved(saved, preview) }),
      })
    } finally {
      await lock.release()
    }
  } finally {
    host.close()
  }
}

function savedPlan({ options }: Context<ApplyOptions>, file: string): SavedPlan {
  if (options.config !== undefined)
    throw new UsageError('a saved plan holds its configuration: leave out -c')
  if (options.dryRun) throw new UsageError('a saved plan is its own dry run: read the file')
  if (options.adopt ?? options.force ?? options.yesRemove)
    throw new UsageError(
      'a saved plan holds its consent: give --adopt, --force, --yes-remove to slb plan',
    )
  return readSavedPlan(file)
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
