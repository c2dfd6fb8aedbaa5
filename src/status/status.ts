/** What is wanted, what is live, and why they differ: for every service, backend and VIP. */
import { type Change, changeKey } from '../model/change.ts'
import { endpoint, type Family } from '../model/ip.ts'
import {
  compareDestinations,
  type Destination,
  type Kind,
  keyOf,
  type Service,
} from '../model/rows.ts'
import type { State } from '../model/state.ts'
import { fieldChanges, fieldsOf, showChange } from '../plan/fields.ts'
import type { Ledger, Plan, Wanted } from '../plan/types.ts'

/**
 * How a row stands.
 *
 * - `ok`: live as wanted. `missing`: wanted, not live. `differs`: live, but not as wanted.
 * - `draining`: on its way out. `unwanted`: ours, to be removed.
 * - `refused`: wanted, but somebody else holds it. `foreign`: the next apply takes it over.
 */
export type Standing =
  | 'ok'
  | 'missing'
  | 'differs'
  | 'draining'
  | 'unwanted'
  | 'refused'
  | 'foreign'

/** How many connections a backend has. */
export interface Load {
  readonly active: number
  readonly inactive: number
  /** Clients that persistence binds to it. */
  readonly persistent: number
}

interface Judged {
  readonly state: Standing
  /** In words; absent where the state says all. */
  readonly why?: string
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

export interface VipStatus extends Judged {
  readonly address: string
  readonly family: Family
  readonly link: string
  readonly services: readonly string[]
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
  /** Settings of the kernel that differ. */
  readonly kernel: readonly (Judged & { readonly key: string })[]
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
  const { plan } = input
  const verdicts = verdictsOf(plan)
  return {
    in_sync: plan.changes.length + plan.pending.length + plan.refused.length === 0,
    services: servicesOf(input, verdicts),
    vips: vipsOf(input, verdicts),
    kernel: plan.changes
      .filter(({ kind }) => kind === 'sysctl' || kind === 'timeouts' || kind === 'sync')
      .map(change => ({ key: changeKey(change), ...judge(change) })),
    foreign: plan.foreign.map(({ key }) => key),
  }
}

type Verdicts = ReadonlyMap<string, Judged>

/** By row key: everything that is not as it should be. */
function verdictsOf(plan: Plan): Verdicts {
  const verdicts = new Map<string, Judged>()
  for (const change of plan.changes) verdicts.set(changeKey(change), judge(change))
  for (const { key, reason } of plan.pending) {
    const state = reason.startsWith('draining') ? 'draining' : 'missing'
    verdicts.set(key, { state, why: reason })
  }
  for (const { key, owner } of plan.refused) verdicts.set(key, { state: 'refused', why: owner })
  return verdicts
}

function judge(change: Change): Judged {
  switch (change.op) {
    case 'create':
      return { state: 'missing' }
    case 'adopt':
      return { state: 'foreign', why: 'made by somebody else, to be taken over' }
    case 'drain':
    case 'delete':
      return { state: 'unwanted', why: 'not in the configuration' }
    default: {
      const from = change.from === undefined ? {} : fieldsOf(change.kind as Kind, change.from)
      const changes = fieldChanges(from, fieldsOf(change.kind as Kind, change.row))
      return { state: 'differs', why: changes.map(showChange).join(', ') }
    }
  }
}

const fine: Judged = { state: 'ok' }

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

function vipsOf({ wanted, seen, ledger, plan }: StatusInput, verdicts: Verdicts): VipStatus[] {
  const rows = new Map(wanted.state.address)
  for (const [key, row] of seen.address)
    if (row.owned || ledger.address.has(key)) rows.set(key, row)
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, row]) => ({
      address: row.address,
      family: row.address.includes(':') ? 'ipv6' : 'ipv4',
      link: row.link,
      services: plan.names.get(key) ?? [],
      ...(verdicts.get(key) ?? fine),
    }))
}
