/** `[node]`: this machine, and how its daemon behaves. */
import { defaultNode } from '../model/defaults.ts'
import type { DesiredNode } from '../model/desired.ts'
import type { NodeConfig } from './config.gen.ts'
import { type DurationRange, durationWithin } from './duration-range.ts'
import type { Fault } from './fault.ts'
import type { Place } from './merge-settings.ts'

const ranges = {
  stop_timeout: { least: '0s', most: '1h' },
  // Looking without pause would take a core; an hour is as good as never.
  drift_interval: { least: '200ms', most: '1h' },
  settle: { least: '0s', most: '10s' },
} as const satisfies Record<string, DurationRange>

/** `place` tells where a key under `[node]` stands. */
export function resolveNode(config: NodeConfig, place: Place, faults: Fault[]): DesiredNode {
  const duration = (key: keyof typeof ranges, usual: number): number => {
    const text = config[key]
    if (text === undefined) return usual
    return durationWithin(key, text, ranges[key], place(key), faults) ?? usual
  }
  return {
    ...(config.name === undefined ? {} : { name: config.name }),
    onStop: config.on_stop ?? defaultNode.onStop,
    stopTimeout: duration('stop_timeout', defaultNode.stopTimeout),
    drift: config.drift ?? defaultNode.drift,
    driftInterval: duration('drift_interval', defaultNode.driftInterval),
    settle: duration('settle', defaultNode.settle),
    ...(config.allow_exec?.length && { allowExec: config.allow_exec }),
  }
}
