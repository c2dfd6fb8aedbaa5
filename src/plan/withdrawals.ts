/** Which routes a plan takes away from services that clients could still be sent to. */
import type { Route } from '../model/announcement.ts'
import { type Change, type ChangeOf, changeKey } from '../model/change.ts'
import { endpoint, type Ip } from '../model/ip.ts'
import { isHost, isWithin } from '../model/network.ts'
import type { Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Plan } from './types.ts'

/**
 * How many routes go although a service behind them stays, takes connections, and has no other route.
 * One that goes with its services says nothing new, and neither does one whose VIP is announced in
 * another way: by a wider prefix, or by another speaker.
 *
 * @param stays true of a service that is ours and that the plan leaves there
 */
export function withdrawnRoutes(
  { changes, agreed }: Pick<Plan, 'changes' | 'agreed'>,
  seen: State,
  stays: (key: string, row: Service) => boolean,
): number {
  const going = changes.filter(isWithdrawal)
  const counted = going.filter(one => agreed?.has(changeKey(one)) !== true)
  if (counted.length === 0) return 0
  const led = leadingTo([...comingOf(changes), ...stayingOf(seen, going)])
  const parts = partsOf(changes)
  const left = new Set<Ip>()
  seen.service.forEach((row, key) => {
    const { address } = row.id
    if (address === undefined || left.has(address) || led(address) || !stays(key, row)) return
    if (takesConnections(row, parts.get(key) ?? [])) left.add(address)
  })
  return counted.filter(({ row }) =>
    isHost(row) ? left.has(row.address) : [...left].some(one => isWithin(one, row)),
  ).length
}

function isWithdrawal(change: Change): change is ChangeOf<'route'> {
  return change.kind === 'route' && change.op === 'delete'
}

function comingOf(changes: readonly Change[]): readonly Route[] {
  return changes.flatMap(({ kind, op, row }) => (kind === 'route' && op !== 'delete' ? [row] : []))
}

function stayingOf({ route }: State, going: readonly ChangeOf<'route'>[]): readonly Route[] {
  const gone = new Set(going.map(({ row }) => row))
  return [...route.values()].filter(row => row.owned && !gone.has(row))
}

/** Tells whether any of these routes leads to an address. */
function leadingTo(routes: readonly Route[]): (address: Ip) => boolean {
  const hosts = new Set(routes.filter(isHost).map(({ address }) => address))
  const networks = routes.filter(row => !isHost(row))
  return address => hosts.has(address) || networks.some(row => isWithin(address, row))
}

/** What becomes of destinations, by the key of their service. */
function partsOf(
  changes: readonly Change[],
): ReadonlyMap<string, readonly ChangeOf<'destination'>[]> {
  const parts = new Map<string, ChangeOf<'destination'>[]>()
  for (const change of changes) {
    if (change.kind !== 'destination') continue
    const { key } = change.row.service
    const others = parts.get(key)
    if (others === undefined) parts.set(key, [change])
    else others.push(change)
  }
  return parts
}

/** True of a service that has a backend with a weight when the plan is carried out. */
function takesConnections(
  { destinations }: Service,
  parts: readonly ChangeOf<'destination'>[],
): boolean {
  const weights = new Map<string, number>()
  for (const { address, port, weight } of destinations) weights.set(endpoint(address, port), weight)
  for (const { op, row } of parts)
    weights.set(endpoint(row.address, row.port), op === 'delete' || op === 'drain' ? 0 : row.weight)
  return [...weights.values()].some(weight => weight > 0)
}
