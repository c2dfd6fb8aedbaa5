/** One `[service.NAME]` to its virtual services. */
import type { DesiredService } from '../model/desired.ts'
import { hostPrefix } from '../model/ip.ts'
import type { Service } from '../model/rows.ts'
import { type Fault, fault, warning } from './fault.ts'
import { isMissing, type Layers, nameSpot, pick, spotOf } from './layers.ts'
import { resolveBackends } from './resolve-backend.ts'
import { type Books, claim, listenersOf } from './resolve-listener.ts'
import { type Options, resolveOptions } from './resolve-options.ts'
import { defaultTunnel, resolveTunnel } from './resolve-tunnel.ts'

/** One service; undefined if it is faulty. */
export function resolveService(
  layers: Layers,
  books: Books,
  faults: Fault[],
): DesiredService | undefined {
  const before = faults.length
  const claimed = listenersOf(layers, books, faults)
  for (const { id, spot } of claimed) claim(layers, id.key, spot, books, faults)
  const options = resolveOptions(layers, claimed, faults)
  const backends = pick(layers, 'backends')
  if (!backends) {
    if (isMissing(layers, 'backends'))
      faults.push(
        fault('missing-key', nameSpot(layers), `service ${layers.name} has no backends`, {
          suggestion: 'write backends = ["10.0.0.11:8080"], or backends = [] for none yet',
        }),
      )
    return undefined
  }
  if (backends.length === 0)
    faults.push(
      warning('no-backends', spotOf(layers, 'backends'), 'without backends nobody answers'),
    )
  const tunnel = pick(layers, 'tunnel')
  const ports = new Set(claimed.map(({ backendPort }) => backendPort))
  const rows = resolveBackends(
    {
      layers,
      forward: options.forward,
      tunnel: tunnel ? resolveTunnel(tunnel, spotOf(layers, 'tunnel'), faults) : defaultTunnel,
      listeners: claimed,
      manyPorts: ports.size > 1 || maps(layers),
    },
    backends,
    faults,
  )
  if (
    claimed.length === 0 ||
    layers.own.faulty.size > 0 ||
    faults.slice(before).some(({ severity }) => severity === 'error')
  )
    return undefined
  return {
    name: layers.name,
    file: layers.own.file,
    listeners: claimed.map(({ id }, i) => serviceRow(id, options, rows[i] ?? [])),
    enabled: pick(layers, 'enabled') ?? true,
    adopt: pick(layers, 'adopt') ?? false,
    snat: options.snat,
    drain: options.drain,
  }
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

/** True if the service's own `port` says which port the backends have. */
function maps(layers: Layers): boolean {
  return typeof pick(layers, 'port') === 'string'
}
