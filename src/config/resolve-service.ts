/** One `[service.NAME]` to its virtual services. */
import type { DesiredService } from '../model/desired.ts'
import { isMovable } from '../model/failover.ts'
import {
  announcedServing,
  defaultServing,
  type Serving,
  survivingServing,
} from '../model/health.ts'
import { hostPrefix } from '../model/ip.ts'
import type { Service } from '../model/rows.ts'
import { checkServing } from './check-serving.ts'
import { type Fault, fault, hasError, warning } from './fault.ts'
import { holderOf, isMissing, type Layers, nameSpot, ownSpot, spotOf } from './layers.ts'
import { resolveBackends, type Site } from './resolve-backend.ts'
import type { Program } from './resolve-check.ts'
import { resolveHealth } from './resolve-health.ts'
import { type Claim, listenersOf } from './resolve-listener.ts'
import { type Options, resolveOptions } from './resolve-options.ts'
import { checkWeightSource, resolveServing, weightSourceOf } from './resolve-serving.ts'
import { defaultTunnel, resolveTunnel } from './resolve-tunnel.ts'
import type { VipBook } from './vip-book.ts'
import type { VipUse } from './vip-use.ts'

/** What one service comes to by itself, before it is held against the others. */
export interface ServiceOutcome {
  readonly name: string
  /** Absent if it is faulty. */
  readonly service?: DesiredService
  readonly uses: readonly VipUse[]
  readonly claims: readonly Claim[]
  /** That its checks run. */
  readonly programs: readonly Program[]
  readonly faults: readonly Fault[]
}

/** Resolves one service, whatever the others are. */
export function resolveService(layers: Layers, book: VipBook): ServiceOutcome {
  const { name, config } = layers
  const faults: Fault[] = []
  const uses: VipUse[] = []
  const claimed = listenersOf(layers, book, uses, faults)
  const options = resolveOptions(layers, claimed, faults)
  const tunnel = config.tunnel
    ? resolveTunnel(config.tunnel, spotOf(layers, 'tunnel'), faults)
    : defaultTunnel
  const site: Site = {
    layers,
    forward: options.forward,
    tunnel,
    listeners: claimed,
    manyPorts: saysBackendPorts(layers),
  }
  const rows = config.backends ? resolveBackends(site, config.backends, faults) : []
  checkUse(layers, faults)
  const { checks, checkServices, programs, weighed } = resolveHealth(
    layers,
    claimed,
    rows,
    weightSourceOf(config),
    faults,
  )
  checkWeightSource(layers, weighed, faults)
  const listeners = claimed.map(({ id }, i) => serviceRow(id, options, rows[i] ?? []))
  const usual = usualServing(uses, listeners)
  const serving = resolveServing(site, rows, weighed, usual, faults)
  // What is wrong may be why it has no effect.
  if (!hasError(faults)) checkServing(layers, rows, { checked: checks.size > 0, weighed }, faults)
  const claims = claimed.map(({ id, vip }) => ({ key: id.key, holder: holderOf(layers, vip) }))
  if (claimed.length === 0 || layers.faulty.size > 0 || hasError(faults))
    return { name, uses, claims, programs, faults }
  const service = {
    name,
    file: layers.file,
    listeners,
    enabled: config.enabled ?? true,
    adopt: config.adopt ?? false,
    snat: options.snat,
    drain: options.drain,
    checks,
    checkServices,
    serving,
  }
  return { name, service, uses, claims, programs, faults }
}

/** Keys that are not there although they should be, and the other way round. */
function checkUse(layers: Layers, faults: Fault[]): void {
  const { own, config } = layers
  if (config.backends === undefined) {
    if (isMissing(layers, 'backends'))
      faults.push(
        fault('missing-key', nameSpot(layers), `service ${layers.name} has no backends`, {
          suggestion: 'write backends = ["10.0.0.11:8080"], or backends = [] for none yet',
        }),
      )
    return
  }
  if (config.backends.length === 0)
    faults.push(
      warning('no-backends', spotOf(layers, 'backends'), 'without backends nobody answers'),
    )
  if (own.tunnel === undefined || config.forward === 'tunnel') return
  if (config.backends.some(backend => typeof backend !== 'string' && backend.forward === 'tunnel'))
    return
  faults.push(
    fault(
      'unused-tunnel',
      { ...ownSpot(layers, 'tunnel'), key: true },
      `tunnel has no meaning with forward = "${config.forward ?? 'nat'}"`,
    ),
  )
}

/** What health does to it where nothing is said of that. */
function usualServing(uses: readonly VipUse[], listeners: readonly Service[]): Serving {
  if (!uses.some(({ announcing }) => announcing.bgp !== undefined)) return defaultServing
  return listeners.some(isMovable) ? survivingServing : announcedServing
}

function serviceRow(
  id: Service['id'],
  options: Options,
  destinations: Service['destinations'],
): Service {
  return {
    id,
    scheduler: options.scheduler,
    schedulerFlags: options.schedulerFlags,
    persistence: options.persistence,
    netmask: options.netmask ?? hostPrefix(id.family),
    engine: options.engine,
    onePacket: options.onePacket,
    owned: true,
    destinations,
  }
}

/** True if `port` says which ports the backends have: by a pair, or by being several. */
function saysBackendPorts({ config: { port } }: Layers): boolean {
  return (
    typeof port === 'string' ||
    (Array.isArray(port) && (port.length > 1 || typeof port[0] === 'string'))
  )
}
