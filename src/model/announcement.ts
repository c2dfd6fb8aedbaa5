/** The rows of announcements: how the network is told where a VIP is. */
import type { Family, Ip } from './ip.ts'

/**
 * Who tells BGP of a route: the speaker of `slb run` itself, a gobgpd, or the daemon of this host that
 * takes routes out of a routing table of the kernel.
 */
export type SpeakerName = 'embedded' | 'gobgp' | 'table'

/** Where a password is. Never the password itself: a row can be shown, written down and compared. */
export type PasswordSource =
  | { readonly file: string }
  | { readonly env: string }
  /** The name of a credential of the service manager (systemd.exec(5), `LoadCredential=`). */
  | { readonly credential: string }

/** A BGP neighbour, and how a session to it is made. Times are in seconds. */
export interface Peer {
  readonly speaker: 'embedded' | 'gobgp'
  /** Where the gobgpd is, with `speaker: 'gobgp'` only: `unix:/PATH` or `HOST:PORT`. */
  readonly api?: string
  readonly address: Ip
  readonly port: number
  readonly as: number
  readonly localAs: number
  /** Absent = the IPv4 address that the session is made from. */
  readonly routerId?: Ip
  /** Absent = the address that the kernel chooses. */
  readonly localAddress?: Ip
  /** 0 = the session never expires; 3 or more otherwise (RFC 4271, 4.2). */
  readonly hold: number
  readonly keepalive: number
  /** How many hops it is away at most; 1 = on the same network. */
  readonly multihop: number
  /** Packets leave with TTL 255, and count only if they come from no further than `multihop` (RFC 5082). */
  readonly ttlSecurity: boolean
  /** For how long it keeps the routes of a session that was cut (RFC 4724); 0 = not at all. */
  readonly gracefulRestart: number
  /** What it is told of. */
  readonly families: readonly Family[]
  /** It is never told of more routes than this; 0 = of any number. */
  readonly maxPrefixes: number
  /** TCP MD5 signatures (RFC 2385). */
  readonly password?: PasswordSource
}

/** A route that the network is told of. */
export interface Route {
  readonly speaker: SpeakerName
  /** As of a peer. */
  readonly api?: string
  readonly address: Ip
  readonly prefix: number
  /** Absent = the address of this host that each peer knows it by. */
  readonly nextHop?: Ip
  /** Sorted, as `65000:100` (RFC 1997); well-known ones by number, too. */
  readonly communities: readonly string[]
  /** Sorted, as `65000:1:2` (RFC 8092). */
  readonly largeCommunities: readonly string[]
  readonly med?: number
  /** Only within one AS (RFC 4271, 5.1.5). */
  readonly localPref?: number
  /** How many times more than once our AS stands in the path. */
  readonly prepend: number
  /** The routing table, with `speaker: 'table'` only. */
  readonly table?: number
  readonly owned: boolean
}

/** That the neighbours on a link are told which machine has an address (ARP, RFC 826; NDP, RFC 4861). */
export interface Arp {
  /** The link that leads to them. */
  readonly link: string
  readonly address: Ip
}

/** The community by which a router is asked to prefer other ways from now on (RFC 8326, 5). */
export const gracefulShutdown = '65535:0'

/** A state of RFC 4271, 8.2.2. */
export type SessionState = 'idle' | 'connect' | 'open-sent' | 'open-confirm' | 'established'

/** How a session is. Never part of a row. */
export interface PeerStatus {
  readonly address: Ip
  readonly state: SessionState
  /** Milliseconds of the monotonic clock. */
  readonly since: number
  /** Why the last session ended or could not be made, in words. */
  readonly lastError?: string
  /** How many routes it has been told of and not been told to forget. */
  readonly sent: number
  /** What is not as it should be although the session stands, in words. */
  readonly warning?: string
}

/** Why nobody knows what a speaker announces. */
export interface Silence {
  /** In words. */
  readonly why: string
  /** True if it does not run: what it was told has ended with it. */
  readonly ended: boolean
}

/** The key of a peer. */
export function peerKey({ address }: Peer): string {
  return `peer ${address}`
}

/** The key of a route. */
export function routeKey({ address, prefix }: Route): string {
  return `route ${address}/${prefix}`
}

/** The key of an announcement on a link. */
export function arpKey({ link, address }: Arp): string {
  return `arp ${link} ${address}`
}
