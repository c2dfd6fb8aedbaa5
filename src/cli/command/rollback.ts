/** `slb rollback`: back to the state before the Nth last apply. */
import { observe } from '../../engine/live.ts'
import { type Job, preview } from '../../engine/reconcile.ts'
import { rewound } from '../../engine/undo.ts'
import type { Host } from '../../host.ts'
import { applyJob, type WaitOptions } from '../apply-job.ts'
import type { Context, Run } from '../context.ts'
import { type ExitStatus, Refusal, UsageError } from '../exit.ts'
import { type ConsentOptions, consentOf } from '../job.ts'
import { previewStatus, reportRefusal, showPlan } from '../show-plan.ts'

export interface RollbackOptions extends ConsentOptions, WaitOptions {
  readonly dryRun?: boolean
}

/** Rolling back needs no configuration, so that a broken one is no obstacle: the limits are the usual ones. */
const limits = { maxRemove: { share: 0.3 } } as const
/** How many applies to keep is for the configuration to say: nothing is forgotten here. */
const keep = Number.POSITIVE_INFINITY

export const run: Run<RollbackOptions> = async context => {
  const { io, options, args } = context
  const back = Number(args[0] ?? 1)
  const host = await io.openHost(options)
  try {
    if (options.dryRun) return await look(context, host, back)
    const lock = await io.takeLock('slb rollback')
    try {
      const job = await rollbackJob(context, host, back)
      const applying = { job, command: `rollback ${back}`, files: [], keep }
      return await applyJob(context, host, applying)
    } finally {
      await lock.release()
    }
  } finally {
    host.close()
  }
}

async function look(
  context: Context<RollbackOptions>,
  host: Host,
  back: number,
): Promise<ExitStatus> {
  const { io, options } = context
  const found = await preview(await rollbackJob(context, host, back), host, host.journal.read())
  await showPlan(io, options, host, found)
  await reportRefusal(io, found)
  return previewStatus(found, false)
}

async function rollbackJob(
  { options }: Context<RollbackOptions>,
  host: Host,
  back: number,
): Promise<Job> {
  const entries = host.history.list()
  if (entries.length === 0) throw new Refusal('there is nothing to roll back: the history is empty')
  if (back > entries.length)
    throw new UsageError(`the history has only ${entries.length} applies; slb history lists them`)
  const ledger = host.journal.read()
  const wanted = rewound(await observe(host), ledger, entries.slice(0, back))
  return { wanted, limits, conflict: 'refuse', ...consentOf(options) }
}
