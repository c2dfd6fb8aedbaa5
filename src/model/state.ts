/** One State for wanted and seen: rows by kind and key. */
import type { Arp, Peer, Route } from './announcement.ts'
import type { Address, Link, Service, Snat, Sync, Sysctl, Timeouts } from './rows.ts'

/** Destinations stand inside their service, as they do in the kernel. Keys are `keyOf[kind]`. */
export interface State {
  readonly sysctl: ReadonlyMap<string, Sysctl>
  readonly timeouts: ReadonlyMap<string, Timeouts>
  readonly sync: ReadonlyMap<string, Sync>
  readonly link: ReadonlyMap<string, Link>
  readonly service: ReadonlyMap<string, Service>
  readonly address: ReadonlyMap<string, Address>
  readonly snat: ReadonlyMap<string, Snat>
  readonly arp: ReadonlyMap<string, Arp>
  readonly peer: ReadonlyMap<string, Peer>
  readonly route: ReadonlyMap<string, Route>
}

/** The kinds that a State has a map for. */
export type TopKind = keyof State

export const topKinds: readonly TopKind[] = [
  'sysctl',
  'timeouts',
  'sync',
  'link',
  'service',
  'address',
  'snat',
  'arp',
  'peer',
  'route',
]

/** A State from some of its maps; the rest are empty. */
export function stateOf(parts: Partial<State> = {}): State {
  return {
    sysctl: parts.sysctl ?? new Map(),
    timeouts: parts.timeouts ?? new Map(),
    sync: parts.sync ?? new Map(),
    link: parts.link ?? new Map(),
    service: parts.service ?? new Map(),
    address: parts.address ?? new Map(),
    snat: parts.snat ?? new Map(),
    arp: parts.arp ?? new Map(),
    peer: parts.peer ?? new Map(),
    route: parts.route ?? new Map(),
  }
}
