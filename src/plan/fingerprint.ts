/** Short numbers that stand for rows: to see whether what is wanted has changed since the last apply. */
import { layersOf } from '../model/overlay.ts'
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
  const { sum, mix } = sumOfServices(state.service)
  const total = { sum, mix }
  for (const row of state.address.values()) add(total, hashOfAddress(row))
  for (const kind of ['sysctl', 'timeouts', 'sync', 'snat', 'arp', 'peer', 'route'] as const)
    for (const row of state[kind].values())
      add(total, addText(offset, `${kind} ${JSON.stringify(row)}`) >>> 0)
  for (const { epoch: _, ...row } of state.link.values())
    add(total, addText(offset, `link ${JSON.stringify(row)}`) >>> 0)
  return hex(total.sum) + hex(total.mix)
}

/** Of many rows, in any order: two sums modulo 2^32. */
interface Sums {
  sum: number
  mix: number
}

function add(sums: Sums, hash: number, sign: 1 | -1 = 1): void {
  sums.sum = (sums.sum + sign * hash) >>> 0
  sums.mix = (sums.mix + sign * Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)) >>> 0
}

const sumOfWhole = once((services: ReadonlyMap<string, Service>): Readonly<Sums> => {
  const sums = { sum: 0, mix: 0 }
  services.forEach(service => {
    add(sums, fingerprint(service))
  })
  return sums
})

/** Where a few of many were replaced, their part of the sums is. */
function sumOfServices(services: ReadonlyMap<string, Service>): Readonly<Sums> {
  const { below, over } = layersOf(services)
  const sums = { ...sumOfWhole(below) }
  for (const [key, service] of over) {
    const before = below.get(key)
    if (before !== undefined) add(sums, fingerprint(before), -1)
    add(sums, fingerprint(service))
  }
  return sums
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
