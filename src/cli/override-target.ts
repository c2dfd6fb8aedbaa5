/** `web`, `web/10.0.0.3`, `web/10.0.0.3:8080` or `--node`: what an override is about. */
import { parseEndpoint } from '../config/address.ts'
import { didYouMean } from '../config/text.ts'
import { isCheckService } from '../model/check-service.ts'
import { endpoint } from '../model/ip.ts'
import { type Target, targetName } from '../model/override.ts'
import { type Destination, keyOf } from '../model/rows.ts'
import type { Wanted } from '../plan/types.ts'
import { UsageError } from './exit.ts'

/** Reads a target. Throws UsageError. */
export function parseTarget(text: string | undefined, node: boolean): Target {
  if (node) {
    if (text !== undefined) throw new UsageError(`--node is all of it: leave out ${text}`)
    return { kind: 'node' }
  }
  if (text === undefined)
    throw new UsageError('say what: SERVICE, SERVICE/BACKEND as in web/10.0.0.3:8080, or --node')
  const slash = text.indexOf('/')
  if (slash === -1) return { kind: 'service', service: text }
  const found = parseEndpoint(text.slice(slash + 1))
  if (typeof found === 'string') throw new UsageError(`${text}: ${found}`)
  const service = text.slice(0, slash)
  const backend = { kind: 'backend', service, address: found.address } as const
  return found.port === -1 ? backend : { ...backend, port: found.port }
}

/** Throws UsageError if there is no such service or backend, with what may have been meant. */
export function mustExist(target: Target, wanted: Wanted): void {
  if (target.kind === 'node') return
  const names = new Set([...wanted.policies.values()].map(({ name }) => name))
  if (!names.has(target.service)) {
    const near = didYouMean(target.service, [...names])
    throw new UsageError(
      `there is no service ${target.service}${near === undefined ? '; slb status lists them' : `: ${near}`}`,
    )
  }
  if (target.kind !== 'backend') return
  const rows = backendsOf(target.service, wanted)
  if (rows.some(row => isAt(row, target))) return
  const known = [...new Set(rows.map(row => endpoint(row.address, row.port)))]
  throw new UsageError(
    `${targetName(target)} is no backend; ${target.service} has ${known.join(', ') || 'none'}`,
  )
}

/** Tells of a row's key whether the row is of a target, as what is written knows it. */
export function ofTarget(target: Target, wanted: Wanted): (key: string) => boolean {
  if (target.kind === 'node') return () => true
  const { policies, names } = wanted
  const rows = target.kind === 'backend' ? backendsOf(target.service, wanted) : []
  const keys = new Set(rows.filter(row => isAt(row, target)).map(keyOf.destination))
  return key => {
    if (target.kind === 'backend') return keys.has(key)
    const [service = key] = key.split(' -> ')
    return policies.get(service)?.name === target.service || isOnlyFor(names.get(key), target)
  }
}

function isOnlyFor(names: readonly string[] = [], target: Target & { kind: 'service' }): boolean {
  return names.length === 1 && names[0] === target.service
}

function isAt(row: Destination, target: Target): boolean {
  if (target.kind !== 'backend' || row.address !== target.address) return false
  return (target.port ?? row.port) === row.port
}

function backendsOf(service: string, { state, policies }: Wanted): readonly Destination[] {
  const rows: Destination[] = []
  state.service.forEach((row, key) => {
    if (policies.get(key)?.name === service && !isCheckService(row.id))
      rows.push(...row.destinations)
  })
  return rows
}

/** True if what was asked of one target is part of another: a backend of its service, of all ports. */
export function isWithin(part: Target, whole: Target): boolean {
  if (whole.kind === 'node') return part.kind === 'node'
  if (part.kind === 'node' || part.service !== whole.service) return false
  if (whole.kind === 'service') return true
  if (part.kind !== 'backend' || part.address !== whole.address) return false
  return whole.port === undefined || part.port === whole.port
}
