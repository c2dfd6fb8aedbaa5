/** `check`: one table or several to checks that can be put to any backend. */
import type { Check } from '../model/check.ts'
import { type Family, familyOf, type Ip, parseIp, scopeOf } from '../model/ip.ts'
import { checkMaker, type Target } from '../model/make-check.ts'
import { explainAddress } from './address.ts'
import { below, type CheckType, checkKeys } from './check-keys.ts'
import type { CheckConfig, ChecksConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { resolveQuestion, type WeightSource } from './resolve-question.ts'
import { resolveRules } from './resolve-rules.ts'

/** One check before it is known whom it asks. */
export interface Pattern {
  readonly at: Spot
  readonly type: CheckType
  /** Absent = the backend's. */
  readonly port?: number
  /** Of the source address; absent = any. */
  readonly family?: Family
  /** True if it goes to the VIP, by way of the backend. */
  readonly viaVip: boolean
  /** The program that it runs. */
  readonly program?: string
  /** True if it is the one that is asked for the weight. */
  readonly weighs: boolean
  readonly make: (target: Target) => Check
}

/** A program that a check runs, and where it says so. */
export interface Program {
  readonly path: string
  readonly spot: Spot
}

/** The checks that `at` asks for, as they are to be put to each backend; `"none"` gives none. */
export function resolveChecks(
  config: ChecksConfig,
  at: Spot,
  weight: WeightSource | undefined,
  faults: Fault[],
): readonly Pattern[] {
  if (config === 'none') return []
  const list = Array.isArray(config) ? config : [config]
  // One check says the weight: the first that can.
  const speaker = list.findIndex(one => canSay(one, weight))
  return list.map((one, index) =>
    resolveCheck(
      one,
      Array.isArray(config) ? below(at, index) : at,
      index === speaker ? weight : undefined,
      faults,
    ),
  )
}

function canSay({ type = 'tcp' }: CheckConfig, weight: WeightSource | undefined): boolean {
  if (weight?.kind === 'exec') return type === 'exec'
  return weight !== undefined && (type === 'http' || type === 'https')
}

function resolveCheck(
  config: CheckConfig,
  at: Spot,
  weight: WeightSource | undefined,
  faults: Fault[],
): Pattern {
  const { type = 'tcp', port } = config
  checkKeys(config, at, faults)
  const rules = resolveRules(config, at, faults)
  const question = resolveQuestion(config, at, weight, faults)
  const source = config.source === undefined ? undefined : resolveSource(config.source, at, faults)
  const program = type === 'exec' ? config.command?.[0] : undefined
  return {
    at,
    type,
    ...(port === undefined ? {} : { port }),
    ...(source === undefined ? {} : { family: familyOf(source) }),
    ...(program === undefined ? {} : { program }),
    viaVip: config.via === 'vip',
    weighs: weight !== undefined,
    make: checkMaker(question, rules, source),
  }
}

function resolveSource(text: string, at: Spot, faults: Fault[]): Ip | undefined {
  const source = parseIp(text)
  const scope = source === undefined ? undefined : scopeOf(source)
  if (source === undefined)
    faults.push(fault('bad-address', below(at, 'source'), explainAddress(text)))
  else if (scope === 'multicast' || scope === 'broadcast' || scope === 'unspecified')
    faults.push(
      fault('bad-address', below(at, 'source'), `${source} is not an address of this host`),
    )
  return source
}
