/** Compare virtual services and their destinations, wanted against seen. */
import { type Change, changeKey } from '../model/change.ts'
import { isCheckService } from '../model/check-service.ts'
import { openComparison } from '../model/remember.ts'
import {
  compareDestinations,
  type Destination,
  keyOf,
  type Service,
  sameService,
  type Tunnel,
} from '../model/rows.ts'
import { conflictOver, type Draft, type PlanInput } from './draft.ts'
import { fingerprint } from './fingerprint.ts'
import { isOurService } from './ours.ts'

/** Drain time of a service of ours whose own nobody wrote down or recorded, in milliseconds. */
export const defaultDrain = 60_000

/** What was seen as it was wanted is the wanted row itself, and in most rounds most are. */
const compareRows = openComparison<Service>((wanted, seen) => wanted === seen && seen.owned)

/**
 * Writes the changes of all services into the draft.
 *
 * Returns the keys of the wanted services that will not stand as they should: somebody else holds
 * them, or the kernel refused them.
 */
export function compareServices(input: PlanInput, draft: Draft): ReadonlySet<string> {
  const { wanted, seen, ledger } = input
  const held = new Set<string>()
  const { unlike, extra } = compareRows(wanted.state.service, seen.service)
  for (const key of unlike) {
    const service = wanted.state.service.get(key)
    if (service === undefined) continue
    const have = seen.service.get(key)
    if (have !== undefined && isOurService(key, have, ledger)) update(service, have, input, draft)
    else if (input.failed?.has(key)) held.add(key)
    else if (have === undefined) create(service, input, draft)
    else if (!takeOver(service, have, input, draft)) held.add(key)
  }
  if (extra.length === 0) return held
  const unready = new Map<string, string>()
  for (const key of held) {
    const row = wanted.state.service.get(key)
    // Nobody is served by what only checks use.
    if (row !== undefined && isCheckService(row.id)) continue
    unready.set(wanted.policies.get(key)?.name ?? key, key)
  }
  // In the order of their keys: that of the kernel's hash tables says nothing to anybody.
  for (const key of [...extra].sort()) {
    const service = seen.service.get(key)
    if (service === undefined) continue
    if (isOurService(key, service, ledger)) leave(service, unready, input, draft)
    else draft.foreign.push({ key, kind: 'service' })
  }
  return held
}

function create(service: Service, input: PlanInput, draft: Draft): void {
  const drift = drifted(service, input)
  draft.up.push(marked({ op: 'create', kind: 'service', row: service }, drift))
  for (const row of service.destinations) addDestination(row, drift, input, draft)
}

function addDestination(row: Destination, drift: boolean, input: PlanInput, draft: Draft): boolean {
  if (input.failed?.has(keyOf.destination(row))) return false
  draft.up.push(marked({ op: 'create', kind: 'destination', row }, drift))
  return true
}

function update(service: Service, have: Service, input: PlanInput, draft: Draft): void {
  const same = sameService(service, have)
  if (same && sameDestinations(service.destinations, have.destinations)) return
  const drift = drifted(service, input)
  if (!same && !input.failed?.has(service.id.key))
    draft.up.push(marked({ op: 'update', kind: 'service', row: service, from: have }, drift))
  compareAll(service, have, drift, input, draft)
}

/** False = refused. Adoption is an update of the service: no connection is touched. */
function takeOver(service: Service, have: Service, input: PlanInput, draft: Draft): boolean {
  const key = service.id.key
  if (conflictOver(key, input) === 'refuse') {
    draft.refused.push({
      key,
      kind: 'service',
      owner: 'a service that slb did not make',
      hint: `take it over with adopt = true in its [service] table or --adopt '${key}', or remove it from the configuration`,
    })
    return false
  }
  draft.up.push({ op: 'adopt', kind: 'service', row: service, from: have })
  compareAll(service, have, false, input, draft)
  return true
}

/**
 * Merge-join of two sorted lists of destinations.
 *
 * Where a destination could not be created or raised, those that it should replace stay: better an
 * old backend than none. One that is only to be quieted is, if another serves.
 */
function compareAll(
  service: Service,
  have: Service,
  drift: boolean,
  input: PlanInput,
  draft: Draft,
): void {
  const wants = service.destinations
  const haves = have.destinations
  const leaving: Destination[] = []
  const quieted: Change[] = []
  let missing: Destination | undefined
  let w = 0
  let h = 0
  for (;;) {
    const row = wants[w]
    const from = haves[h]
    if (row === undefined && from === undefined) break
    const order = row === undefined ? 1 : from === undefined ? -1 : compareDestinations(row, from)
    if (row !== undefined && order < 0) {
      if (!addDestination(row, drift, input, draft)) missing = row
    } else if (from !== undefined && order > 0) {
      // Nothing speaks for keeping what does not answer.
      if (isDown(from, input)) removeDestination(from, drift, input, draft)
      // What has not answered yet stays as it is found, be it in the middle of a drain.
      else if (!isWaiting(from, input)) leaving.push(from)
    } else if (row !== undefined && from !== undefined) {
      changeDestination(row, from, drift, input, quiets(row, from) ? quieted : draft.up)
      if (quiets(from, row) && input.failed?.has(keyOf.destination(row))) missing = row
    }
    if (order <= 0) w++
    if (order >= 0) h++
  }
  if (missing === undefined) {
    for (const change of quieted) draft.drain.push(change)
    for (const row of leaving) removeDestination(row, drift, input, draft)
    return
  }
  const reason = `stays until ${keyOf.destination(missing)} can be added`
  for (const row of leaving) draft.pending.push({ key: keyOf.destination(row), reason })
  const serves = wants.some(row => row.weight > 0 && !input.failed?.has(keyOf.destination(row)))
  for (const change of quieted)
    if (serves) draft.drain.push(change)
    else draft.pending.push({ key: changeKey(change), reason })
}

