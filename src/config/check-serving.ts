/** What a service says about health that comes to nothing: it is told, where the service itself says it. */
import type { Destination } from '../model/rows.ts'
import type { ServiceConfig } from './config.gen.ts'
import { type Fault, warning } from './fault.ts'
import { type Layers, ownSpot } from './layers.ts'

/** Keys that say what follows from checks. `sorry` and `when_empty` go with a quorum, `weight_from` tells of itself. */
const keys = [
  'on_down',
  'slow_start',
  'quorum',
  'when_empty',
  'sorry',
] as const satisfies readonly (keyof ServiceConfig)[]

/** Schedulers that only ask whether a weight is 0 (ip_vs_rr.c, ip_vs_lc.c, ip_vs_dh.c). */
const blind: ReadonlySet<string> = new Set(['rr', 'lc', 'dh'])

/**
 * Adds a warning for each key without effect.
 *
 * @param rows the destinations of each virtual service.
 * @param checked true if anything is checked.
 * @param weighed true if backends say their weights.
 */
export function checkServing(
  layers: Layers,
  rows: readonly (readonly Destination[])[],
  { checked, weighed }: { readonly checked: boolean; readonly weighed: boolean },
  faults: Fault[],
): void {
  const { own, config, faulty } = layers
  if (faulty.has('check') || faulty.has('backends') || config.enabled === false) return
  if (!checked) {
    // A service without backends yet gets its checks with them.
    if (rows.every(row => row.length === 0)) return
    for (const key of keys) if (own[key] !== undefined) faults.push(unchecked(layers, key))
    return
  }
  if (own.slow_start === undefined || own.slow_start === '0s') return
  const { scheduler = 'wrr' } = config
  const heaviest = Math.max(0, ...rows.flat().map(({ weight }) => weight))
  const what = blind.has(scheduler)
    ? {
        why: `the scheduler ${scheduler} does not look at weights`,
        suggestion: `write scheduler = "w${scheduler === 'dh' ? 'rr' : scheduler}"`,
      }
    : !weighed && heaviest <= 1
      ? {
          why: 'no backend has a weight over 1, and there is nothing between 0 and 1',
          suggestion:
            'give all backends ten times their weight, as in { address = "10.0.0.1", weight = 10 }',
        }
      : undefined
  if (what === undefined) return
  const message = `slow_start has no effect: ${what.why}`
  const at = { ...ownSpot(layers, 'slow_start'), key: true }
  faults.push(warning('unused-key', at, message, { suggestion: what.suggestion }))
}

function unchecked(layers: Layers, key: (typeof keys)[number]): Fault {
  return warning(
    'unused-key',
    { ...ownSpot(layers, key), key: true },
    `${key} has no effect: no backend of service ${layers.name} has a check`,
    { suggestion: 'write check = { type = "tcp" }, or take it out' },
  )
}
