/** What a kernel in memory holds, with no rules of its own: the rules are in memory-ipvs.ts and memory-host.ts. */
import type { Arp, Peer, Route } from '../model/announcement.ts'
import { kernelTimeouts } from '../model/defaults.ts'
import { endpoint, type Ip } from '../model/ip.ts'
import {
  type Address,
  compareDestinations,
  type Destination,
  keyOf,
  type Link,
  type Service,
  type Snat,
  type Sync,
  type Sysctl,
  type Timeouts,
} from '../model/rows.ts'
import { type State, stateOf } from '../model/state.ts'

/** A virtual service with destinations that can be found by address and port. */
export interface Slot {
  /** The service's own fields; its `destinations` are stale, `slot.destinations` counts. */
  service: Service
  readonly destinations: Map<string, Destination>
}

/** All tables of one network namespace, by row key; changed in place. */
export interface MemoryKernel {
  readonly sysctl: Map<string, Sysctl>
  readonly sync: Map<string, Sync>
  readonly link: Map<string, Link>
  readonly service: Map<string, Slot>
  readonly address: Map<string, Address>
  readonly snat: Map<string, Snat>
  readonly arp: Map<string, Arp>
  readonly peer: Map<string, Peer>
  readonly route: Map<string, Route>
  timeouts: Required<Timeouts>
  readonly schedulers: ReadonlySet<string>
  readonly engines: ReadonlySet<string>
}

/** The schedulers that Linux comes with, as modules `ip_vs_NAME`. */
export const usualSchedulers: readonly string[] = [
  ...['rr', 'wrr', 'lc', 'wlc', 'fo', 'ovf', 'lblc', 'lblcr', 'dh', 'sh', 'mh', 'sed', 'nq'],
]

/**
 * The switches of a fresh network namespace with ip_vs loaded, as far as slb looks at them
 * (Documentation/networking/ipvs-sysctl.rst).
 */
export const usualSysctls: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.ipv4.ping_group_range': '1 0',
  'net.ipv4.conf.all.accept_local': '0',
  'net.ipv4.vs.am_droprate': '10',
  'net.ipv4.vs.amemthresh': '1024',
  'net.ipv4.vs.backup_only': '0',
  'net.ipv4.vs.cache_bypass': '0',
  'net.ipv4.vs.conn_reuse_mode': '1',
  'net.ipv4.vs.conntrack': '0',
  'net.ipv4.vs.drop_entry': '0',
  'net.ipv4.vs.drop_packet': '0',
  'net.ipv4.vs.expire_nodest_conn': '0',
  'net.ipv4.vs.expire_quiescent_template': '0',
  'net.ipv4.vs.ignore_tunneled': '0',
  'net.ipv4.vs.nat_icmp_send': '0',
  'net.ipv4.vs.pmtu_disc': '1',
  'net.ipv4.vs.run_estimation': '1',
  'net.ipv4.vs.schedule_icmp': '0',
  'net.ipv4.vs.secure_tcp': '0',
  'net.ipv4.vs.sloppy_sctp': '0',
  'net.ipv4.vs.sloppy_tcp': '0',
  'net.ipv4.vs.snat_reroute': '1',
  'net.ipv4.vs.sync_persist_mode': '0',
  'net.ipv4.vs.sync_ports': '1',
  'net.ipv4.vs.sync_refresh_period': '0',
  'net.ipv4.vs.sync_retries': '0',
  'net.ipv4.vs.sync_threshold': '3 50',
  'net.ipv4.vs.sync_version': '1',
}

/** The part of a destination's key that is its own. */
export const placeOf = (row: { readonly address: Ip; readonly port: number }): string =>
  endpoint(row.address, row.port)

export interface KernelOptions {
  /** Names of the schedulers that it can load; those of Linux 7 unless told. `none` is always there. */
  readonly schedulers?: readonly string[]
  /** Names of the persistence engines that it can load; `sip` unless told. */
  readonly engines?: readonly string[]
}

/** A kernel that holds these rows, whatever its own rules would have said to them. */
export function kernelOf(state: State, options: KernelOptions = {}): MemoryKernel {
  const service = new Map<string, Slot>()
  for (const [key, row] of state.service)
    service.set(key, {
      service: row,
      destinations: new Map(row.destinations.map(one => [placeOf(one), one])),
    })
  const sysctl = new Map<string, Sysctl>()
  for (const [name, value] of Object.entries(usualSysctls))
    sysctl.set(keyOf.sysctl({ name, value }), { name, value })
  for (const [key, row] of state.sysctl) sysctl.set(key, row)
  return {
    sysctl,
    sync: new Map(state.sync),
    link: new Map(state.link),
    service,
    address: new Map(state.address),
    snat: new Map(state.snat),
    arp: new Map(state.arp),
    peer: new Map(state.peer),
    route: new Map(state.route),
    timeouts: { ...kernelTimeouts, ...state.timeouts.get('timeouts') },
    schedulers: new Set(options.schedulers ?? usualSchedulers),
    engines: new Set(options.engines ?? ['sip']),
  }
}

/** The service of a slot as a row, destinations in their order. */
export function serviceOf(slot: Slot): Service {
  const destinations = [...slot.destinations.values()].sort(compareDestinations)
  return { ...slot.service, destinations }
}

/** All rows as they stand now; later changes of the kernel do not reach them. */
export function stateIn(kernel: MemoryKernel): State {
  return stateOf({
    sysctl: new Map(kernel.sysctl),
    timeouts: new Map([['timeouts', { ...kernel.timeouts }]]),
    sync: new Map(kernel.sync),
    link: new Map(kernel.link),
    service: new Map([...kernel.service].map(([key, slot]) => [key, serviceOf(slot)])),
    address: new Map(kernel.address),
    snat: new Map(kernel.snat),
    arp: new Map(kernel.arp),
    peer: new Map(kernel.peer),
    route: new Map(kernel.route),
  })
}