function changeDestination(
  row: Destination,
  from: Destination,
  drift: boolean,
  input: PlanInput,
  into: Change[],
): void {
  if (sameDestination(row, from) || input.failed?.has(keyOf.destination(row))) return
  into.push(marked({ op: 'update', kind: 'destination', row, from }, drift))
}

/** True if the step to `row` ends new connections. That is done after others have come: never none at all. */
function quiets(row: Destination, from: Destination): boolean {
  return row.weight === 0 && from.weight > 0
}

/** A service that is to go: not while what takes its place, under the same name, cannot be made. */
function leave(
  service: Service,
  unready: ReadonlyMap<string, string>,
  input: PlanInput,
  draft: Draft,
): void {
  const key = service.id.key
  const name = input.wanted.policies.get(key)?.name ?? input.ledger.service.get(key)?.name
  if (name !== undefined) draft.names.set(key, [name])
  const successor = name === undefined || isCheckService(service.id) ? undefined : unready.get(name)
  if (successor === undefined) remove(service, input, draft)
  else draft.pending.push({ key, reason: `stays until ${successor} can be added` })
}

function remove(service: Service, input: PlanInput, draft: Draft): void {
  const key = service.id.key
  if (input.failed?.has(key)) return
  const stuck = service.destinations.find(row => input.failed?.has(keyOf.destination(row)))
  const starting = draft.drain.length
  const running = draft.pending.length
  for (const row of service.destinations) removeDestination(row, false, input, draft)
  // A service whose connections could not be drained is not cut: its deletion would reset them.
  if (stuck !== undefined)
    draft.pending.push({ key, reason: `stays until ${keyOf.destination(stuck)} can be drained` })
  else if (draft.drain.length > starting)
    draft.drain.push({ op: 'drain', kind: 'service', row: service })
  else if (draft.pending.length > running) draft.pending.push({ key, reason: 'draining' })
  else draft.down.push({ op: 'delete', kind: 'service', row: service })
}

function removeDestination(row: Destination, drift: boolean, input: PlanInput, draft: Draft): void {
  const key = keyOf.destination(row)
  if (input.failed?.has(key)) return
  const service = row.service.key
  const drain =
    input.wanted.policies.get(service)?.drain ??
    input.ledger.service.get(service)?.drain ??
    defaultDrain
  const deadline = input.ledger.draining.get(key)
  const over = row.weight === 0 && input.drained?.has(key) === true
  if (drain === 0 || isDown(row, input) || (deadline !== undefined && over))
    draft.down.push(marked({ op: 'delete', kind: 'destination', row }, drift))
  else if (deadline === undefined || row.weight > 0) {
    draft.drains.set(service, drain)
    draft.drain.push(marked({ op: 'drain', kind: 'destination', row }, drift))
  } else draft.pending.push({ key, reason: 'draining', deadline })
}

function isDown(row: Destination, { wanted }: PlanInput): boolean {
  return wanted.down?.has(keyOf.destination(row)) === true
}

function isWaiting(row: Destination, { wanted }: PlanInput): boolean {
  return wanted.waiting?.has(keyOf.destination(row)) === true
}

/** True if the service is wanted exactly as the last apply made it, so that somebody else changed it. */
function drifted(service: Service, input: PlanInput): boolean {
  const before = input.ledger.service.get(service.id.key)
  return before !== undefined && before.hash === fingerprint(service)
}

function marked<C extends object>(change: C, drift: boolean): C {
  return drift ? { ...change, drift } : change
}

function sameDestinations(a: readonly Destination[], b: readonly Destination[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    const x = a[i]
    const y = b[i]
    if (x === undefined || y === undefined) return false
    if (x.address !== y.address || x.port !== y.port || !sameDestination(x, y)) return false
  }
  return true
}

/** Equality of what can be changed in place; address and port are the identity. */
export function sameDestination(a: Destination, b: Destination): boolean {
  return (
    a.weight === b.weight &&
    a.forward === b.forward &&
    a.upper === b.upper &&
    a.lower === b.lower &&
    sameTunnel(a.tunnel, b.tunnel)
  )
}

function sameTunnel(a: Tunnel | undefined, b: Tunnel | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.type === b.type && a.port === b.port && a.checksum === b.checksum
}
