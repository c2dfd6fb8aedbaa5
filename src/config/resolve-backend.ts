/** The backends of one service to the destinations of its virtual services. */
import { endpoint, type Family, type Ip } from '../model/ip.ts'
import {
  compareDestinations,
  type Destination,
  type Forward,
  type ServiceId,
  type Tunnel,
} from '../model/rows.ts'
import { parseEndpoint } from './address.ts'
import { type BackendTable, checkEndpoint, checkTable, type Listener } from './check-backend.ts'
import type { BackendConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { type Layers, spotOf } from './layers.ts'
import { resolveTunnel } from './resolve-tunnel.ts'

/** What all backends of a service have in common. */
export interface Site {
  readonly layers: Layers
  readonly forward: Forward
  readonly tunnel: Tunnel
  readonly listeners: readonly Listener[]
  /** True if the listeners differ in the port of their backends, so that a backend can't name its own. */
  readonly manyPorts: boolean
}

/** Stands for a backend that did not follow the schema. */
export const unreadable = '?'

/** The destinations of each listener, sorted; faults go to the list. */
export function resolveBackends(
  site: Site,
  backends: readonly BackendConfig[],
  faults: Fault[],
): readonly (readonly Destination[])[] {
  const crossing = crosses(site, backends)
  const into: Destination[][] = site.listeners.map(() => [])
  const before = faults.length
  let seen4 = false
  let seen6 = false
  let whole = true
  for (let index = 0; index < backends.length; index++) {
    const given = backends[index]
    if (given === undefined || given === unreadable) whole = false
    else if (resolveBackend(site, given, index, crossing, into, faults) === 'ipv6') seen6 = true
    else seen4 = true
  }
  if (faults.length > before || !whole) return into
  if (!crossing && backends.length > 0 && !fits(site, seen4, seen6))
    checkFamilies(site, backends, seen4, seen6, faults)
  for (const destinations of into) sortDestinations(destinations)
  const repeated = into[0] === undefined ? undefined : firstRepeated(into[0])
  if (repeated) faults.push(repeatedFault(site, backends, repeated))
  return into
}

/** Gives the backend's family. */
function resolveBackend(
  site: Site,
  given: BackendConfig,
  index: number,
  crossing: boolean,
  into: readonly Destination[][],
  faults: Fault[],
): Family | undefined {
  const table = typeof given === 'string' ? undefined : given
  const parsed = parseEndpoint(typeof given === 'string' ? given : given.address)
  if (typeof parsed === 'string') {
    faults.push(fault('bad-address', backendSpot(site, index, given), parsed))
    return undefined
  }
  const forward = table?.forward ?? site.forward
  const wrong =
    checkEndpoint(parsed, forward, site.listeners, site.manyPorts) ??
    (table ? checkTable(table, forward) : undefined)
  if (wrong) {
    const spot = backendSpot(site, index, given, wrong.key)
    faults.push(fault(wrong.code, spot, wrong.message))
  }
  const family = familyOf(parsed.address)
  if (wrong || table?.enabled === false) return family
  const tunnel = forward === 'tunnel' ? tunnelOf(site, given, index, faults) : undefined
  for (let i = 0; i < site.listeners.length; i++) {
    const listener = site.listeners[i]
    if (!listener || (listener.id.family !== family && !crossing)) continue
    const port = parsed.port === -1 ? listener.backendPort : parsed.port
    into[i]?.push(destination(listener.id, parsed.address, port, forward, table, tunnel))
  }
  return family
}

function tunnelOf(site: Site, given: BackendConfig, index: number, faults: Fault[]): Tunnel {
  if (typeof given === 'string' || !given.tunnel) return site.tunnel
  return resolveTunnel(given.tunnel, backendSpot(site, index, given, 'tunnel'), faults)
}

/** Always the same order of fields: rows of one shape are smaller and faster. */
function destination(
  service: ServiceId,
  address: Ip,
  port: number,
  forward: Forward,
  table: BackendTable | undefined,
  tunnel: Tunnel | undefined,
): Destination {
  const weight = table?.weight ?? 1
  const upper = table?.upper ?? 0
  const lower = table?.lower ?? 0
  return tunnel
    ? { service, address, port, forward, weight, upper, lower, tunnel }
    : { service, address, port, forward, weight, upper, lower }
}

function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}

