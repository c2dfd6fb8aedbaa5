/** The backends of one service to the destinations of its virtual services. */
import { endpoint, type Family, type Ip, scopeOf } from '../model/ip.ts'
import {
  compareDestinations,
  type Destination,
  type Forward,
  type ServiceId,
  type Tunnel,
} from '../model/rows.ts'
import { type Endpoint, parseEndpoint } from './address.ts'
import type { BackendConfig } from './config.gen.ts'
import { type Fault, fault } from './fault.ts'
import { type Layers, layerOf, nameSpot, spotOf } from './layers.ts'
import { resolveTunnel } from './resolve-tunnel.ts'

/** One virtual service that is to get destinations. */
export interface Listener {
  readonly id: ServiceId
  /** The port that a backend has which names none. */
  readonly backendPort: number
}

/** What all backends of a service have in common. */
export interface Site {
  readonly layers: Layers
  readonly forward: Forward
  readonly tunnel: Tunnel
  readonly listeners: readonly Listener[]
  /** True if the listeners differ in the port of their backends, so that a backend can't name its own. */
  readonly manyPorts: boolean
}

type Table = Exclude<BackendConfig, string>

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
  for (let index = 0; index < backends.length; index++) {
    const given = backends[index]
    if (given !== undefined && given !== unreadable)
      resolveBackend(site, given, index, crossing, into, faults)
  }
  if (faults.length === before && !backends.includes(unreadable)) {
    if (!crossing) checkFamilies(site, backends, faults)
    for (const destinations of into) sortDestinations(destinations)
    const repeated = into[0] === undefined ? undefined : firstRepeated(into[0])
    if (repeated) faults.push(repeatedFault(site, backends, repeated))
  }
  return into
}

function resolveBackend(
  site: Site,
  given: BackendConfig,
  index: number,
  crossing: boolean,
  into: readonly Destination[][],
  faults: Fault[],
): void {
  const table = typeof given === 'string' ? undefined : given
  const text = table ? table.address : (given as string)
  const parsed = parseEndpoint(text)
  if (typeof parsed === 'string') {
    faults.push(fault('bad-address', backendSpot(site, index, table), parsed))
    return
  }
  const forward = table?.forward ?? site.forward
  const wrong = table
    ? (checkBackend(site, parsed, forward) ?? checkTable(table, forward))
    : checkBackend(site, parsed, forward)
  if (wrong) {
    const [code, message, key] = wrong
    faults.push(fault(code, backendSpot(site, index, table, key), message))
    return
  }
  if (table?.enabled === false) return
  const tunnel =
    forward !== 'tunnel'
      ? undefined
      : table?.tunnel
        ? resolveTunnel(table.tunnel, backendSpot(site, index, table, 'tunnel'), faults)
        : site.tunnel
  const family = familyOfText(parsed.address)
  for (let i = 0; i < site.listeners.length; i++) {
    const listener = site.listeners[i]
    if (!listener || (listener.id.family !== family && !crossing)) continue
    const port = parsed.port === -1 ? listener.backendPort : parsed.port
    into[i]?.push(destination(listener.id, parsed.address, port, forward, table, tunnel))
  }
}

/** Always the same order of fields: rows of one shape are smaller and faster. */
function destination(
  service: ServiceId,
  address: Ip,
  port: number,
  forward: Forward,
  table: Table | undefined,
  tunnel: Tunnel | undefined,
): Destination {
  const weight = table?.weight ?? 1
  const upper = table?.upper ?? 0
  const lower = table?.lower ?? 0
  return tunnel
    ? { service, address, port, forward, weight, upper, lower, tunnel }
    : { service, address, port, forward, weight, upper, lower }
}

type Wrong = readonly [code: string, message: string, key?: keyof Table]

