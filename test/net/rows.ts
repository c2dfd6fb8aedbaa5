/** Rows of announcements for tests. */
import type { Peer, Route } from '../../src/model/announcement.ts'
import { familyOf, hostPrefix } from '../../src/model/ip.ts'
import { address, type Machine } from './segment.ts'

/** The AS of the speakers under test, and that of their routers. */
export const ourAs = 65001
export const routersAs = 65000

/** A host route, or with `192.0.2.0/24` another. */
export function route(text: string, more: Partial<Route> = {}): Route {
  const [ip = '', length] = text.split('/')
  const at = address(ip)
  return {
    speaker: 'embedded',
    address: at,
    prefix: length === undefined ? hostPrefix(familyOf(at)) : Number(length),
    communities: [],
    largeCommunities: [],
    prepend: 0,
    owned: true,
    ...more,
  }
}

/** The same in a routing table. */
export function tableRoute(text: string, table = 198): Route {
  return route(text, { speaker: 'table', table })
}

/** A router as a neighbour, over IPv4. */
export function peer(router: Machine, more: Partial<Peer> = {}): Peer {
  return {
    speaker: 'embedded',
    address: router.ipv4,
    port: 179,
    as: routersAs,
    localAs: ourAs,
    hold: 9,
    keepalive: 3,
    multihop: 1,
    ttlSecurity: false,
    gracefulRestart: 0,
    families: ['ipv4', 'ipv6'],
    maxPrefixes: 0,
    ...more,
  }
}
