/** What the engine is to do, from the configuration and the options of the command. */
import { asAsked } from '../engine/asked.ts'
import type { Job } from '../engine/reconcile.ts'
import type { Host } from '../host.ts'
import type { Desired } from '../model/desired.ts'
import { topKinds } from '../model/state.ts'
import type { Wanted } from '../plan/types.ts'
import { want } from '../plan/want.ts'
import type { Io } from './context.ts'
import { UsageError } from './exit.ts'

/** Options of every command that plans. */
export interface ConsentOptions {
  readonly adopt?: readonly string[]
  readonly force?: readonly string[]
  readonly yesRemove?: number
}

type Consent = Pick<Job, 'adopt' | 'force' | 'consent'>

/** What the operator agrees to on the command line. */
export function consentOf({ adopt, force, yesRemove }: ConsentOptions): Consent {
  return {
    ...(adopt === undefined ? {} : { adopt: adopt.includes('all') ? 'all' : new Set(adopt) }),
    ...(force === undefined ? {} : { force: new Set(force) }),
    ...(yesRemove === undefined ? {} : { consent: yesRemove }),
  }
}

/**
 * The job that makes a configuration true.
 *
 * @throws UsageError if a row is to be taken over that the configuration does not want.
 */
export function jobOf(desired: Desired, options: ConsentOptions): Job {
  const { guard: limits, conflict } = desired
  const wanted = want(desired)
  for (const flag of ['adopt', 'force'] as const)
    for (const key of options[flag] ?? [])
      if (!isWanted(key, wanted) && !(flag === 'adopt' && key === 'all'))
        throw new UsageError(
          `--${flag} '${key}': the configuration wants no such row; slb plan shows the keys of those that are refused`,
        )
  return { wanted, limits, conflict, ...consentOf(options) }
}

/** The job as health and operators make it now; without a daemon nobody checks. */
export async function presentJob(io: Io, host: Host, job: Job): Promise<Job> {
  return io.daemon === undefined ? asAsked(job, host) : io.daemon.served(job)
}

function isWanted(key: string, { state }: Wanted): boolean {
  return topKinds.some(kind => state[kind].has(key))
}
