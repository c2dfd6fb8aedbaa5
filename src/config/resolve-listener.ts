/** What a service listens on: VIPs x ports x protocols, or a firewall mark. */
import { checkMarks, isCheckMark } from '../model/check-service.ts'
import { familyOf } from '../model/ip.ts'
import { fwmarkId, serviceId } from '../model/rows.ts'
import type { Listener } from './check-backend.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import {
  type Holder,
  holderSpot,
  isFaulty,
  isMissing,
  type Layers,
  nameSpot,
  ownSpot,
  spotOf,
} from './layers.ts'
import { addressesOf } from './resolve-vip.ts'
import type { VipBook } from './vip-book.ts'
import type { VipUse } from './vip-use.ts'

/** A listener and which of the service's VIPs it is for; -1 for a firewall mark. */
export interface Claimed extends Listener {
  readonly vip: number
}

/** The virtual services that a service asks for; none if it is faulty or its VIP is. */
export function listenersOf(
  layers: Layers,
  book: VipBook,
  uses: VipUse[],
  faults: Fault[],
): readonly Claimed[] {
  const { own, config } = layers
  if (isFaulty(layers, 'fwmark')) return []
  if (own.fwmark !== undefined || (config.fwmark !== undefined && own.vip === undefined))
    return markListeners(layers, faults)
  if (own.family !== undefined)
    faults.push(
      fault('unused-key', keySpot(layers, 'family'), 'family is for fwmark; a vip has its own'),
    )
  if (config.vip === undefined || config.port === undefined) reportMissing(layers, faults)
  const vips = addressesOf(book, layers, uses, faults)
  const ports = portsOf(layers, faults)
  const protocols = config.protocol ?? 'tcp'
  const listeners: Claimed[] = []
  for (const protocol of typeof protocols === 'string' ? [protocols] : protocols)
    for (const { address, vip } of vips)
      for (const { port, backendPort } of ports) {
        const id = serviceId(protocol, familyOf(address), address, port)
        listeners.push({ id, backendPort, vip })
      }
  return listeners
}

function reportMissing(layers: Layers, faults: Fault[]): void {
  for (const key of ['vip', 'port'] as const)
    if (isMissing(layers, key))
      faults.push(
        fault('missing-key', nameSpot(layers), `service ${layers.name} has no ${key}`, {
          suggestion:
            key === 'vip' ? 'write vip = "192.0.2.10", or a fwmark' : 'write port = 80, or a list',
        }),
      )
}

function markListeners(layers: Layers, faults: Fault[]): readonly Claimed[] {
  for (const key of ['vip', 'port', 'protocol', 'link', 'announce'] as const)
    if (layers.own[key] !== undefined)
      faults.push(
        fault(
          'unused-key',
          keySpot(layers, key),
          `${key} has no meaning beside fwmark: the mark alone says which packets are balanced`,
        ),
      )
  const { fwmark = 0, family = 'ipv4' } = layers.config
  if (isCheckMark(fwmark))
    faults.push(
      fault(
        'reserved-mark',
        ownSpot(layers, 'fwmark'),
        `slb keeps the marks ${hex(checkMarks.first)} to ${hex(checkMarks.last)} for checks through VIPs`,
        { suggestion: 'use another mark' },
      ),
    )
  return [{ id: fwmarkId(fwmark, family), backendPort: 0, vip: -1 }]
}

function hex(mark: number): string {
  return `0x${mark.toString(16)}`
}

function keySpot(layers: Layers, key: string): Spot {
  return { ...ownSpot(layers, key), key: true }
}

interface PortPair {
  readonly port: number
  readonly backendPort: number
}

function portsOf(layers: Layers, faults: Fault[]): readonly PortPair[] {
  const given = layers.config.port
  if (given === undefined) return []
  if (typeof given === 'number') return [{ port: given, backendPort: given }]
  const list = typeof given === 'string' ? [given] : given
  const repeated = list.findIndex((entry, i) =>
    list.some((e, j) => j < i && portOf(e) === portOf(entry)),
  )
  if (repeated !== -1)
    faults.push(
      fault(
        'duplicate-port',
        spotOf(layers, 'port', repeated),
        `port ${portOf(list[repeated])} stands in the list already`,
      ),
    )
  return list.flatMap((entry, index) => {
    if (repeated !== -1 && list.findIndex(e => portOf(e) === portOf(entry)) < index) return []
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

function portOf(entry: number | string | undefined): number {
  return typeof entry === 'number' ? entry : Number.parseInt(entry ?? '', 10)
}

/** That a service asks for a virtual service. */
export interface Claim {
  /** The key of the virtual service. */
  readonly key: string
  readonly holder: Holder
}

/** Takes a virtual service for a service, unless it is taken. */
export function enterClaim(
  claims: Map<string, Holder>,
  { key, holder: other }: Claim,
  faults: Fault[],
): void {
  const holder = claims.get(key)
  if (!holder) {
    claims.set(key, other)
    return
  }
  const message =
    holder.name === other.name
      ? `service ${other.name} asks for ${key} twice`
      : `${key} belongs to service ${holder.name} already: one virtual service has one owner`
  faults.push(
    fault('duplicate-service', holderSpot(other), message, { related: holderSpot(holder) }),
  )
}
