/** What a change does to the connections of those who use the service. */
import { type Change, changeKey } from '../model/change.ts'
import { type Destination, keyOf } from '../model/rows.ts'
import type { Plan } from './types.ts'

/** Connections through one destination: those that count as users of it. */
export interface Users {
  readonly active: number
  /** Clients that persistence binds to the destination. */
  readonly persistent: number
}

/** By destination key. Absent = not counted. */
export type UsersByKey = ReadonlyMap<string, Users>

/** What happens to the connections that a removal meets, or undefined if it meets none by nature. */
export function impactOf(
  plan: Pick<Plan, 'drains'>,
  change: Change,
  users: UsersByKey | undefined,
): string | undefined {
  if (change.op !== 'drain' && change.op !== 'delete' && change.op !== 'replace') return undefined
  if (change.kind !== 'service' && change.kind !== 'destination') return undefined
  const service = change.kind === 'service' ? changeKey(change) : change.row.service.key
  const gone = change.kind === 'service' ? change.row.destinations : [change.row]
  const fate =
    change.op === 'drain'
      ? `wait up to ${duration(plan.drains.get(service))}, then reset`
      : 'cut at once'
  if (users === undefined) return change.op === 'drain' ? fate : undefined
  const met = count(gone, users)
  return met === undefined ? 'no connections' : `${met}: ${fate}`
}

function count(gone: readonly Destination[], users: UsersByKey): string | undefined {
  let active = 0
  let persistent = 0
  for (const row of gone) {
    const found = users.get(keyOf.destination(row))
    active += found?.active ?? 0
    persistent += found?.persistent ?? 0
  }
  if (active === 0 && persistent === 0) return undefined
  if (persistent === 0) return `${active} active`
  return `${active} active, ${persistent} persistent client${persistent === 1 ? '' : 's'}`
}

/** A span of milliseconds as the configuration writes it: `300ms`, `60s`, `5m`. */
export function duration(milliseconds = 0): string {
  if (milliseconds % 1000 !== 0) return `${milliseconds}ms`
  const seconds = milliseconds / 1000
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
