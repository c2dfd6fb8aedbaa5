/**
 * The rows of a live system: what can be wanted, seen, compared and changed.
 *
 * One set of types serves both sides. A row holds configuration only: counters live elsewhere
 * (`Connections`), so equality never sees statistics.
 */
import { type Arp, arpKey, type Peer, peerKey, type Route, routeKey } from './announcement.ts'
import { endpoint, type Family, type Ip } from './ip.ts'

/** A kernel switch below /proc/sys, by its dotted name. */
export interface Sysctl {
  readonly name: string
  readonly value: string
}

/** IPVS connection timeouts in seconds (`ipvsadm --set`). An absent one is not managed. */
export interface Timeouts {
  readonly tcp?: number
  readonly tcpfin?: number
  readonly udp?: number
}

/** An IPVS connection synchronisation daemon; at most one per role. */
export interface Sync {
  readonly role: 'master' | 'backup'
  readonly interface: string
  readonly id: number
  readonly group: Ip
  readonly port: number
  readonly ttl: number
  readonly maxlen: number
}

/** A network link. Only `dummy` links of ours are ever created or deleted. */
export interface Link {
  readonly name: string
  /** IFLA_INFO_KIND (`dummy`, `veth`, ...), or `device` for a link without one. */
  readonly type: string
  readonly up: boolean
  /** True if it carries our mark (IFLA_IFALIAS). */
  readonly owned: boolean
  /**
   * Another one when the link was made anew under its name, or lost its carrier, as by being taken down.
   * Not compared; only of a link that was read.
   */
  readonly epoch?: string
}

export type Protocol = 'tcp' | 'udp' | 'sctp'
export type Forward = 'nat' | 'direct' | 'tunnel' | 'local'

/** What identifies a virtual service in the kernel: these fields and no others. */
export interface ServiceId {
  /** `tcp 192.0.2.10:80`, `tcp [2001:db8::1]:80`, `fwmark 7 ipv4`. */
  readonly key: string
  readonly protocol: Protocol | 'fwmark'
  readonly family: Family
  /** Absent for a firewall mark. */
  readonly address?: Ip
  /** 0 for a firewall mark, or for all ports. */
  readonly port: number
  /** 0 unless the protocol is `fwmark`. */
  readonly fwmark: number
}

/** An IPVS virtual service with all its destinations. */
export interface Service {
  readonly id: ServiceId
  /** `none` is the kernel's word for a service without scheduler. */
  readonly scheduler: string
  /** IP_VS_SVC_F_SCHED1..3 as bits 0..2. Bit 0: sh-fallback, mh-fallback; bit 1: sh-port, mh-port. */
  readonly schedulerFlags: number
  /** Persistence timeout in seconds; 0 = none. */
  readonly persistence: number
  /** Prefix length that persistence groups clients by; 32 or 128 = each client alone. */
  readonly netmask: number
  /** Persistence engine (`sip`), or the empty string. */
  readonly engine: string
  readonly onePacket: boolean
  /** True if it carries our mark (bits 16..31 of the service flags). */
  readonly owned: boolean
  /** Sorted by `compareDestinations`, each address and port once. */
  readonly destinations: readonly Destination[]
}

/** How packets are wrapped on the way to a `tunnel` destination. */
export interface Tunnel {
  readonly type: 'ipip' | 'gue' | 'gre'
  /** UDP port of `gue`; 0 otherwise. */
  readonly port: number
  readonly checksum: 'none' | 'full' | 'remote'
}

/** A real server behind a virtual service. */
export interface Destination {
  readonly service: ServiceId
  readonly address: Ip
  readonly port: number
  readonly forward: Forward
  /** 0 = quiesced: no new connections. */
  readonly weight: number
  /** Connection count over which it gets no new connections; 0 = none. */
  readonly upper: number
  /** Connection count under which it gets new ones again; 0 = kernel's default, 3/4 of upper. */
  readonly lower: number
  /** Only with `forward: 'tunnel'`. */
  readonly tunnel?: Tunnel
}

/** An address on a link. */
export interface Address {
  readonly link: string
  readonly address: Ip
  readonly prefix: number
  /** IPv6 without duplicate-address detection (IFA_F_NODAD). Not compared: it only says how to add. */
  readonly nodad: boolean
  /**
   * The link on which no other host may have an IPv4 address when it is added (RFC 5227, 2.1). Not
   * compared: it only says how to add.
   */
  readonly probe?: string
  /** IPv6 duplicate-address detection found another holder (IFA_F_DADFAILED). */
  readonly dadFailed: boolean
  /** True if it carries our mark (IFA_PROTO). */
  readonly owned: boolean
}

/** Source NAT of the connections of one virtual service, towards its destinations. */
export interface Snat {
  readonly service: ServiceId
}

/** Every kind of row, by its name in plans. */
export interface Rows {
  sysctl: Sysctl
  timeouts: Timeouts
  sync: Sync
  link: Link
  service: Service
  destination: Destination
  address: Address
  snat: Snat
  arp: Arp
  peer: Peer
  route: Route
}

export type Kind = keyof Rows

/**
 * The kinds in the order of building up.
 *
 * An address comes late: it is the door. Behind it the service has its destinations and the source
 * NAT of its connections already stands, so the first packet is treated like the millionth. Nobody is
 * told the way to a door that is not there: announcements come after it.
 */
export const kinds: readonly Kind[] = [
  'sysctl',
  'timeouts',
  'sync',
  'link',
  'service',
  'destination',
  'snat',
  'address',
  'arp',
  'peer',
  'route',
]

/** The canonical key of a virtual service. */
export function serviceId(
  protocol: Protocol,
  family: Family,
  address: Ip,
  port: number,
): ServiceId {
  return {
    key: `${protocol} ${endpoint(address, port)}`,
    protocol,
    family,
    address,
    port,
    fwmark: 0,
  }
}

/** The canonical key of a firewall-mark service. */
export function fwmarkId(fwmark: number, family: Family): ServiceId {
  return { key: `fwmark ${fwmark} ${family}`, protocol: 'fwmark', family, port: 0, fwmark }
}

/** The canonical key of a row, unique over all kinds. */
export const keyOf: { readonly [K in Kind]: (row: Rows[K]) => string } = {
  sysctl: row => `sysctl ${row.name}`,
  timeouts: () => 'timeouts',
  sync: row => `sync ${row.role}`,
  link: row => `link ${row.name}`,
  service: row => row.id.key,
  destination: row => `${row.service.key} -> ${endpoint(row.address, row.port)}`,
  address: row => `address ${row.link} ${row.address}/${row.prefix}`,
  snat: row => `snat ${row.service.key}`,
  arp: arpKey,
  peer: peerKey,
  route: routeKey,
}

/** The order of the destinations in a service: by address text, then port. */
export function compareDestinations(
  a: { readonly address: Ip; readonly port: number },
  b: { readonly address: Ip; readonly port: number },
): number {
  if (a.address !== b.address) return a.address < b.address ? -1 : 1
  return a.port - b.port
}

/** Equality of all that is configured of a service but its destinations, the owner mark among it. */
export function sameService(a: Service, b: Service): boolean {
  return (
    a.scheduler === b.scheduler &&
    a.schedulerFlags === b.schedulerFlags &&
    a.persistence === b.persistence &&
    a.netmask === b.netmask &&
    a.engine === b.engine &&
    a.onePacket === b.onePacket &&
    a.owned === b.owned
  )
}
