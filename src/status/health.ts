/** What checks have found of a backend, and whether a virtual service has enough of them. */
import { describeCheck } from '../health/describe-check.ts'
import type { Ip } from '../model/ip.ts'
import { type Destination, keyOf, type Service } from '../model/rows.ts'
import type { Wanted } from '../plan/types.ts'
import type { Asked } from '../serve/asked.ts'
import { type Care, censusOf, together } from '../serve/census.ts'
import type { Verdict } from '../serve/circumstances.ts'
import { dateOf, type Facts } from './facts.ts'

/** What checks have found. Dates are ISO 8601. */
export interface BackendHealth {
  /** `unchecked`: it has no check, or nobody makes it. */
  readonly verdict: 'up' | 'down' | 'unknown' | 'unchecked'
  /** Each in words; absent where there are none. */
  readonly checks?: readonly string[]
  readonly since?: string
  /** What the last bad answer said. */
  readonly why?: string
  /** What a good answer warned of. */
  readonly warning?: string
  /** Until then it stays out, whatever it answers. */
  readonly banned_until?: string
}

/** Whether enough of a virtual service are up. */
export interface Quorum {
  readonly up: number
  /** Of so many: those that nobody drains and whose weight is not 0. */
  readonly of: number
  readonly needed: number
  readonly met: boolean
  /**
   * What comes of it if it is not met. `keeps`: whoever is up serves on. `sorry`: another one answers.
   * `waits`: it would, but not all have been asked. `withdrawn`: the address is taken away. `stays`: it
   * would be, but others are reached there, or it is not ours.
   */
  readonly effect?: 'keeps' | 'sorry' | 'waits' | 'withdrawn' | 'stays'
}

/** Of a backend without a check. */
export const uncared: BackendHealth = { verdict: 'unchecked' }

/** What is found of a destination of a service. */
export function healthOf(row: Destination, care: Care | undefined, facts: Facts): BackendHealth {
  const checks = care?.checks.get(keyOf.destination(row)) ?? []
  if (checks.length === 0) return uncared
  const told = { checks: checks.map(describeCheck) }
  const { verdicts, now } = facts.circumstances
  if (verdicts === undefined) return { verdict: 'unchecked', ...told, why: 'nobody checks' }
  const found = checks.map(({ key }) => verdicts.get(key))
  const verdict = together(found)
  // All of them make it up, the first that failed has taken it down.
  const deciding = found.filter(one => one?.verdict === verdict && one.since !== undefined)
  const moments = deciding.map(one => one?.since ?? 0)
  const since = verdict === 'up' ? Math.max(...moments) : Math.min(...moments)
  const why = textsOf(found, one => (one.verdict === verdict ? one.why : undefined))
  const warning = textsOf(found, one => one.warning)
  const banned = Math.max(...found.map(one => one?.bannedUntil ?? 0))
  return {
    verdict,
    ...told,
    ...(moments.length > 0 && { since: dateOf(since, facts) }),
    ...(why !== '' && { why }),
    ...(warning !== '' && { warning }),
    ...(banned > now && { banned_until: dateOf(banned, facts) }),
  }
}

function textsOf(
  found: readonly (Verdict | undefined)[],
  pick: (one: Verdict) => string | undefined,
): string {
  const texts = found.map(one => one && pick(one)).filter(text => text !== undefined)
  return [...new Set(texts)].join('; ')
}

/** How a virtual service stands that is checked; undefined where it is not, or drains as a whole. */
export function quorumOf(
  written: Service,
  care: Care | undefined,
  asked: Asked,
  withdrawn: ReadonlySet<Ip>,
  facts: Facts,
): Quorum | undefined {
  if (care === undefined || care.checks.size === 0 || asked.drains(care.name)) return undefined
  if (facts.circumstances.verdicts === undefined) return undefined
  const census = censusOf(written, care, asked, facts.circumstances)
  const { up, counted, needed, ceases, excuse } = census
  const count = { up: up.length, of: counted.length, needed }
  if (!ceases) return { ...count, met: true }
  const { whenEmpty } = care.serving
  if (whenEmpty === 'keep') return { ...count, met: false, effect: 'keeps' }
  if (whenEmpty === 'sorry') return { ...count, met: false, effect: excuse ? 'sorry' : 'waits' }
  const { address } = written.id
  const gone = address !== undefined && withdrawn.has(address)
  return { ...count, met: false, effect: gone ? 'withdrawn' : 'stays' }
}

/** The addresses that are written down and wanted nowhere now. */
export function withdrawnOf(written: Wanted, wanted: Wanted): ReadonlySet<Ip> {
  const gone = new Set<Ip>()
  for (const row of written.state.address.values()) gone.add(row.address)
  for (const row of wanted.state.address.values()) gone.delete(row.address)
  for (const kind of ['route', 'arp'] as const)
    for (const [key, row] of written.state[kind])
      if (!wanted.state[kind].has(key)) gone.add(row.address)
  return gone
}
