/** `slb plan`: the difference between the configuration and the live system, or a snapshot of it. */
import { preview } from '../../engine/reconcile.ts'
import { textsFingerprint } from '../../state/hold.ts'
import { readConfiguration } from '../configuration.ts'
import type { Run } from '../context.ts'
import { type ConsentOptions, jobOf } from '../job.ts'
import { printDiagnostics } from '../report.ts'
import { savePlan } from '../saved-plan.ts'
import { previewStatus, reportRefusal, showPlan } from '../show-plan.ts'
import { liveTarget, snapshotTarget } from '../target.ts'

export interface PlanOptions extends ConsentOptions {
  readonly against?: string
  readonly out?: string
  readonly detailedExitcode?: boolean
}

export const run: Run<PlanOptions> = async context => {
  const { io, options } = context
  const { desired, sources, warnings } = await readConfiguration(context)
  await printDiagnostics(io, warnings)
  const { against, out } = options
  const target = against === undefined ? await liveTarget(context) : await snapshotTarget(against)
  try {
    const job = await target.present(jobOf(desired, options))
    const found = await preview(job, target.live, target.ledger)
    if (out !== undefined) savePlan(out, found, sources, options)
    await showPlan(io, options, target.live, found, { overrides: target.asked() })
    await reportRefusal(io, found)
    await target.tell(textsFingerprint(sources))
    return previewStatus(found, options.detailedExitcode === true)
  } finally {
    target.close()
  }
}
