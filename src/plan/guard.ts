/** Refuse a plan that removes too much: a truncated file can be a valid file. */
import type { GuardLimits } from '../model/desired.ts'
import type { State } from '../model/state.ts'
import { isOurService } from './ours.ts'
import type { Ledger, Plan } from './types.ts'

/** Removing up to this many is never too much, unless it is the last. */
const alwaysAllowed = 3

export interface Removal {
  readonly services: number
  /** Destinations of services that stay. */
  readonly destinations: number
}

/** Why a plan is refused, in words; undefined = it may go on. */
export interface Verdict {
  readonly removal: Removal
  readonly refusal?: string
}

/**
 * Counts what a plan takes away (drains are removals, too) and holds it against the limits.
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
  const removal = removalOf(plan)
  const total = removal.services + removal.destinations
  if (total === 0 || total <= consent) return { removal }
  const have = ownedOf(seen, ledger)
  const reasons: string[] = []
  const check = (removed: number, all: number, noun: string): void => {
    if (removed > allowed(all, limits)) reasons.push(`${removed} of ${all} ${noun}s`)
  }
  check(removal.services, have.services, 'service')
  check(removal.destinations, have.destinations, 'destination')
  const created = plan.changes.filter(one => one.kind === 'service' && one.op === 'create').length
  const last = removal.services > 0 && have.services + created <= removal.services
  if (reasons.length === 0 && !last) return { removal }
  const what = last && reasons.length === 0 ? 'the last service' : reasons.join(' and ')
  return {
    removal,
    refusal: `the plan removes ${what}; if that is meant, say --yes-remove ${total}`,
  }
}

function allowed(all: number, limits: GuardLimits): number {
  if ('count' in limits.maxRemove) return limits.maxRemove.count
  return Math.max(alwaysAllowed, Math.floor(all * limits.maxRemove.share))
}

function removalOf(plan: Plan): Removal {
  const services = new Set<string>()
  for (const change of plan.changes)
    if (change.kind === 'service' && (change.op === 'delete' || change.op === 'drain'))
      services.add(change.row.id.key)
  let destinations = 0
  for (const change of plan.changes)
    if (
      change.kind === 'destination' &&
      (change.op === 'delete' || change.op === 'drain') &&
      !services.has(change.row.service.key)
    )
      destinations++
  return { services: services.size, destinations }
}

function ownedOf(seen: State, ledger: Ledger): Removal {
  let services = 0
  let destinations = 0
  for (const [key, service] of seen.service) {
    if (!isOurService(key, service, ledger)) continue
    services++
    destinations += service.destinations.length
  }
  return { services, destinations }
}
