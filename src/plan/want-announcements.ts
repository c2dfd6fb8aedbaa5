/** The rows by which the network learns of VIPs. */
import {
  type Arp,
  arpKey,
  type Peer,
  peerKey,
  type Route,
  routeKey,
} from '../model/announcement.ts'
import { type Advert, type DesiredBgp, noAnnouncing } from '../model/announcing.ts'
import type { Desired, DesiredVip } from '../model/desired.ts'
import { familyOf, hostPrefix } from '../model/ip.ts'
import { networkOf } from '../model/network.ts'

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
  { vips, bgp }: Desired,
  disabled: ReadonlySet<string>,
  names: Map<string, readonly string[]>,
): Announcements {
  const wanted: Announcements = {
    arp: new Map(),
    peer: new Map(bgp?.speaker === 'table' ? [] : bgp?.peers.map(row => [peerKey(row), row])),
    route: new Map(),
    strict: new Set(),
  }
  for (const vip of vips) {
    const services = vip.services.filter(name => !disabled.has(name))
    if (services.length === 0) continue
    const { uplink, bgp: advert, when } = vip.announcing ?? noAnnouncing
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

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.length === 0 ? b : [...new Set([...a, ...b])].sort()
}
