/** `slb commit`: keep what `apply --confirm` has put on trial. */
import type { Host } from '../../host.ts'
import { SlbError } from '../../model/error.ts'
import { isOverdue, type Trial } from '../../state/trial.ts'
import type { Context, Run } from '../context.ts'
import { exit, Refusal } from '../exit.ts'
import { printData } from '../output.ts'
import { named, settleTrial } from '../trial.ts'

export const run: Run<object> = async context => {
  const { io, options } = context
  const host = await io.openHost(options)
  try {
    const trial = host.trials.read()
    if (trial === undefined)
      throw new Refusal(
        'nothing is on trial',
        'slb history lists what was applied, and what was undone',
      )
    if (isOverdue(trial, host.clock.monotonic())) await settle(context, host, trial)
    // No lock: the apply may still hold it, waiting for drains. The record itself decides who was first.
    if (!host.trials.commit()) throw tooLate(trial)
    const { at, user, files } = trial
    const data = { format_version: 1, kept: { at, user, files } }
    await printData(io, options, data, [`Kept: ${named(trial)}.`])
    return exit.done
  } finally {
    host.close()
  }
}

/** Undoes it as agreed. One that cannot be undone may be kept, late as it is. */
async function settle(context: Context, host: Host, trial: Trial): Promise<void> {
  const lock = await context.io.takeLock('slb commit').catch(error => {
    throw error instanceof SlbError && error.code === 'locked' ? tooLate(trial) : error
  })
  try {
    const { undone } = await settleTrial(context, host, Number.POSITIVE_INFINITY)
    if (undone !== undefined) throw tooLate(trial)
  } finally {
    await lock.release()
  }
}

function tooLate(trial: Trial): Refusal {
  return new Refusal(
    `too late: the time of ${named(trial)} is over, and it is undone`,
    'slb apply applies the files again',
  )
}
