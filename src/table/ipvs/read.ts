/** Reading services and destinations: a dump of the services, then one dump each of destinations. */
import { setImmediate } from 'node:timers/promises'
import { SlbError } from '../../model/error.ts'
import {
  compareDestinations,
  type Destination,
  keyOf,
  type Service,
  type ServiceId,
  sameService,
} from '../../model/rows.ts'
import type { Writer } from '../../netlink/attr.ts'
import { genlHeaderLength, startGenl } from '../../netlink/genl.ts'
import type { Netlink } from '../../netlink/socket.ts'
import type { Connections, Scope } from '../table.ts'
import { command, familyVersion } from './abi.ts'
import { readConnections, readDestination } from './wire-destination.ts'
import { type OpenService, putServiceId, readService } from './wire-service.ts'

/** After so many services other work of the process gets its turn; a few milliseconds' worth. */
const breath = 64
/** From so many named services on, a dump of all is cheaper than asking for each. */
const manyServices = 512

/**
 * All services with their destinations, or the named ones, by key.
 *
 * The kernel locks its table per datagram and does not say if it changed between two
 * (NLM_F_DUMP_INTR is never set): under concurrent change a dump can lack or repeat a service that
 * stood there all the time. Repeated ones are one here; for the rest, read again before deleting.
 *
 * What is as `likely` has it needs no memory of its own. If all are so and there are no others, the
 * answer is that very map.
 */
export async function readServices(
  netlink: Netlink,
  family: number,
  { services: named, likely = new Map(), signal }: Scope = {},
): Promise<ReadonlyMap<string, Service>> {
  const open =
    named === undefined || named.length >= manyServices
      ? await scanServices(netlink, family, named, signal)
      : named.flatMap(id => readNamed(netlink, family, id) ?? [])
  const services = new Map<string, Service>()
  let count = 0
  let asGuessed = 0
  for (const service of open) {
    if (services.has(service.id.key)) continue
    if (++count % breath === 0) {
      await setImmediate()
      signal?.throwIfAborted()
    }
    const guess = likely.get(service.id.key)
    service.destinations = readDestinations(netlink, family, service.id, guess?.destinations ?? [])
    if (service.destinations.length === 0 && readNamed(netlink, family, service.id) === undefined)
      continue
    const just = guess !== undefined && isJust(guess, service)
    if (just) asGuessed++
    services.set(service.id.key, just ? guess : service)
  }
  return asGuessed === services.size && asGuessed === likely.size ? likely : services
}

/** True if a service was read just as it was guessed: then the guess is it. */
function isJust(guess: Service, read: Service): boolean {
  return guess.destinations === read.destinations && sameService(guess, read)
}

async function scanServices(
  netlink: Netlink,
  family: number,
  named: readonly ServiceId[] | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly OpenService[]> {
  const all = await netlink.scan(
    'read the IPVS services',
    w => startGenl(w, family, command.getService, familyVersion),
    (f, at, end) => readService(f, at + genlHeaderLength, end),
    signal,
  )
  if (named === undefined) return all
  const keys = new Set(named.map(id => id.key))
  return all.filter(service => keys.has(service.id.key))
}

/** One service without its destinations; undefined if there is none. */
function readNamed(netlink: Netlink, family: number, id: ServiceId): OpenService | undefined {
  try {
    return netlink.request(
      `read ${id.key}`,
      w => writeGet(w, family, command.getService, id),
      (f, at, end) => readService(f, at + genlHeaderLength, end),
    )
  } catch (error) {
    if (error instanceof SlbError && error.errno === 'ESRCH') return undefined
    throw error
  }
}

/**
 * The destinations of a service, sorted, each once; none if there is no such service.
 *
 * The kernel puts the newest first, and they are usually made in order.
 */
function readDestinations(
  netlink: Netlink,
  family: number,
  id: ServiceId,
  likely: readonly Destination[],
): readonly Destination[] {
  let next = likely.length
  const rows = netlink.dump(
    'read the IPVS destinations',
    w => writeGet(w, family, command.getDest, id),
    (f, at, end) => readDestination(f, at + genlHeaderLength, end, id, likely[--next]),
  )
  rows.reverse()
  if (rows.length === likely.length && rows.every((row, i) => row === likely[i])) return likely
  return sorted(rows) ? rows : unique(rows.sort(compareDestinations))
}

function sorted(rows: readonly Destination[]): boolean {
  for (let i = 1; i < rows.length; i++) {
    const before = rows[i - 1]
    const row = rows[i]
    if (before && row && compareDestinations(before, row) >= 0) return false
  }
  return true
}

function unique(rows: readonly Destination[]): readonly Destination[] {
  return rows.filter((row, i) => {
    const before = rows[i - 1]
    return before === undefined || compareDestinations(before, row) !== 0
  })
}

/** Connections through every destination of the named services, by destination key. */
export async function readAllConnections(
  netlink: Netlink,
  family: number,
  services: readonly ServiceId[],
): Promise<ReadonlyMap<string, Connections>> {
  const counts = new Map<string, Connections>()
  for (const [i, service] of services.entries()) {
    if (i % breath === breath - 1) await setImmediate()
    const found = netlink.dump(
      'read the IPVS connections',
      w => writeGet(w, family, command.getDest, service),
      (f, at, end) => readConnections(f, at + genlHeaderLength, end, service),
    )
    for (const { row, connections } of found) counts.set(keyOf.destination(row), connections)
  }
  return counts
}

function writeGet(w: Writer, family: number, get: number, id: ServiceId): void {
  startGenl(w, family, get, familyVersion)
  putServiceId(w, id)
}
