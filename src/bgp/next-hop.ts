/** Where a peer is to send packets for a route of ours. */
import type { Route } from '../model/announcement.ts'
import { familyOf, type Ip } from '../model/ip.ts'

/** The addresses of ours that a session can show. */
export interface OwnAddresses {
  /** That of the session itself. */
  readonly local: Ip
  /** One of the other family on the same interface. */
  readonly beside: Ip | undefined
  /** The peer takes IPv4 routes with an IPv6 next hop (RFC 8950). */
  readonly extendedNextHop: boolean
}

/**
 * The next hop of a route for one peer: the one that is configured, else ourselves. Undefined if this host
 * has no address that would do.
 */
export function nextHopOf(route: Route, own: OwnAddresses): Ip | undefined {
  const family = familyOf(route.address)
  const able = (ip: Ip): boolean =>
    familyOf(ip) === family || (family === 'ipv4' && own.extendedNextHop)
  if (route.nextHop !== undefined) return able(route.nextHop) ? route.nextHop : undefined
  return able(own.local) ? own.local : own.beside
}