/** The family that a backend has, or seems to have. */
function familyOfBackend(backend: BackendConfig): Family {
  const parsed = parseEndpoint(typeof backend === 'string' ? backend : backend.address)
  return typeof parsed === 'string' ? 'ipv4' : familyOf(parsed.address)
}

/** True if packets of one family go wrapped to backends that are all of the other one. */
function crosses(site: Site, backends: readonly BackendConfig[]): boolean {
  const wraps = (backend: BackendConfig): boolean =>
    (typeof backend === 'string' ? site.forward : (backend.forward ?? site.forward)) === 'tunnel'
  const first = backends[0]
  if (first === undefined || !wraps(first)) return false
  const family = familyOfBackend(first)
  return backends.every(backend => wraps(backend) && familyOfBackend(backend) === family)
}

/** True if there are backends of just the families that there are listeners of. */
function fits({ listeners }: Site, seen4: boolean, seen6: boolean): boolean {
  let has4 = false
  let has6 = false
  for (const { id } of listeners)
    if (id.family === 'ipv4') has4 = true
    else has6 = true
  return has4 === seen4 && has6 === seen6
}

/** Every backend needs a VIP of its family, and every VIP a backend of its. */
function checkFamilies(
  site: Site,
  backends: readonly BackendConfig[],
  seen4: boolean,
  seen6: boolean,
  faults: Fault[],
): void {
  const { layers, listeners } = site
  const rule = 'only forward = "tunnel" crosses families, when all backends are of one family'
  for (const [family, name, seen] of [
    ['ipv4', 'IPv4', seen4],
    ['ipv6', 'IPv6', seen6],
  ] as const) {
    const listener = listeners.find(({ id }) => id.family === family)
    if (seen === (listener !== undefined) || listeners.length === 0) continue
    const index = backends.findIndex(backend => familyOfBackend(backend) === family)
    const message = listener
      ? `no backend is ${name}, as ${listener.id.key} needs; ${rule}`
      : `this backend is ${name}, but the service has no ${name} VIP; ${rule}`
    const spot = listener
      ? spotOf(layers, 'backends')
      : backendSpot(site, index, backends[index] ?? '')
    faults.push(fault('family-mismatch', spot, message))
    return
  }
}

/** Files are mostly in order already, and looking is cheaper than sorting. */
function sortDestinations(destinations: Destination[]): void {
  for (let i = 1; i < destinations.length; i++) {
    const a = destinations[i - 1]
    const b = destinations[i]
    if (a && b && compareDestinations(a, b) > 0) {
      destinations.sort(compareDestinations)
      return
    }
  }
}

function firstRepeated(destinations: readonly Destination[]): Destination | undefined {
  for (let i = 1; i < destinations.length; i++) {
    const a = destinations[i - 1]
    const b = destinations[i]
    if (a && b && a.port === b.port && a.address === b.address) return a
  }
  return undefined
}

function repeatedFault(site: Site, backends: readonly BackendConfig[], row: Destination): Fault {
  const indexes: number[] = []
  backends.forEach((backend, index) => {
    const parsed = parseEndpoint(typeof backend === 'string' ? backend : backend.address)
    if (typeof parsed === 'string' || parsed.address !== row.address) return
    if (typeof backend !== 'string' && backend.enabled === false) return
    const port = parsed.port === -1 ? site.listeners[0]?.backendPort : parsed.port
    if (port === row.port) indexes.push(index)
  })
  const spot = (index = 0): Spot => backendSpot(site, index, backends[index] ?? '')
  return fault(
    'duplicate-backend',
    spot(indexes[1]),
    `${row.port === 0 ? row.address : endpoint(row.address, row.port)} is a backend of this service twice`,
    { related: spot(indexes[0]) },
  )
}

function backendSpot(
  { layers }: Site,
  index: number,
  given: BackendConfig,
  key: keyof BackendTable = 'address',
): Spot {
  return spotOf(layers, 'backends', index, ...(typeof given === 'string' ? [] : [key]))
}
