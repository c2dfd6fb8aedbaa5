/** What the operator wants, fully resolved: no names to look up, no defaults to fill in. */
import type { Announcing, DesiredBgp } from './announcing.ts'
import type { Check } from './check.ts'
import type { Serving } from './health.ts'
import type { Ip } from './ip.ts'
import type { Service, Sync, Timeouts } from './rows.ts'

/** One `[service.NAME]`. */
export interface DesiredService {
  readonly name: string
  /** The file that it stands in, for messages. */
  readonly file: string
  /** One row per VIP, port and protocol (or one firewall mark), with its destinations. Rows say `owned: true`. */
  readonly listeners: readonly Service[]
  /** False = drain the whole service. Disabled backends are not among the destinations. */
  readonly enabled: boolean
  /** Take over what somebody else put under these keys. */
  readonly adopt: boolean
  readonly snat: boolean
  /** How long removing a backend waits for its connections, in milliseconds; 0 = cut at once. */
  readonly drain: number
  /** What must be answered for a destination to be up, by its key (keyOf.destination). One without an entry is always up. */
  readonly checks: ReadonlyMap<string, readonly Check[]>
  /** What leads the checks that go through a VIP, by the key of the destination. */
  readonly checkServices: ReadonlyMap<string, Service>
  readonly serving: Serving
}

/** One VIP address, however many services share it. */
export interface DesiredVip {
  readonly address: Ip
  /** The link that it lives on; undefined = `external`, somebody else puts it there. */
  readonly link?: string
  /** True if the link is a dummy of ours, to be created when needed: `slb0` and `@service` ones. */
  readonly ownLink: boolean
  /** Absent = nobody is told of it. */
  readonly announcing?: Announcing
  /** Names of the services that use it, sorted. */
  readonly services: readonly string[]
}

/** What `[kernel]` says. A switch that is absent is `auto`. */
export interface DesiredKernel {
  /** By sysctl name (`net.ipv4.ip_forward`, `net.ipv4.vs.sloppy_tcp`): the value to set. */
  readonly sysctl: ReadonlyMap<string, string>
  /** Switches that slb must never touch: `"keep"`. */
  readonly keep: ReadonlySet<string>
  readonly timeouts?: Timeouts
  readonly sync: readonly Sync[]
}

/** How much one apply may remove without consent: of services and of destinations each. */
export interface GuardLimits {
  /** A share of what is ours, 0..1, or an absolute count. */
  readonly maxRemove: { readonly share: number } | { readonly count: number }
}

export type Conflict = 'refuse' | 'adopt' | 'force'

/** What `[node]` says: this machine, and how its daemon behaves. Times are in milliseconds. */
export interface DesiredNode {
  /** Absent = the host's name. */
  readonly name?: string
  /** What a daemon that is stopped leaves behind. */
  readonly onStop: 'keep' | 'drain' | 'withdraw'
  /** How long stopping may take. */
  readonly stopTimeout: number
  /** What is done about changes that others made to what is ours. */
  readonly drift: 'repair' | 'alert'
  /** How often IPVS is compared with what is wanted. */
  readonly driftInterval: number
  /** How long a file that is written in place must stand still. */
  readonly settle: number
  /** Programs that checks may run, by their paths; absent = none. */
  readonly allowExec?: readonly string[]
}

export interface Desired {
  readonly services: readonly DesiredService[]
  readonly vips: readonly DesiredVip[]
  readonly kernel: DesiredKernel
  readonly guard: GuardLimits
  readonly conflict: Conflict
  /** How many applies `history` remembers. */
  readonly history: number
  readonly node: DesiredNode
  /** Absent = no VIP is announced by BGP. */
  readonly bgp?: DesiredBgp
}
