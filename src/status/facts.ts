/** What is known of health and of operators when a status is made, and the dates of its moments. */
import type { Override, Target } from '../model/override.ts'
import { targetName } from '../model/override.ts'
import type { Care } from '../serve/census.ts'
import type { Circumstances } from '../serve/circumstances.ts'

export interface Facts {
  /** What is to be checked, by the key of the virtual service. */
  readonly cares: ReadonlyMap<string, Care>
  /** The same of what is checked beside the files: under a hold the past has backends that they have not. */
  readonly beside?: Facts['cares']
  /** Without verdicts nobody checks. */
  readonly circumstances: Circumstances
  /** Why the checker is suspect, in words. */
  readonly suspicion?: string
  /** The time of day at `circumstances.now`. */
  readonly wall: Date
  /** The boot whose monotonic clock counts. */
  readonly boot: string
}

/** The present by two clocks, and the boot of the one that a changed date does not move. */
export interface Moments extends Pick<Facts, 'wall' | 'boot'> {
  readonly circumstances: Pick<Circumstances, 'now'>
}

/** What an operator has asked for. Dates are ISO 8601. */
export interface OverrideStatus {
  /** As it is typed: `web/10.0.0.3:8080`. */
  readonly target: string
  readonly ask: 'drain' | number
  readonly at: string
  readonly by: string
  readonly reason?: string
  readonly until?: string
}

/** A moment of the monotonic clock as a date, ISO 8601. */
export function dateOf(monotonic: number, { wall, circumstances }: Moments): string {
  return new Date(Math.round(wall.getTime() + monotonic - circumstances.now)).toISOString()
}

/** An override as it is shown. */
export function overrideStatus(one: Override, facts: Moments): OverrideStatus {
  const { target, ask, at, by, reason, until } = one
  const end = until && (until.boot === facts.boot ? dateOf(until.monotonic, facts) : until.wall)
  return {
    target: nameOf(target),
    ask,
    at,
    by,
    ...(reason !== undefined && { reason }),
    ...(end !== undefined && { until: end }),
  }
}

function nameOf(target: Target): string {
  return target.kind === 'node' ? '--node' : targetName(target)
}
