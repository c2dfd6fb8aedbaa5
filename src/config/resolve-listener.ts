/** What a service listens on: VIPs x ports x protocols, or a firewall mark. */
import { familyOf } from '../model/ip.ts'
import { fwmarkId, serviceId } from '../model/rows.ts'
import type { ServiceConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { isFaulty, isMissing, type Layers, layerOf, nameSpot, pick, spotOf } from './layers.ts'
import type { Listener } from './resolve-backend.ts'
import { useVips, type VipBook } from './resolve-vip.ts'

/** Which service holds a virtual service, and where it says so. */
export interface Claim {
  readonly name: string
  readonly spot: Spot
}

/** A listener with the place that asks for it. */
export interface Claimed extends Listener {
  readonly spot: Spot
}

/** What is known about the services resolved before this one. */
export interface Books {
  readonly vips: VipBook
  /** By the key of the virtual service. */
  readonly claims: Map<string, Claim>
}

/** The virtual services that a service asks for; none if it is faulty or its VIP is. */
export function listenersOf(layers: Layers, books: Books, faults: Fault[]): readonly Claimed[] {
  const { config } = layers.own
  if (isFaulty(layers, 'fwmark')) return []
  const marked = layerOf(layers, 'fwmark')
  if (marked && (marked === layers.own || config.vip === undefined))
    return markListeners(layers, faults)
  if (config.family !== undefined)
    faults.push(
      fault('unused-key', keySpot(layers, 'family'), 'family is for fwmark; a vip has its own'),
    )
  const missing = (['vip', 'port'] as const).filter(key => isMissing(layers, key))
  for (const key of missing)
    faults.push(
      fault('missing-key', nameSpot(layers), `service ${layers.name} has no ${key}`, {
        suggestion:
          key === 'vip' ? 'write vip = "192.0.2.10", or a fwmark' : 'write port = 80, or a list',
      }),
    )
  const vips = useVips(books.vips, layers, faults)
  const protocols = pick(layers, 'protocol') ?? 'tcp'
  const ports = portsOf(layers, faults)
  const listeners: Claimed[] = []
  for (const protocol of typeof protocols === 'string' ? [protocols] : protocols)
    for (const { address, spot } of vips)
      for (const { port, backendPort } of ports)
        listeners.push({
          id: serviceId(protocol, familyOf(address), address, port),
          backendPort,
          spot,
        })
  return listeners
}

function markListeners(layers: Layers, faults: Fault[]): readonly Claimed[] {
  for (const key of ['vip', 'port', 'protocol', 'link', 'announce'] as const)
    if (layers.own.config[key] !== undefined)
      faults.push(
        fault(
          'unused-key',
          keySpot(layers, key),
          `${key} has no meaning beside fwmark: the mark alone says which packets are balanced`,
        ),
      )
  const mark = pick(layers, 'fwmark') ?? 0
  const id = fwmarkId(mark, pick(layers, 'family') ?? 'ipv4')
  return [{ id, backendPort: 0, spot: spotOf(layers, 'fwmark') }]
}

function keySpot({ own }: Layers, key: keyof ServiceConfig): Spot {
  return { file: own.file, path: [...own.path, key], key: true }
}

interface PortPair {
  readonly port: number
  readonly backendPort: number
}

function portsOf(layers: Layers, faults: Fault[]): readonly PortPair[] {
  const given = pick(layers, 'port')
  if (given === undefined) return []
  if (typeof given === 'number') return [{ port: given, backendPort: given }]
  const list = typeof given === 'string' ? [given] : given
  return list.flatMap((entry, index) => {
    if (typeof entry === 'number') return [{ port: entry, backendPort: entry }]
    const [port = 0, backendPort = 0] = entry.split(':').map(Number)
    if (port >= 1 && port <= 65_535 && backendPort >= 1 && backendPort <= 65_535)
      return [{ port, backendPort }]
    const spot = list === given ? spotOf(layers, 'port', index) : spotOf(layers, 'port')
    faults.push(
      fault('bad-port', spot, `"${entry}" is not a pair of ports: each is from 1 to 65535`),
    )
    return []
  })
}

/** Takes a virtual service for a service, unless it is taken. */
export function claim(
  layers: Layers,
  key: string,
  spot: Spot,
  books: Books,
  faults: Fault[],
): void {
  const holder = books.claims.get(key)
  if (!holder) {
    books.claims.set(key, { name: layers.name, spot })
    return
  }
  const message =
    holder.name === layers.name
      ? `service ${layers.name} asks for ${key} twice`
      : `${key} belongs to service ${holder.name} already; one virtual service has one owner`
  faults.push(fault('duplicate-service', spot, message, { related: holder.spot }))
}
