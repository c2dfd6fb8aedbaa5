/** What the two sides of a session agree on, by what each says in its OPEN. */
import type { Peer } from '../model/announcement.ts'
import type { Family, Ip } from '../model/ip.ts'
import { type Fault, fault } from './wire/fault.ts'
import { encodeOpen, type Open } from './wire/open.ts'

/** What holds for as long as the session does. */
export interface Agreement {
  /** What the peer can be told of. */
  readonly families: readonly Family[]
  /** It knows AS numbers of four octets. */
  readonly as4: boolean
  /** It takes IPv4 routes with an IPv6 next hop. */
  readonly extendedNextHop: boolean
  /** In milliseconds; Infinity = never. */
  readonly hold: number
  /** What the configuration wants and the peer does not. */
  readonly warning: string | undefined
}

/**
 * How often a KEEPALIVE is sent, in milliseconds: three times in the hold time at least (RFC 4271, 10).
 * The peer need not know, so that another one can be configured without another session.
 */
export function keepaliveInterval({ keepalive }: Peer, { hold }: Agreement): number {
  if (!Number.isFinite(hold)) return Number.POSITIVE_INFINITY
  return keepalive > 0 ? Math.min(keepalive * 1000, hold / 3) : hold / 3
}

/** What is said of a start of ours (RFC 4724, 3 and 4.1). */
export interface Start {
  /** We have just started again: the R bit. */
  readonly restarting: boolean
  /** Packets were forwarded since the session before: the F bits. */
  readonly preserved: boolean
}

const names = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

/** Our OPEN. */
export function openOf(peer: Peer, routerId: Ip, start: Start): Buffer {
  const { localAs, hold, families, gracefulRestart: time } = peer
  return encodeOpen({
    kind: 'open',
    as: localAs,
    hold,
    routerId,
    capabilities: {
      families,
      as4: localAs,
      routeRefresh: true,
      extendedNextHop: peer.address.includes(':') && families.includes('ipv4'),
      ...(time === 0 ? {} : { gracefulRestart: { ...start, time, families } }),
    },
  })
}

/** What follows from the OPEN of a peer, or why there is no session with it. */
export function agree(peer: Peer, routerId: Ip, open: Open): Agreement | Fault {
  const { as, hold, capabilities } = open
  if (as !== peer.as)
    return fault(
      'badPeerAs',
      [],
      `the peer says its AS is ${as}, the configuration says ${peer.as}`,
    )
  // RFC 6286, 2.1: unique within an AS.
  if (as === peer.localAs && open.routerId === routerId)
    return fault(
      'badIdentifier',
      [],
      `the peer has our own router id ${routerId}: give one of them another`,
    )
  const offered = capabilities.families ?? ['ipv4']
  const seconds = hold === 0 || peer.hold === 0 ? 0 : Math.min(hold, peer.hold)
  const missing = peer.families.filter(family => !offered.includes(family))
  return {
    families: peer.families.filter(family => offered.includes(family)),
    as4: capabilities.as4 !== undefined,
    extendedNextHop: capabilities.extendedNextHop && peer.address.includes(':'),
    hold: seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1000,
    warning:
      missing.length === 0
        ? undefined
        : `the peer takes no ${missing.map(family => names[family]).join(' and no ')} routes: allow the family there`,
  }
}
