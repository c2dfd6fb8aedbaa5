/** What verdicts do to a service: `on_down` to `weight_from`. */
import { type Amount, countOf, defaultServing, type Serving } from '../model/health.ts'
import type { Destination } from '../model/rows.ts'
import type { QuorumConfig, ServiceConfig, WeightFromConfig } from './config.gen.ts'
import { durationWithin } from './duration-range.ts'
import { type Fault, fault, warning } from './fault.ts'
import { type Layers, spotOf } from './layers.ts'
import type { Site } from './resolve-backend.ts'
import type { WeightSource } from './resolve-question.ts'
import { resolveSorry } from './resolve-sorry.ts'

const keys = ['on_down', 'slow_start', 'quorum', 'when_empty', 'sorry', 'weight_from'] as const

/** `rows` are the destinations of each listener; `weighed` says whether a check is asked for the weight, `usual` is what holds where nothing is said. */
export function resolveServing(
  site: Site,
  rows: readonly (readonly Destination[])[],
  weighed: boolean,
  usual: Serving,
  faults: Fault[],
): Serving {
  const { layers } = site
  const { config } = layers
  if (keys.every(key => config[key] === undefined)) return usual
  const whenEmpty = resolveWhenEmpty(layers, usual.whenEmpty, faults)
  const sorry =
    config.sorry === undefined ? undefined : resolveSorry(site, config.sorry, rows, faults)
  const weights = weighed ? resolveBounds(layers, faults) : undefined
  return {
    onDown: config.on_down ?? usual.onDown,
    slowStart: resolveSlowStart(layers, faults),
    quorum:
      config.quorum === undefined
        ? defaultServing.quorum
        : resolveQuorum(layers, config.quorum, site, rows, faults),
    whenEmpty,
    sorry: whenEmpty === 'sorry' && sorry ? sorry : defaultServing.sorry,
    ...(weights ? { weights } : {}),
  }
}

function resolveSlowStart(layers: Layers, faults: Fault[]): number {
  const text = layers.config.slow_start
  if (text === undefined) return 0
  const spot = spotOf(layers, 'slow_start')
  return durationWithin('slow_start', text, { least: '0s', most: '1h' }, spot, faults) ?? 0
}

/** A sorry server speaks for itself, where nobody who is nearer says otherwise. */
function resolveWhenEmpty(
  layers: Layers,
  usual: Serving['whenEmpty'],
  faults: Fault[],
): Serving['whenEmpty'] {
  const { own, config } = layers
  const given = own.when_empty ?? (own.sorry === undefined ? config.when_empty : undefined)
  if (own.sorry !== undefined && own.when_empty !== undefined && own.when_empty !== 'sorry')
    faults.push(
      fault(
        'unused-key',
        { ...spotOf(layers, 'sorry'), key: true },
        `sorry has no meaning with when_empty = "${own.when_empty}"`,
        { suggestion: 'write when_empty = "sorry", or take one of them out' },
      ),
    )
  if (given === 'sorry' && config.sorry === undefined && !layers.faulty.has('sorry'))
    faults.push(
      fault('missing-key', spotOf(layers, 'when_empty'), 'when_empty = "sorry" needs sorry', {
        suggestion: 'write sorry = "10.0.0.9:80" too',
      }),
    )
  return given ?? (config.sorry === undefined ? usual : 'sorry')
}

function resolveQuorum(
  layers: Layers,
  given: QuorumConfig,
  { listeners }: Site,
  rows: readonly (readonly Destination[])[],
  faults: Fault[],
): Serving['quorum'] {
  const table = typeof given === 'object' ? given : { up: given }
  const up = amountOf(table.up)
  const down = table.down === undefined ? up : amountOf(table.down)
  const all = layers.config.backends?.length ?? 0
  const at = typeof given === 'object' ? ['up'] : []
  if (countOf(down, all) > countOf(up, all) || isOver(down, up))
    faults.push(
      fault(
        'bad-quorum',
        spotOf(layers, 'quorum', 'down'),
        `down (${table.down}) is over up (${table.up}): the service would end before it begins`,
        { suggestion: 'swap them' },
      ),
    )
  if (!('count' in up) || all === 0) return { up, down }
  // Those that have no weight are not counted.
  const counts = rows.map(row => row.filter(({ weight }) => weight > 0).length)
  const least = Math.min(...counts)
  const short = listeners[counts.indexOf(least)]
  if (up.count > all)
    faults.push(
      fault(
        'bad-quorum',
        spotOf(layers, 'quorum', ...at),
        `quorum asks for ${up.count} backends, but service ${layers.name} has ${all}`,
        { suggestion: `write ${all} or less, or a percentage` },
      ),
    )
  else if (short && up.count > least)
    faults.push(
      warning(
        'bad-quorum',
        spotOf(layers, 'quorum', ...at),
        `quorum asks for ${up.count} backends, but ${short.id.key} has no more than ${least} that are enabled and have a weight`,
      ),
    )
  return { up, down }
}

/** Of amounts of one kind, which can be told without a count of backends. */
function isOver(a: Amount, b: Amount): boolean {
  if ('count' in a) return 'count' in b && a.count > b.count
  return 'share' in b && a.share > b.share
}

/** `2` or `"50%"`. */
function amountOf(given: number | string): Amount {
  return typeof given === 'number' ? { count: given } : { share: Number.parseInt(given, 10) / 100 }
}

/** Who says the weights, if anybody does. */
export function weightSourceOf({ weight_from: given }: ServiceConfig): WeightSource | undefined {
  if (given === undefined) return undefined
  const text = typeof given === 'string' ? given : given.from
  return text === 'exec' ? { kind: 'exec' } : { kind: 'header', name: text.slice('header:'.length) }
}

function resolveBounds(layers: Layers, faults: Fault[]): Serving['weights'] {
  const given = layers.config.weight_from
  const { min = 1, max = Math.max(100, min) }: Partial<Exclude<WeightFromConfig, string>> =
    typeof given === 'object' ? given : {}
  if (min > max)
    faults.push(
      fault(
        'out-of-range',
        spotOf(layers, 'weight_from', 'min'),
        `min (${min}) is over max (${max})`,
        { suggestion: 'swap them' },
      ),
    )
  return { min, max }
}

/** Defaults that no check of a service can follow are silent. */
export function checkWeightSource(layers: Layers, weighed: boolean, faults: Fault[]): void {
  if (weighed || layers.own.weight_from === undefined || layers.faulty.has('check')) return
  const exec = weightSourceOf(layers.own)?.kind === 'exec'
  faults.push(
    fault(
      'missing-check',
      spotOf(layers, 'weight_from'),
      `no check says the weight: there is none of type ${exec ? 'exec' : 'http or https'}`,
      {
        suggestion: exec
          ? 'write check = { type = "exec", command = ["/usr/local/bin/check"] }'
          : 'write check = { type = "http", path = "/healthz" }',
      },
    ),
  )
}
