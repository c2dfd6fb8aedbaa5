/** Where announcements lead: which virtual services are behind each, and which addresses are told of. */
import type { Arp, Route } from '../model/announcement.ts'
import type { Ip } from '../model/ip.ts'
import { isHost, isWithin } from '../model/network.ts'
import type { Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'

export interface Leads {
  /** The virtual services that an announcement leads to. */
  behind(row: Arp | Route): readonly Service[]
  /** True if a route leads to an address. */
  routed(address: Ip): boolean
  /** True if neighbours on a link are told of an address. */
  toldOnLink(address: Ip): boolean
}

/** States never change: each is looked at once, however often it is asked about. */
const known = new WeakMap<State, Leads>()

export function leadsOf(state: State): Leads {
  let leads = known.get(state)
  if (leads === undefined) {
    leads = lookAt(state)
    known.set(state, leads)
  }
  return leads
}

function lookAt({ service, arp, route }: State): Leads {
  const byAddress = new Map<Ip, Service[]>()
  for (const row of service.values()) {
    if (row.id.address === undefined) continue
    const others = byAddress.get(row.id.address)
    if (others === undefined) byAddress.set(row.id.address, [row])
    else others.push(row)
  }
  const onLinks = new Set(Array.from(arp.values(), row => row.address))
  const hosts = new Set<Ip>()
  const networks: Route[] = []
  for (const row of route.values())
    if (isHost(row)) hosts.add(row.address)
    else networks.push(row)
  return {
    behind: row =>
      !('prefix' in row) || isHost(row)
        ? (byAddress.get(row.address) ?? [])
        : [...byAddress].flatMap(([address, rows]) => (isWithin(address, row) ? rows : [])),
    routed: address => hosts.has(address) || networks.some(row => isWithin(address, row)),
    toldOnLink: address => onLinks.has(address),
  }
}
