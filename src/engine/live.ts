/** The live system as the engine knows it: some tables and a clock. */
import type { Clock } from '../model/clock.ts'
import type { Address, ServiceId } from '../model/rows.ts'
import { type State, stateOf } from '../model/state.ts'
import type { Connections, Scope, Table } from '../table/table.ts'

export interface Live {
  /** No two of them have a kind in common. */
  readonly tables: readonly Table[]
  readonly clock: Clock
  /** Sysctl rows that must not be set on this host, by row key, with the reason. */
  hazards?(wanted: State): Promise<ReadonlyMap<string, string>>
  /** Whether an address that stands can be given our mark on this kernel; absent = always. */
  readonly canMark?: (row: Address) => boolean
}

/** Reads all tables into one State. */
export async function observe(live: Live, scope?: Scope): Promise<State> {
  const parts: Partial<State> = {}
  for (const table of live.tables) Object.assign(parts, await table.read(scope))
  return stateOf(parts)
}

/**
 * Reads again what an apply has touched: those services, and everything that is not a service.
 *
 * Reading single services costs a request each, so beyond a share of them all are read.
 */
export async function observeAgain(
  live: Live,
  before: State,
  touched: ReadonlyMap<string, ServiceId>,
  scope: Omit<Scope, 'services'>,
): Promise<State> {
  if (touched.size * 4 > before.service.size) return observe(live, scope)
  const now = await observe(live, { ...scope, services: [...touched.values()] })
  if (touched.size === 0) return { ...now, service: before.service }
  const service = new Map(before.service)
  for (const key of touched.keys()) service.delete(key)
  for (const [key, row] of now.service) service.set(key, row)
  return { ...now, service }
}

/** The connections of the destinations of some services, by destination key. */
export async function connectionsOf(
  live: Live,
  services: readonly ServiceId[],
): Promise<ReadonlyMap<string, Connections>> {
  for (const table of live.tables)
    if (table.connections !== undefined) return table.connections(services)
  return new Map()
}