/** What the kernel would take, but what can't work. */
function checkBackend(
  site: Site,
  { address, port }: Endpoint,
  forward: Forward,
): Wrong | undefined {
  const scope = scopeOf(address)
  if (scope === 'loopback' && forward !== 'local')
    return [
      'loopback-backend',
      forward === 'nat'
        ? `${address} is a loopback address: the kernel drops packets that nat sends there; write another address of this machine`
        : `${address} is a loopback address, never on the network; for this machine itself write forward = "local"`,
    ]
  if (scope !== 'unicast' && scope !== 'loopback') {
    if (scope !== 'linkLocal')
      return ['bad-backend', `${address} is ${scopeWords[scope]} address, not one of a backend`]
    if (address.includes(':'))
      return [
        'bad-backend',
        `${address} is a link-local address, which needs a zone, and IPVS knows no zones: write another address of the backend`,
      ]
  }
  if (port !== -1 && site.manyPorts)
    return [
      'ambiguous-port',
      `${endpoint(address, port)} names a port, but the service has several: write "${address}", and "80:8080" (service port : backend port) in port where they differ`,
    ]
  for (const { id, backendPort } of site.listeners) {
    if (id.address === address && forward !== 'local')
      return [
        'backend-is-vip',
        `${address} is the VIP itself: its packets would go round in circles`,
      ]
    if (forward !== 'nat' && (port === -1 ? backendPort : port) !== id.port)
      return [
        'port-mismatch',
        `forward = "${forward}" leaves packets unchanged, so the backend's port must be the service's (${id.port}, not ${port === -1 ? backendPort : port})`,
      ]
  }
  return undefined
}

const scopeWords = {
  multicast: 'a multicast',
  unspecified: 'an unspecified ("this host")',
  broadcast: 'the broadcast',
} as const

function checkTable(table: Table, forward: Forward): Wrong | undefined {
  if ((table.lower ?? 0) > (table.upper ?? 0))
    return [
      'bad-threshold',
      table.upper === undefined
        ? 'lower without upper has no meaning: write upper too'
        : `lower (${table.lower}) is over upper (${table.upper})`,
      'lower',
    ]
  if (table.tunnel && forward !== 'tunnel')
    return ['unused-tunnel', `tunnel has no meaning with forward = "${forward}"`, 'tunnel']
  return undefined
}

function familyOfText(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4'
}

/** The family that a backend seems to have: exact for what parses. */
function familyOfBackend(backend: BackendConfig): Family {
  const text = typeof backend === 'string' ? backend : backend.address
  if (text.indexOf(':') === text.lastIndexOf(':')) return 'ipv4'
  const parsed = parseEndpoint(text)
  return typeof parsed === 'string' ? 'ipv6' : familyOfText(parsed.address)
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

/** Every backend needs a VIP of its family, and every VIP a backend of its. */
function checkFamilies(site: Site, backends: readonly BackendConfig[], faults: Fault[]): void {
  const missing = (family: Family): boolean =>
    !site.listeners.some(({ id }) => id.family === family)
  const lonely = missing('ipv4') ? 'ipv4' : missing('ipv6') ? 'ipv6' : undefined
  const names = { ipv4: 'IPv4', ipv6: 'IPv6' }
  if (lonely !== undefined && site.listeners.length > 0) {
    const index = backends.findIndex(backend => familyOfBackend(backend) === lonely)
    const given = backends[index]
    if (given !== undefined)
      faults.push(
        fault(
          'family-mismatch',
          backendSpot(site, index, typeof given === 'string' ? undefined : given),
          `the backend is ${names[lonely]}, but the service has no ${names[lonely]} VIP; only forward = "tunnel" crosses families, when all backends are of one family`,
        ),
      )
  }
  if (backends.length === 0) return
  const bare = site.listeners.find(
    ({ id }) => !backends.some(backend => familyOfBackend(backend) === id.family),
  )
  if (bare && lonely === undefined)
    faults.push(
      fault(
        'family-mismatch',
        spotOf(site.layers, 'backends'),
        `no backend is ${names[bare.id.family]}, as ${bare.id.key} needs; only forward = "tunnel" crosses families, when all backends are of one family`,
      ),
    )
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
  const spot = (index = 0) => {
    const given = backends[index]
    return backendSpot(site, index, typeof given === 'string' ? undefined : given)
  }
  return fault(
    'duplicate-backend',
    spot(indexes[1]),
    `${endpoint(row.address, row.port)} is a backend of this service twice`,
    { related: spot(indexes[0]) },
  )
}

function backendSpot(
  { layers }: Site,
  index: number,
  table: Table | undefined,
  key: keyof Table = 'address',
) {
  const layer = layerOf(layers, 'backends')
  if (!layer) return nameSpot(layers)
  return { file: layer.file, path: [...layer.path, 'backends', index, ...(table ? [key] : [])] }
}
