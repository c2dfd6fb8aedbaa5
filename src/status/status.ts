/** What is wanted, what is live, and why they differ: for every service, backend and VIP. */
import { endpoint } from '../model/ip.ts'
import { compareDestinations, type Destination, keyOf, type Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Ledger, Plan, Wanted } from '../plan/types.ts'
import { fine, type Judged, type Verdicts, verdictsOf } from './verdict.ts'
import { type VipStatus, vipsOf } from './vips.ts'

/** How many connections a backend has. */
export interface Load {
  readonly active: number
  readonly inactive: number
  /** Clients that persistence binds to it. */
  readonly persistent: number
}

export interface BackendStatus extends Judged {
  readonly address: string
  readonly forward: string
  /** As it is live, or as it is wanted where it is not live. */
  readonly weight: number
  readonly connections?: Load
}

export interface ListenerStatus extends Judged {
  readonly key: string
  readonly scheduler: string
  readonly backends: readonly BackendStatus[]
}

export interface ServiceStatus {
  /** Empty for what no configuration and no journal knows a name of. */
  readonly name: string
  readonly listeners: readonly ListenerStatus[]
}

export interface Status {
  /** True if there is nothing to do, nothing pending and nothing refused. */
  readonly in_sync: boolean
  readonly services: readonly ServiceStatus[]
  readonly vips: readonly VipStatus[]
  /** Everything else that is not as it should be, by row key: kernel settings, links, source NAT. */
  readonly others: readonly (Judged & { readonly key: string })[]
  readonly foreign: readonly string[]
}

export interface StatusInput {
  readonly wanted: Wanted
  readonly seen: State
  readonly ledger: Ledger
  readonly plan: Plan
  /** By destination key. */
  readonly connections: ReadonlyMap<string, Load>
}

/** Puts together what is known. */
export function statusOf(input: StatusInput): Status {
  const { plan, seen } = input
  const verdicts = verdictsOf(plan, seen)
  const services = servicesOf(input, verdicts)
  return {
    in_sync: plan.changes.length + plan.pending.length + plan.refused.length === 0,
    services,
    vips: vipsOf(input, verdicts),
    others: othersOf(input, services, verdicts),
    foreign: plan.foreign.map(({ key }) => key),
  }
}

/** The verdicts on rows that stand nowhere else in a status, so that it always says why it differs. */
function othersOf(
  { wanted, seen, ledger }: StatusInput,
  services: readonly ServiceStatus[],
  verdicts: Verdicts,
): Status['others'] {
  const shown = new Set<string>(wanted.state.address.keys())
  for (const [key, row] of seen.address) if (row.owned || ledger.address.has(key)) shown.add(key)
  for (const { listeners } of services)
    for (const { key, backends } of listeners) {
      shown.add(key)
      for (const { address } of backends) shown.add(`${key} -> ${address}`)
    }
  return [...verdicts].flatMap(([key, verdict]) => (shown.has(key) ? [] : [{ key, ...verdict }]))
}

function servicesOf(input: StatusInput, verdicts: Verdicts): readonly ServiceStatus[] {
  const { wanted, seen, ledger, plan } = input
  const keys = new Set(wanted.state.service.keys())
  for (const [key, row] of seen.service) if (row.owned || ledger.service.has(key)) keys.add(key)
  const byName = new Map<string, ListenerStatus[]>()
  for (const key of [...keys].sort()) {
    const name = plan.names.get(key)?.[0] ?? ledger.service.get(key)?.name ?? ''
    const listeners = byName.get(name) ?? []
    byName.set(name, listeners)
    listeners.push(listenerOf(key, input, verdicts))
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, listeners]) => ({ name, listeners }))
}

function listenerOf(
  key: string,
  { wanted, seen, connections }: StatusInput,
  verdicts: Verdicts,
): ListenerStatus {
  const want = wanted.state.service.get(key)
  const live = seen.service.get(key)
  const verdict = verdicts.get(key) ?? fine
  const refused = verdict.state === 'refused'
  const rows = refused ? (live?.destinations ?? []) : both(want, live)
  return {
    key,
    scheduler: (live ?? want)?.scheduler ?? '',
    ...verdict,
    backends: rows.map(row => {
      const id = keyOf.destination(row)
      const load = connections.get(id)
      return {
        address: endpoint(row.address, row.port),
        forward: row.forward,
        weight: row.weight,
        ...(refused ? verdict : (verdicts.get(id) ?? fine)),
        ...(load && { connections: load }),
      }
    }),
  }
}

/** The live destinations, and the wanted ones that are not live. */
function both(want: Service | undefined, live: Service | undefined): readonly Destination[] {
  const lives = live?.destinations ?? []
  const known = new Set(lives.map(row => endpoint(row.address, row.port)))
  const missing = (want?.destinations ?? []).filter(
    row => !known.has(endpoint(row.address, row.port)),
  )
  return [...lives, ...missing].sort(compareDestinations)
}
