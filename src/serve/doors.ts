/** Virtual services that are not to be reached now, and the addresses that lead to nothing else. */
import type { Address, Service, Snat } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Wanted } from '../plan/types.ts'
import type { Asked } from './asked.ts'
import type { Care } from './census.ts'
import { leadsOf } from './leads.ts'
import type { Outcome } from './listener.ts'

/**
 * Without what is drained as a whole, and without addresses where nobody answers any more.
 *
 * @param written where announcements lead is the same there, whatever becomes of backends: it is looked up once.
 */
export function closeDoors(
  wanted: Wanted,
  cares: ReadonlyMap<string, Care>,
  asked: Asked,
  outcome: Outcome,
  written: State,
): Wanted {
  const drained = new Set<string>()
  const withdrawn = new Set<string>()
  for (const [key, { name, serving }] of cares)
    if (asked.drains(name)) drained.add(key)
    else if (outcome.ceased.has(key) && serving.whenEmpty === 'withdraw')
      if (!leavesWithRoute(key, written)) withdrawn.add(key)
  if (drained.size === 0 && withdrawn.size === 0) return wanted
  const { state } = wanted
  const service = new Map<string, Service>()
  const open = new Set<string | undefined>()
  const shut = new Set<string | undefined>()
  state.service.forEach((row, key) => {
    if (drained.has(key)) {
      outcome.agreed.add(key)
      outcome.reasons.set(key, 'asked to drain')
      return
    }
    service.set(key, row)
    if (withdrawn.has(key)) shut.add(row.id.address)
    else open.add(row.id.address)
  })
  const address = new Map<string, Address>()
  for (const [key, row] of state.address)
    if (open.has(row.address)) address.set(key, row)
    else {
      outcome.agreed.add(key)
      const isShut = shut.has(row.address)
      outcome.reasons.set(key, isShut ? 'nothing behind it can serve' : 'asked to drain')
    }
  const snat = new Map<string, Snat>()
  for (const [key, row] of state.snat) if (!drained.has(row.service.key)) snat.set(key, row)
  const services = drained.size === 0 ? state.service : service
  return { ...wanted, state: { ...state, service: services, address, snat } }
}

/**
 * True where taking the route back is enough: the address stays, so that what is still under way meets
 * a host that has it. One that is told to neighbours on a link goes: it would be answered for.
 */
function leavesWithRoute(key: string, written: State): boolean {
  const address = written.service.get(key)?.id.address
  const { routed, toldOnLink } = leadsOf(written)
  return address !== undefined && routed(address) && !toldOnLink(address)
}
