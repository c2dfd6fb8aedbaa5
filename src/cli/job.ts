/** What the engine is to do, from the configuration and the options of the command. */
import type { Job } from '../engine/reconcile.ts'
import type { Desired } from '../model/desired.ts'
import { want } from '../plan/want.ts'

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

/** The job that makes a configuration true. */
export function jobOf(desired: Desired, options: ConsentOptions): Job {
  const { guard: limits, conflict } = desired
  return { wanted: want(desired), limits, conflict, ...consentOf(options) }
}
