/** Which checks each destination of a service has to pass. */
import type { Check } from '../model/check.ts'
import { checkMarkOf, checkServiceOf, noCheckServices } from '../model/check-service.ts'
import { noChecks } from '../model/health.ts'
import { familyOf } from '../model/ip.ts'
import { type Destination, keyOf, type Service } from '../model/rows.ts'
import { parseEndpoint } from './address.ts'
import { below } from './check-keys.ts'
import { cannotGoThrough } from './check-through.ts'
import type { ChecksConfig } from './config.gen.ts'
import { type Fault, fault } from './fault.ts'
import { type Layers, spotOf } from './layers.ts'
import { type Pattern, type Program, resolveChecks } from './resolve-check.ts'
import type { Claimed } from './resolve-listener.ts'
import type { WeightSource } from './resolve-question.ts'

/** What a service says about the health of its backends. */
export interface Health {
  readonly checks: ReadonlyMap<string, readonly Check[]>
  /** What leads those that go through a VIP. */
  readonly checkServices: ReadonlyMap<string, Service>
  /** That its checks run, each once. */
  readonly programs: readonly Program[]
  /** True if some check is asked for the weight. */
  readonly weighed: boolean
}

/** Shared by all services without checks. */
const none: readonly Program[] = []
const noHealth: Health = {
  checks: noChecks,
  checkServices: noCheckServices,
  programs: none,
  weighed: false,
}

/** `rows` are the destinations of each listener. */
export function resolveHealth(
  layers: Layers,
  listeners: readonly Claimed[],
  rows: readonly (readonly Destination[])[],
  weight: WeightSource | undefined,
  faults: Fault[],
): Health {
  const { check, backends = [] } = layers.config
  const special = backends.some(backend => typeof backend !== 'string' && backend.check)
  if (check === undefined && !special) return noHealth
  const usual = resolveChecks(check ?? 'none', spotOf(layers, 'check'), weight, faults)
  const own = special ? ownChecks(layers, listeners, weight, faults) : noOwn
  const patterns = [...usual, ...[...own.values()].flat()]
  const checks = new Map<string, readonly Check[]>()
  const ways = new Map<string, Service>()
  // A backend has the same checks behind every VIP, but for those that go there.
  const made = new Map<string, readonly Check[]>()
  for (const row of rows.flat()) {
    const target = `${row.address} ${row.port}`
    const mine = own.get(target) ?? usual
    if (mine.length === 0) continue
    const through = mine.some(({ viaVip }) => viaVip)
    const known =
      (through ? undefined : made.get(target)) ??
      mine.map(pattern => (pattern.viaVip ? checkThrough : checkOf)(pattern, row, faults))
    if (!through) made.set(target, known)
    else ways.set(keyOf.destination(row), checkServiceOf(row, checkMarkOf(row)))
    checks.set(keyOf.destination(row), known)
  }
  const asks = layers.config.enabled !== false && checks.size > 0
  return {
    checks: asks ? checks : noChecks,
    checkServices: asks && ways.size > 0 ? ways : noCheckServices,
    programs: programsOf(patterns),
    weighed: patterns.some(({ weighs }) => weighs),
  }
}

const noOwn: ReadonlyMap<string, readonly Pattern[]> = new Map()

/** The checks of backends that have their own, by address and port. */
function ownChecks(
  layers: Layers,
  listeners: readonly Claimed[],
  weight: WeightSource | undefined,
  faults: Fault[],
): ReadonlyMap<string, readonly Pattern[]> {
  const own = new Map<string, readonly Pattern[]>()
  for (const [index, backend] of (layers.config.backends ?? []).entries()) {
    if (typeof backend === 'string' || backend.check === undefined) continue
    const spot = spotOf(layers, 'backends', index, 'check')
    const patterns = resolveChecks(backend.check satisfies ChecksConfig, spot, weight, faults)
    const parsed = parseEndpoint(backend.address)
    if (typeof parsed === 'string') continue
    const ports = parsed.port === -1 ? listeners.map(each => each.backendPort) : [parsed.port]
    for (const port of ports) own.set(`${parsed.address} ${port}`, patterns)
  }
  return own
}

function checkOf(pattern: Pattern, { address, port }: Destination, faults: Fault[]): Check {
  const asked = portOf(pattern, address, port, faults)
  if (pattern.family !== undefined && pattern.family !== familyOf(address))
    report(
      faults,
      fault(
        'family-mismatch',
        below(pattern.at, 'source'),
        `the source is of another family than the backend ${address}`,
      ),
    )
  return pattern.make({ address, port: asked })
}

/** A check that goes to the VIP, and by its mark to this backend alone. */
function checkThrough(pattern: Pattern, row: Destination, faults: Fault[]): Check {
  const { service, address: through } = row
  const { address = through } = service
  const hindrance = cannotGoThrough(pattern, row)
  if (hindrance !== undefined) report(faults, hindrance)
  const port = portOf(pattern, address, service.port, faults)
  return pattern.make({ address, port, way: { mark: checkMarkOf(row), through } })
}

function portOf(
  { at, type, port, viaVip }: Pattern,
  address: string,
  usual: number,
  faults: Fault[],
): number {
  const asked = port ?? usual
  if (asked === 0 && type !== 'icmp' && type !== 'exec')
    report(
      faults,
      fault(
        'missing-port',
        { ...at, key: true },
        `a check of type ${type} needs a port: ${address} has none`,
        {
          suggestion: viaVip
            ? 'write port in the check'
            : 'write port in the check, or type = "icmp"',
        },
      ),
    )
  return asked
}

/** Once for each check, however many backends it is for. */
function report(faults: Fault[], found: Fault): void {
  if (
    !faults.some(({ code, at }) => code === found.code && at.path.join() === found.at.path.join())
  )
    faults.push(found)
}

function programsOf(patterns: readonly Pattern[]): readonly Program[] {
  const programs = patterns.flatMap(({ program, at }) =>
    program === undefined ? [] : [{ path: program, spot: below(at, 'command', 0) }],
  )
  return programs.length === 0 ? none : programs
}
