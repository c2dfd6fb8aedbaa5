/** What operators asked for, looked up by service and destination. */
import type { Override, Target } from '../model/override.ts'
import type { Destination } from '../model/rows.ts'

export interface Asked {
  /** True if all of the service drains. */
  drains(service: string): boolean
  /** What decides of a destination, with who asked for it and why. */
  about(service: string, row: Destination): Override | undefined
  /** The latest that was asked of a destination. */
  of(service: string, row: Destination): Override['ask'] | undefined
  /** True if something is asked of a service, or of one of its backends. */
  has(service: string): boolean
  /** True if nothing is asked of anybody. */
  readonly nothing: boolean
}

/** The overrides, the oldest first. A drain of the whole goes before what is asked of a part. */
export function askedOf(overrides: readonly Override[]): Asked {
  const whole = overrides.find(one => one.target.kind === 'node' && isDrain(one))
  const byService = new Map<string, Override[]>()
  for (const one of overrides) {
    if (one.target.kind === 'node') continue
    const known = byService.get(one.target.service)
    if (known === undefined) byService.set(one.target.service, [one])
    else known.push(one)
  }
  const drained = (service: string): Override | undefined =>
    whole ?? byService.get(service)?.find(one => one.target.kind === 'service' && isDrain(one))
  const latest = (service: string, row: Destination): Override | undefined =>
    byService.get(service)?.findLast(one => concerns(one.target, row))
  return {
    about: (service, row) => drained(service) ?? latest(service, row),
    nothing: overrides.length === 0,
    has: service => whole !== undefined || byService.has(service),
    drains: service => drained(service) !== undefined,
    of: (service, row) => latest(service, row)?.ask,
  }
}

function isDrain({ ask }: Override): boolean {
  return ask === 'drain'
}

/** A weight of a service is one of each of its backends. */
function concerns(target: Target, row: Destination): boolean {
  if (target.kind !== 'backend') return true
  return target.address === row.address && (target.port === undefined || target.port === row.port)
}
