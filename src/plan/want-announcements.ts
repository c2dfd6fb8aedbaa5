/** The rows by which the network learns of VIPs. */
import {
  type Arp,
  arpKey,
  type Peer,
  peerKey,
  type Route,
  routeKey,
} from '../model/announcement.ts'
import type { Advert, DesiredBgp } from '../model/announcing.ts'
import type { Desired, DesiredService, DesiredVip } from '../model/desired.ts'
import { familyOf, hostPrefix, type Ip } from '../model/ip.ts'
import { networkOf } from '../model/network.ts'
import type { Service } from '../model/rows.ts'

export interface Announcements {
  readonly arp: Map<string, Arp>
  readonly peer: Map<string, Peer>
  readonly route: Map<string, Route>
  /** Keys of those that are only made while all services behind them can serve. */
  readonly strict: Set<string>
}

/**
 * Everybody is told of every VIP that says so and has a service; whether that can serve now is for
 * health to say.
 *
 * @param names who each row is for, by its key, to be added to.
 */
export function wantAnnouncements(
  { services: all, vips, bgp }: Desired,
  disabled: ReadonlySet<string>,
  names: Map<string, readonly string[]>,
): Announcements {
  const wanted: Announcements = {
    arp: new Map(),
    peer: new Map(bgp?.speaker === 'table' ? [] : bgp?.peers.map(row => [peerKey(row), row])),
    route: new Map(),
    strict: new Set(),
  }
  if (vips.every(({ announcing }) => announcing === undefined)) return wanted
  const empty = emptyVips(all, disabled)
  for (const vip of vips) {
    if (vip.announcing === undefined) continue
    const services = vip.services.filter(name => !disabled.has(name))
    if (services.length === 0) continue
    const { uplink, bgp: advert, when } = vip.announcing
    if (empty.of(vip, when)) continue
    const enter = (key: string): void => {
      names.set(key, [...new Set([...(names.get(key) ?? []), ...services])].sort())
      if (when === 'all') wanted.strict.add(key)
    }
    if (uplink !== undefined) {
      const row: Arp = { link: uplink, address: vip.address }
      wanted.arp.set(arpKey(row), row)
      enter(arpKey(row))
    }
    if (advert !== undefined && bgp !== undefined) {
      const row = routeTo(vip, advert, bgp)
      wanted.route.set(routeKey(row), row)
      enter(routeKey(row))
    }
  }
  return wanted
}

/** True of a virtual service that can take a connection at all, as far as files say. */
export function takesConnections({ destinations }: Service): boolean {
  return destinations.some(({ weight }) => weight > 0)
}

/** Tells the VIPs that lead to nobody: where no backend is written down, no verdict could say so. */
function emptyVips(
  services: readonly DesiredService[],
  disabled: ReadonlySet<string>,
): { of(vip: DesiredVip, when: 'any' | 'all'): boolean } {
  const some = new Set<Ip>()
  const none = new Set<Ip>()
  for (const { name, listeners, serving } of services)
    for (const row of disabled.has(name) ? [] : listeners) {
      if (row.id.address === undefined) continue
      // Who says sorry takes connections, too; and one that is to be kept is announced whatever is behind it.
      if (takesConnections(row) || serving.whenEmpty !== 'withdraw') some.add(row.id.address)
      else none.add(row.id.address)
    }
  return {
    of: ({ address }, when) => (when === 'all' ? none.has(address) : !some.has(address)),
  }
}

function routeTo({ address }: DesiredVip, advert: Advert, bgp: DesiredBgp): Route {
  const family = familyOf(address)
  const prefix = advert.prefix ?? hostPrefix(family)
  const place = bgp.speaker === 'gobgp' ? { api: bgp.gobgp.address } : {}
  const base = {
    speaker: bgp.speaker,
    ...place,
    address: networkOf(address, prefix),
    prefix,
    owned: true,
  }
  if (bgp.speaker === 'table')
    return { ...base, communities: [], largeCommunities: [], prepend: 0, table: bgp.table }
  const nextHop = bgp.nextHop[family]
  const localPref = advert.localPref ?? bgp.localPref
  return {
    ...base,
    ...(nextHop && { nextHop }),
    communities: union(bgp.communities, advert.communities),
    largeCommunities: union(bgp.largeCommunities, advert.largeCommunities),
    ...(advert.med !== undefined && { med: advert.med }),
    ...(localPref !== usualPreference && { localPref }),
    prepend: advert.prepend,
  }
}

/** What routers take where nobody says otherwise. */
const usualPreference = 100

/** In the order of a row, by text, whoever said what: speakers that read back what they tell have no other. */
function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort()
}
