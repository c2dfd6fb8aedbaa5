/** What a change does to the connections of those who use the service. */
import { type Change, changeKey } from '../model/change.ts'
import type { Plan } from './types.ts'

/** Connections through one destination: those that count as users of it. */
export interface Users {
  readonly active: number
  /** Clients that persistence binds to the destination. */
  readonly persistent: number
}

/** By destination key. Absent = not counted. */
export type UsersByKey = ReadonlyMap<string, Users>

/**
 * What happens to the connections that a change meets; undefined if it meets none by nature.
 *
 * A service that goes is listed with all its destinations, which say it for themselves.
 */
export function impactOf(
  plan: Pick<Plan, 'drains'>,
  change: Change,
  users: UsersByKey | undefined,
): string | undefined {
  if (change.kind !== 'destination') return undefined
  if (change.op !== 'drain' && change.op !== 'delete') return undefined
  const drained = change.op === 'drain'
  const fate = drained
    ? `wait up to ${duration(plan.drains.get(change.row.service.key))}, then reset`
    : 'cut at once'
  if (users === undefined) return drained ? fate : undefined
  const met = users.get(changeKey(change))
  if (met === undefined || (met.active === 0 && met.persistent === 0)) return 'no connections'
  if (met.persistent === 0) return `${met.active} active: ${fate}`
  const clients = `${met.persistent} persistent client${met.persistent === 1 ? '' : 's'}`
  return `${met.active} active, ${clients}: ${fate}`
}

/** A span of milliseconds as the configuration writes it: `300ms`, `60s`, `5m`. */
export function duration(milliseconds = 0): string {
  if (milliseconds % 1000 !== 0) return `${milliseconds}ms`
  const seconds = milliseconds / 1000
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
