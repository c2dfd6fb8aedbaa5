/** How the network shall learn of VIPs, as it is written. */
import type { Peer, SpeakerName } from './announcement.ts'
import type { Ip } from './ip.ts'

/** What is said of the route to a VIP. */
export interface Advert {
  /** The length of the prefix that is announced; absent = the address alone. */
  readonly prefix?: number
  readonly communities: readonly string[]
  readonly largeCommunities: readonly string[]
  readonly med?: number
  readonly localPref?: number
  readonly prepend: number
}

/** How one VIP is announced. */
export interface Announcing {
  /** The link to the neighbours that are told by ARP and NDP; absent = they are not told. */
  readonly uplink?: string
  /** Absent = peers are not told. */
  readonly bgp?: Advert
  /** Where several virtual services share the VIP: while any of them can serve, or only while all can. */
  readonly when: 'any' | 'all'
}

/** Of a VIP that nobody is told of: the same object for all of them. */
export const noAnnouncing: Announcing = { when: 'any' }

/** What `[bgp]` says. Times are in milliseconds. */
export interface DesiredBgp {
  readonly speaker: SpeakerName
  readonly peers: readonly Peer[]
  /** The names of the peers in the files, by the key of their rows. */
  readonly peerNames: ReadonlyMap<string, string>
  /** Of the routes of each family; absent = our own address. */
  readonly nextHop: { readonly ipv4?: Ip; readonly ipv6?: Ip }
  readonly communities: readonly string[]
  readonly largeCommunities: readonly string[]
  readonly localPref: number
  /** With `speaker: 'table'`. */
  readonly table: number
  /** How long peers are asked to prefer other ways before a drain withdraws a route. */
  readonly gracefulShutdown: number
  /** How long the network is given between the withdrawal of a route and what comes after. */
  readonly settle: number
  /** With `speaker: 'gobgp'`. */
  readonly gobgp: { readonly address: string; readonly own: boolean }
}
