/** `[node]`: this machine, and how its daemon behaves. */
import type { DesiredNode } from '../model/desired.ts'
import type { NodeConfig } from './config.gen.ts'
import { milliseconds } from './duration.ts'
import { type Fault, fault } from './fault.ts'
import type { Place } from './merge-settings.ts'
import { quote } from './text.ts'

/** What may be said, and what holds where nothing is said. */
interface Range {
  readonly least: string
  readonly most: string
  readonly standard: string
}

const ranges = {
  stop_timeout: { least: '0s', most: '1h', standard: '30s' },
  // Looking without pause would take a core; an hour is as good as never.
  drift_interval: { least: '200ms', most: '1h', standard: '2s' },
  settle: { least: '0s', most: '10s', standard: '250ms' },
} as const satisfies Record<string, Range>

/** `place` tells where a key under `[node]` stands. */
export function resolveNode(config: NodeConfig, place: Place, faults: Fault[]): DesiredNode {
  const duration = (key: keyof typeof ranges): number => {
    const { least, most, standard } = ranges[key]
    const text = config[key] ?? standard
    const found = milliseconds(text)
    if (found >= milliseconds(least) && found <= milliseconds(most)) return found
    faults.push(
      fault(
        'bad-duration',
        place(key),
        `${key} is from "${least}" to "${most}", not ${quote(text)}`,
      ),
    )
    return milliseconds(standard)
  }
  return {
    ...(config.name === undefined ? {} : { name: config.name }),
    onStop: config.on_stop ?? 'keep',
    stopTimeout: duration('stop_timeout'),
    drift: config.drift ?? 'repair',
    driftInterval: duration('drift_interval'),
    settle: duration('settle'),
  }
}
