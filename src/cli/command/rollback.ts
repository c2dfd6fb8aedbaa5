/** `slb rollback`: back to the state before the Nth last apply. */
import { observe } from '../../engine/live.ts'
import { type Job, preview } from '../../engine/reconcile.ts'
import { rewound } from '../../engine/undo.ts'
import type { Host } from '../../host.ts'
import { defaultLimits } from '../../model/defaults.ts'
import type { GuardLimits } from '../../model/desired.ts'
import type { Ledger } from '../../plan/types.ts'
import { type HistoryEntry, newestEntries } from '../../state/history.ts'
import { applyJob, type WaitOptions } from '../apply-job.ts'
import type { Context, Run } from '../context.ts'
import { type ExitStatus, Refusal, UsageError } from '../exit.ts'
import { type ConsentOptions, consentOf } from '../job.ts'
import { previewStatus, reportRefusal, showPlan } from '../show-plan.ts'

export interface RollbackOptions extends ConsentOptions, WaitOptions {
  readonly dryRun?: boolean
}

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
      const { job, entries } = await rollbackJob(context, host, back)
      const node = entries[0]?.node ?? io.hostname()
      const applying = { job, command: `rollback ${back}`, files: [], keep, node }
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
  const { job } = await rollbackJob(context, host, back)
  const found = await preview(job, host, host.journal.read())
  await showPlan(io, options, host, found)
  await reportRefusal(io, found)
  return previewStatus(found, false)
}

async function rollbackJob(
  { options }: Context<RollbackOptions>,
  host: Host,
  back: number,
): Promise<{ readonly job: Job; readonly entries: readonly HistoryEntry[] }> {
  const entries = newestEntries(host.history, back)
  if (entries.length === 0) throw new Refusal('there is nothing to roll back: the history is empty')
  if (entries.length < back)
    throw new UsageError(`the history has only ${entries.length} applies; slb history lists them`)
  const ledger = host.journal.read()
  const wanted = rewound(await observe(host), ledger, entries)
  const job: Job = { wanted, limits: defaultLimits, conflict: 'refuse', ...consentOf(options) }
  return { job: await withLimits(job, entries[0]?.limits, host, ledger), entries }
}

/**
 * Rolling back reads no configuration, so that a broken one is no obstacle: the last apply says what
 * `[guard]` was then. Where that is stricter than the default, it holds. Which of a share and a count
 * is stricter depends on what there is to remove: it is the one that refuses.
 */
async function withLimits(
  job: Job,
  stored: GuardLimits | undefined,
  host: Host,
  ledger: Ledger,
): Promise<Job> {
  if (stored === undefined) return job
  const strict: Job = { ...job, limits: stored }
  const { verdict } = await preview(strict, host, ledger)
  return verdict.refusal === undefined ? job : strict
}
