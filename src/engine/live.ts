/** The live system as the engine knows it: some tables and a clock. */
import type { Silence, SpeakerName } from '../model/announcement.ts'
import type { Clock } from '../model/clock.ts'
import { replaced } from '../model/overlay.ts'
import type { Address, Kind, Service, ServiceId } from '../model/rows.ts'
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
  /** Speakers that this process cannot reach, because they live in a daemon. */
  readonly silent?: ReadonlySet<SpeakerName>
  /** The gobgpds that could not be asked when everything was read last, by where they are. */
  readonly unanswered?: () => ReadonlyMap<string, Silence>
  /** What is live, without what health and operators made of it; absent = nobody knows better. */
  readonly asMeant?: (seen: State) => State
}

/** Reads all tables into one State. */
export async function observe(live: Live, scope?: Scope): Promise<State> {
  return stateOf(await readTables(live.tables, scope))
}

async function readTables(tables: readonly Table[], scope?: Scope): Promise<Partial<State>> {
  const parts: Partial<State> = {}
  for (const table of tables) Object.assign(parts, await table.read(scope))
  return parts
}

/** What is to be read again; the rest stays as it was read before. */
export interface Part {
  /** By key. */
  readonly services: ReadonlyMap<string, ServiceId>
  /** Whole tables of these kinds are read, of services only the named ones; absent = all tables. */
  readonly kinds?: ReadonlySet<Kind>
}

/**
 * Reads a part of the live system again.
 *
 * Reading single services costs a request each, so beyond a share of them all are read.
 */
export async function observeAgain(
  live: Live,
  before: State,
  { services, kinds }: Part,
  scope: Omit<Scope, 'services'>,
): Promise<State> {
  const tables =
    kinds === undefined ? live.tables : live.tables.filter(one => one.kinds.some(k => kinds.has(k)))
  if (isMost(services, before)) return { ...before, ...(await readTables(tables, scope)) }
  const now = await readTables(tables, { ...scope, services: [...services.values()] })
  if (services.size === 0 || now.service === undefined)
    return { ...before, ...now, service: before.service }
  return { ...before, ...now, service: laidOver(before.service, services.keys(), now.service) }
}

/** True of so many services that all of them are read. */
export function isMost({ size }: Part['services'], { service }: State): boolean {
  return size * 4 > service.size
}

/** What was known of services with what is known now of some of them. */
function laidOver(
  before: ReadonlyMap<string, Service>,
  looked: Iterable<string>,
  now: ReadonlyMap<string, Service>,
): ReadonlyMap<string, Service> {
  const gone = [...looked].filter(key => before.has(key) && !now.has(key))
  const came = [...now.keys()].some(key => !before.has(key))
  if (gone.length === 0 && !came) return replaced(before, now)
  const service = new Map(before)
  for (const key of gone) service.delete(key)
  for (const [key, row] of now) service.set(key, row)
  return service
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
