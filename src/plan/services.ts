/** Compare virtual services and their destinations, wanted against seen. */
import type { ChangeOf } from '../model/change.ts'
import {
  compareDestinations,
  type Destination,
  keyOf,
  type Service,
  type Tunnel,
} from '../model/rows.ts'
import { conflictOver, type Draft, type PlanInput } from './draft.ts'
import { fingerprint } from './fingerprint.ts'

/** A service that the configuration no longer names, and whose own drain time nobody recorded. */
const defaultDrain = 60_000

/**
 * Writes the changes of all services into the draft.
 *
 * Returns the keys of the wanted services that will not stand because somebody else holds them.
 */
export function compareServices(input: PlanInput, draft: Draft): ReadonlySet<string> {
  const { wanted, seen, ledger } = input
  const held = new Set<string>()
  for (const [key, service] of wanted.state.service) {
    const have = seen.service.get(key)
    if (have === undefined) create(service, input, draft)
    else if (have.owned || ledger.service.has(key)) update(service, have, input, draft)
    else if (!takeOver(service, have, input, draft)) held.add(key)
  }
  for (const [key, service] of seen.service) {
    if (wanted.state.service.has(key)) continue
    if (service.owned || ledger.service.has(key)) remove(service, input, draft)
    else draft.foreign.push({ key, kind: 'service' })
  }
  return held
}

function create(service: Service, input: PlanInput, draft: Draft): void {
  const drift = drifted(service, input)
  draft.up.push(marked({ op: 'create', kind: 'service', row: service }, drift))
  for (const row of service.destinations)
    draft.up.push(marked({ op: 'create', kind: 'destination', row }, drift))
}

function update(service: Service, have: Service, input: PlanInput, draft: Draft): void {
  const same = sameService(service, have)
  if (same && sameDestinations(service.destinations, have.destinations)) return
  const drift = drifted(service, input)
  if (!same)
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

/** Merge-join of two sorted lists of destinations. */
function compareAll(
  service: Service,
  have: Service,
  drift: boolean,
  input: PlanInput,
  draft: Draft,
): void {
  const wants = service.destinations
  const haves = have.destinations
  let w = 0
  let h = 0
  for (;;) {
    const row = wants[w]
    const from = haves[h]
    if (row === undefined && from === undefined) return
    const order = row === undefined ? 1 : from === undefined ? -1 : compareDestinations(row, from)
    if (row !== undefined && order < 0) {
      draft.up.push(marked({ op: 'create', kind: 'destination', row }, drift))
      w++
    } else if (from !== undefined && order > 0) {
      removeDestination(from, drift, input, draft)
      h++
    } else {
      if (row !== undefined && from !== undefined && !sameDestination(row, from))
        draft.up.push(marked({ op: 'update', kind: 'destination', row, from }, drift))
      w++
      h++
    }
  }
}

function remove(service: Service, input: PlanInput, draft: Draft): void {
  const key = service.id.key
  const name = input.wanted.policies.get(key)?.name ?? input.ledger.service.get(key)?.name
  if (name !== undefined) draft.names.set(key, [name])
  const before = draft.drain.length + draft.pending.length
  const begun = draft.pending.length
  for (const row of service.destinations) removeDestination(row, false, input, draft)
  const change: ChangeOf<'service'> = { op: 'drain', kind: 'service', row: service }
  if (draft.drain.length + draft.pending.length === before)
    draft.down.push({ ...change, op: 'delete' })
  else if (draft.drain.length + begun > before) draft.drain.push(change)
  else draft.pending.push({ key, reason: 'draining', change })
}

function removeDestination(row: Destination, drift: boolean, input: PlanInput, draft: Draft): void {
  const service = row.service.key
  const drain =
    input.wanted.policies.get(service)?.drain ??
    input.ledger.service.get(service)?.drain ??
    defaultDrain
  const deadline =
    input.ledger.draining.size === 0 ? undefined : input.ledger.draining.get(keyOf.destination(row))
  const change: ChangeOf<'destination'> = { op: 'drain', kind: 'destination', row }
  if (drain === 0) draft.down.push(marked({ ...change, op: 'delete' }, drift))
  else if (deadline === undefined || row.weight > 0) {
    draft.drains.set(service, drain)
    draft.drain.push(marked(change, drift))
  } else draft.pending.push({ key: keyOf.destination(row), reason: 'draining', deadline, change })
}

/** True if the service is wanted exactly as the last apply made it, so that somebody else changed it. */
function drifted(service: Service, input: PlanInput): boolean {
  return input.ledger.service.get(service.id.key)?.hash === fingerprint(service)
}

function marked<C extends object>(change: C, drift: boolean): C {
  return drift ? { ...change, drift } : change
}

/** Equality of all that is configured, the owner mark among it: a lost mark is repaired. */
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

function sameDestinations(a: readonly Destination[], b: readonly Destination[]): boolean {
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
