/** Short numbers that stand for rows: to see whether what is wanted has changed since the last apply. */
import type { Address, Destination, Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'

const offset = 0x811c9dc5
const prime = 0x01000193

/** FNV-1a over the UTF-16 units of a text, continuing from `hash`. Not for secrets. */
function addText(hash: number, text: string): number {
  let h = hash
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), prime)
  return h
}

function addNumber(hash: number, value: number): number {
  return Math.imul(Math.imul(hash ^ (value & 0xffff), prime) ^ (value >>> 16), prime)
}

function addDestination(hash: number, row: Destination): number {
  let h = addNumber(addText(hash, row.address), row.port)
  h = addNumber(addNumber(addNumber(addText(h, row.forward), row.weight), row.upper), row.lower)
  if (row.tunnel !== undefined)
    h = addText(addNumber(addText(h, row.tunnel.type), row.tunnel.port), row.tunnel.checksum)
  return h
}

/** Rows and States do not change: each is looked at once, however often a round asks. */
function once<Key extends object, Value>(make: (of: Key) => Value): (of: Key) => Value {
  const known = new WeakMap<Key, Value>()
  return of => {
    let value = known.get(of)
    if (value === undefined) {
      value = make(of)
      known.set(of, value)
    }
    return value
  }
}

/** A 32-bit fingerprint of a service with its destinations, blind to who owns it. */
export const fingerprint: (service: Service) => number = once(hashOf)

function hashOf(service: Service): number {
  let h = addText(addText(offset, service.id.key), service.scheduler)
  h = addNumber(
    addNumber(addNumber(h, service.schedulerFlags), service.persistence),
    service.netmask,
  )
  h = addNumber(addText(h, service.engine), service.onePacket ? 1 : 0)
  for (const destination of service.destinations) h = addDestination(h, destination)
  return h >>> 0
}

/** Without the text that the rows of the other kinds are made into: of addresses there are many. */
function hashOfAddress({ link, address, prefix, nodad, dadFailed, owned }: Address): number {
  const flags = (nodad ? 1 : 0) | (dadFailed ? 2 : 0) | (owned ? 4 : 0)
  return addNumber(addNumber(addText(addText(offset, link), address), prefix), flags) >>> 0
}

/** A fingerprint of a whole State as 16 hexadecimal digits, the same for the same rows in any order. */
export const revisionOf: (state: State) => string = once(hashOfState)

function hashOfState(state: State): string {
  let sum = 0
  let mix = 0
  const add = (hash: number): void => {
    sum = (sum + hash) >>> 0
    mix = (mix + Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)) >>> 0
  }
  state.service.forEach(service => {
    add(fingerprint(service))
  })
  for (const row of state.address.values()) add(hashOfAddress(row))
  for (const kind of ['sysctl', 'timeouts', 'sync', 'snat', 'arp', 'peer', 'route'] as const)
    for (const row of state[kind].values())
      add(addText(offset, `${kind} ${JSON.stringify(row)}`) >>> 0)
  for (const { epoch: _, ...row } of state.link.values())
    add(addText(offset, `link ${JSON.stringify(row)}`) >>> 0)
  return hex(sum) + hex(mix)
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
