/** What a change does to the connections of those who use the service. */
import { type Change, changeKey } from '../model/change.ts'
import type { Plan } from './types.ts'

/** Connections through one destination: those that count as users of it. */
export interface Users {
  readonly active: number
  /** UDP has no other ones (ip_vs_proto_udp.c); of TCP they are closed, and nobody's. */
  readonly inactive?: number
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
  const { active = 0, inactive = 0, persistent = 0 } = users.get(changeKey(change)) ?? {}
  const flows = change.row.service.protocol === 'udp' ? active + inactive : 0
  if (flows + active + persistent === 0) return 'no connections'
  const met = [
    flows > 0 ? counted(flows, 'flow') : `${active} active`,
    ...(persistent > 0 ? [counted(persistent, 'persistent client')] : []),
  ]
  // Nobody is told that a flow over UDP is at its end.
  return `${met.join(', ')}: ${flows > 0 ? fate.replace('reset', 'cut') : fate}`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** A span of milliseconds as the configuration writes it: `300ms`, `60s`, `5m`. */
export function duration(milliseconds = 0): string {
  if (milliseconds % 1000 !== 0) return `${milliseconds}ms`
  const seconds = milliseconds / 1000
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
