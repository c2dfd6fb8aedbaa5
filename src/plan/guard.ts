/** Refuse a plan that removes too much: a truncated file can be a valid file. */
import type { Change } from '../model/change.ts'
import { isCheckService } from '../model/check-service.ts'
import type { GuardLimits } from '../model/desired.ts'
import { keyOf } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import { isOurAddress, isOurService } from './ours.ts'
import type { Ledger, Plan } from './types.ts'
import { withdrawnRoutes } from './withdrawals.ts'

/** Removing up to this many is never too much, unless it is the last. */
const alwaysAllowed = 3

/** Without the last of these a machine is of no use; that it is announced no more can be meant well. */
const neverLast: ReadonlySet<string> = new Set(['service', 'address', 'peer'])

export interface Removal {
  /** Services that go, and services that lose their last destination. */
  readonly services: number
  /** Destinations of services that stay, and keep others. */
  readonly destinations: number
  /** Addresses that go and do not come up elsewhere, while their services stay. */
  readonly addresses: number
  /** BGP neighbours that are told of nothing any more. */
  readonly peers: number
  /** Routes that go while services stay that they alone lead to. */
  readonly routes: number
}

/** Why a plan is refused, in words; undefined = it may go on. */
export interface Verdict {
  readonly removal: Removal
  readonly refusal?: string
}

/**
 * Counts what a plan takes away and holds it against the limits. Drains are removals, too: their end
 * was agreed to when they began, be it by whoever consented to more than the limits, and is not counted.
 *
 * @param consent how many removals the operator allowed (`--yes-remove N`).
 */
export function guard(
  plan: Plan,
  seen: State,
  ledger: Ledger,
  limits: GuardLimits,
  consent = 0,
): Verdict {
  const removal = removalOf(plan, seen, ledger)
  const total = Object.values(removal).reduce((sum, number) => sum + number, 0)
  if (total === 0 || total <= consent) return { removal }
  const have = ownedOf(plan, seen, ledger)
  const reasons: string[] = []
  for (const noun of ['service', 'destination', 'address', 'peer', 'route'] as const) {
    const count = `${noun}${noun === 'address' ? 'es' : 's'}` as keyof Removal
    if (removal[count] === 0) continue
    if (neverLast.has(noun) && have[count] <= removal[count]) reasons.push(`the last ${noun}`)
    else if (removal[count] > allowed(have[count], limits))
      reasons.push(`${removal[count]} of ${have[count]} ${count}`)
  }
  if (reasons.length === 0) return { removal }
  return {
    removal,
    refusal: `the plan removes ${reasons.join(' and ')}; if that is meant, say --yes-remove ${total}`,
  }
}

function allowed(all: number, limits: GuardLimits): number {
  if ('count' in limits.maxRemove) return limits.maxRemove.count
  return Math.max(alwaysAllowed, Math.floor(all * limits.maxRemove.share))
}

function removalOf(plan: Plan, seen: State, ledger: Ledger): Removal {
  const { draining } = ledger
  const isAgreed = (key: string): boolean => {
    const all = seen.service.get(key)?.destinations ?? []
    return all.length > 0 && all.every(row => draining.has(keyOf.destination(row)))
  }
  const asked = plan.agreed ?? none
  const gone = new Set<string>()
  const leaving = new Map<string, number>()
  const coming = new Map<string, number>()
  const placed = new Set<string>()
  for (const change of plan.changes) {
    if (isOfCheck(change)) continue
    const leaves = change.op === 'delete' || change.op === 'drain'
    if (change.kind === 'service' && leaves) gone.add(change.row.id.key)
    if (change.kind === 'destination') {
      const key = keyOf.destination(change.row)
      if (leaves && !draining.has(key) && !asked.has(key)) count(leaving, change.row.service.key)
      if (change.op === 'create') count(coming, change.row.service.key)
    }
    if (change.kind === 'address' && !leaves) placed.add(change.row.address)
  }
  let destinations = 0
  const emptied = new Set<string>()
  for (const [key, number] of leaving) {
    if (gone.has(key)) continue
    const have = seen.service.get(key)?.destinations.length ?? 0
    if (number >= have + (coming.get(key) ?? 0)) emptied.add(key)
    else destinations += number
  }
  const closed = new Set<string>()
  for (const key of gone) closed.add(seen.service.get(key)?.id.address ?? key)
  // One that waits does so for a service that drains.
  const waiting = new Set([...asked, ...plan.pending.map(one => one.key)])
  let addresses = 0
  for (const { kind, op, row } of plan.changes)
    if (kind === 'address' && op === 'delete' && !waiting.has(keyOf.address(row)))
      if (!placed.has(row.address) && !closed.has(row.address)) addresses++
  const services = [...gone].filter(key => !asked.has(key) && !isAgreed(key)).length
  const changes = [...plan.changes, ...plan.forgotten]
  const peers = changes.filter(({ kind, op }) => kind === 'peer' && op === 'delete').length
  const routes = withdrawnRoutes({ ...plan, changes }, seen, (key, row) => {
    return isOurService(key, row, ledger) && !isCheckService(row.id) && !gone.has(key)
  })
  return { services: services + emptied.size, destinations, addresses, peers, routes }
}

const none: ReadonlySet<string> = new Set()

function count(into: Map<string, number>, key: string): void {
  into.set(key, (into.get(key) ?? 0) + 1)
}

/** True of what only checks use: no client loses anything by it. */
function isOfCheck({ kind, row }: Change): boolean {
  if (kind === 'service') return isCheckService(row.id)
  return kind === 'destination' && isCheckService(row.service)
}

/** What is ours now, and what the plan makes ours. */
function ownedOf(plan: Plan, seen: State, ledger: Ledger): Removal {
  const have = { services: 0, destinations: 0, addresses: 0, peers: seen.peer.size, routes: 0 }
  for (const [key, service] of seen.service) {
    if (isCheckService(service.id) || !isOurService(key, service, ledger)) continue
    have.services++
    have.destinations += service.destinations.length
  }
  for (const [key, row] of seen.address) if (isOurAddress(key, row, ledger)) have.addresses++
  for (const row of seen.route.values()) if (row.owned) have.routes++
  for (const { kind } of plan.forgotten) have[kind === 'peer' ? 'peers' : 'routes']++
  for (const change of plan.changes) {
    if (isOfCheck(change) || (change.op !== 'create' && change.op !== 'adopt')) continue
    if (change.kind === 'service') {
      have.services++
      have.destinations += change.from?.destinations.length ?? 0
    }
    if (change.kind === 'address') have.addresses++
    if (change.kind === 'peer') have.peers++
    if (change.kind === 'route') have.routes++
  }
  return have
}
