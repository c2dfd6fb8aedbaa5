/** `slb rollback`: back to the state before the Nth last apply, or before the trial that runs. */

import { readSources } from '../../config/read.ts'
import type { Job } from '../../engine/reconcile.ts'
import { preview } from '../../engine/reconcile.ts'
import { rollbackJob, undoJob } from '../../engine/rollback.ts'
import { imageOf } from '../../engine/undo.ts'
import type { Host } from '../../host.ts'
import { type HistoryEntry, isApply, newestEntries } from '../../state/history.ts'
import { textsFingerprint } from '../../state/hold.ts'
import type { Trial } from '../../state/trial.ts'
import { applyJob, type WaitOptions, waitOf } from '../apply-job.ts'
import { type Context, defaultConfig, type Run } from '../context.ts'
import { type ExitStatus, exit, Refusal, UsageError } from '../exit.ts'
import { type ConsentOptions, consentOf, presentJob } from '../job.ts'
import { moment } from '../moment.ts'
import { previewStatus, reportRefusal, showPlan } from '../show-plan.ts'
import { settleTrial, tellTrial } from '../trial.ts'

export interface RollbackOptions extends ConsentOptions, WaitOptions {
  readonly dryRun?: boolean
}

/** How many applies to keep is for the configuration to say: nothing is forgotten here. */
const keep = Number.POSITIVE_INFINITY

export const run: Run<RollbackOptions> = async context => {
  const { io, options } = context
  const host = await io.openHost(options)
  try {
    if (options.dryRun) return await look(context, host)
    const lock = await io.takeLock('slb rollback')
    try {
      return await goBack(context, host)
    } finally {
      await lock.release()
    }
  } finally {
    host.close()
  }
}

async function look(context: Context<RollbackOptions>, host: Host): Promise<ExitStatus> {
  const { io, options } = context
  await tellTrial(io, host)
  const { job } = await wayBack(context, host, host.trials.read())
  const found = await preview(await presentJob(io, host, job), host, host.journal.read())
  await showPlan(io, options, host, found)
  await reportRefusal(io, found)
  return previewStatus(found, false)
}

async function goBack(context: Context<RollbackOptions>, host: Host): Promise<ExitStatus> {
  const { io, args } = context
  const { running, undone } = await settleTrial(context, host, waitOf(context.options))
  if (undone !== undefined) {
    // Its undo is an entry of its own now, so that the numbers are not those that were meant.
    if (args[0] === undefined) return exit.done
    throw new Refusal('the history has moved by that', 'look at slb history, then try again')
  }
  const { job, entries, command } = await wayBack(context, host, running)
  const user = await io.operator()
  const { round, status } = await applyJob(context, host, {
    job,
    command,
    files: [],
    keep,
    node: entries[0]?.node ?? io.hostname(),
    passed: async () => {
      const at = host.clock.wall().toISOString()
      const fingerprint = heldFingerprint(context, running)
      const image = imageOf(job.wanted, host.journal.read())
      host.holds.set({ why: 'rollback', at, user, fingerprint }, image)
    },
  })
  if (round.verdict.refusal === undefined) host.trials.end()
  return status
}

interface Way {
  readonly job: Job
  readonly entries: readonly HistoryEntry[]
  /** What the history says of it. */
  readonly command: string
}

async function wayBack(
  { args, options }: Context<RollbackOptions>,
  host: Host,
  trial: Trial | undefined,
): Promise<Way> {
  if (trial !== undefined && args[0] === undefined)
    return { ...(await undoJob(host, trial)), command: 'rollback' }
  const back = Number(args[0] ?? 1)
  const entries = newestEntries(host.history, back)
  // Who says rollback then has not seen that it was done, and would get the trial back.
  if (args[0] === undefined && entries[0]?.cause.command === 'undo')
    throw new Refusal(
      `the apply on trial was undone already, at ${moment(entries[0].at)}`,
      'slb rollback 1 takes back the undo; slb history lists the applies before',
    )
  const applies = entries.filter(isApply).length
  if (applies === 0) throw new Refusal('there is nothing to roll back: the history is empty')
  if (applies < back)
    throw new UsageError(`the history has only ${applies} applies; slb history lists them`)
  const job = await rollbackJob(host, entries, consentOf(options))
  return { job, entries, command: `rollback ${back}` }
}

/**
 * Of what must not be applied again: the files as they stand, whole or faulty, until they change. A
 * trial without a daemon may be of other files than those that nobody has named here.
 */
function heldFingerprint({ io, options }: Context, trial: Trial | undefined): string {
  if (io.daemon === undefined && trial !== undefined) return trial.fingerprint
  const paths = io.daemon?.paths ?? options.config ?? [defaultConfig]
  return textsFingerprint(readSources(paths.filter(path => path !== '-')).sources)
}
