/** How often a check asks, and how many answers it takes: `interval` to `ban`. */
import type { Ban, Rules } from '../model/check.ts'
import { below } from './check-keys.ts'
import type { BanConfig, CheckConfig } from './config.gen.ts'
import { durationWithin } from './duration-range.ts'
import { type Fault, fault, type Spot } from './fault.ts'

type Timing = 'interval' | 'fast_interval' | 'timeout'

/** What holds when nothing is said, in milliseconds. */
const usual = { interval: 2000, timeout: 1000 } as const

const ranges = {
  // More often is an attack, and more seldom is no watch.
  interval: { least: '100ms', most: '1d' },
  fast_interval: { least: '100ms', most: '1d' },
  timeout: { least: '1ms', most: '1d' },
} as const

/** The rules of one check; `at` is its table. */
export function resolveRules(config: CheckConfig, at: Spot, faults: Fault[]): Rules {
  const said = (key: Timing): number | undefined => {
    const text = config[key]
    return text === undefined
      ? undefined
      : durationWithin(key, text, ranges[key], below(at, key), faults)
  }
  const before = faults.length
  const interval = said('interval') ?? usual.interval
  const fastInterval = said('fast_interval') ?? interval
  const shortest = Math.min(interval, fastInterval)
  const timeout = said('timeout') ?? Math.min(usual.timeout, shortest)
  if (faults.length === before) {
    if (fastInterval > interval) faults.push(tooLong(config, at, 'fast_interval', 'interval'))
    if (timeout > interval) faults.push(tooLong(config, at, 'timeout', 'interval'))
    else if (timeout > fastInterval) faults.push(tooLong(config, at, 'timeout', 'fast_interval'))
  }
  const ban = config.ban && resolveBan(config.ban, below(at, 'ban'), faults)
  return {
    interval,
    timeout,
    rise: config.rise ?? 2,
    fall: config.fall ?? 3,
    fastInterval,
    ...(ban ? { ban } : {}),
  }
}

/** Of what would still be going on when the next question is due. */
function tooLong(config: CheckConfig, at: Spot, key: Timing, limit: Timing): Fault {
  const most = config[limit] ?? '2s'
  return fault(
    'bad-duration',
    below(at, key),
    `${key} is at most ${limit}, which is "${most}", not "${config[key]}"`,
    {
      suggestion: `write ${key} = "${most}" or less, or a longer ${limit}`,
      related: config[limit] === undefined ? undefined : below(at, limit),
    },
  )
}

function resolveBan(config: BanConfig, at: Spot, faults: Fault[]): Ban | undefined {
  const { after, window = '0s', time = '10m' } = config
  if (after === 0)
    faults.push(
      fault('out-of-range', below(at, 'after'), 'after is at least 1, or -1 for never, not 0'),
    )
  const spans = {
    window: durationWithin(
      'window',
      window,
      { least: '0s', most: '30d' },
      below(at, 'window'),
      faults,
    ),
    time: durationWithin('time', time, { least: '1s', most: '30d' }, below(at, 'time'), faults),
  }
  if (after === -1) return undefined
  return { after, window: spans.window ?? 0, time: spans.time ?? 0 }
}
