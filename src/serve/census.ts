/** Who of one virtual service could serve now, and whether they are enough. */
import type { Check } from '../model/check.ts'
import { countOf, type Serving } from '../model/health.ts'
import { type Destination, keyOf, type Service } from '../model/rows.ts'
import type { Asked } from './asked.ts'
import type { Circumstances, Verdict } from './circumstances.ts'

/** What is known of the service that a row is of. */
export interface Care {
  readonly name: string
  readonly checks: ReadonlyMap<string, readonly Check[]>
  readonly serving: Serving
}

/** A destination with what is known of it. */
export interface Member {
  readonly row: Destination
  readonly key: string
  readonly state: 'up' | 'down' | 'unknown' | 'drained'
  /** The weight that an operator asked for. */
  readonly ask: number | undefined
  /** One for each of its checks; empty where nobody checks. */
  readonly verdicts: readonly (Verdict | undefined)[]
}

export interface Census {
  readonly members: readonly Member[]
  /** Those that nobody drains and that have a weight: the quorum is counted of them. */
  readonly counted: readonly Member[]
  readonly up: readonly Member[]
  /** How many have to be up for it to serve, or to serve again. */
  readonly needed: number
  /** True if they are not enough. */
  readonly ceases: boolean
  /** Who says sorry now, in place of all others. */
  readonly excuse: Destination | undefined
}

/** Counts those of one virtual service, as it is written. */
export function censusOf(
  row: Service,
  care: Care,
  asked: Asked,
  circumstances: Circumstances,
): Census {
  const { serving } = care
  const members = row.destinations.map(each => memberOf(each, care, asked, circumstances))
  const counted = members.filter(({ state, row: { weight }, ask }) => {
    return state !== 'drained' && (ask ?? weight) > 0
  })
  const up = counted.filter(({ state }) => state === 'up')
  const { memory, verdicts } = circumstances
  // It comes with `up`, and goes below `down`: between the two it stays what it was.
  const amount = memory.ceased.has(row.id.key) ? serving.quorum.up : serving.quorum.down
  const needed = countOf(amount, counted.length)
  const ceases = verdicts !== undefined && up.length < needed
  // Nobody says sorry for what may answer in a moment.
  const sorry =
    ceases && serving.whenEmpty === 'sorry' && !counted.some(one => one.state === 'unknown')
  const excuse = sorry ? serving.sorry.get(row.id.key) : undefined
  return { members, counted, up, needed, ceases, excuse }
}

function memberOf(
  row: Destination,
  { name, checks }: Care,
  asked: Asked,
  { verdicts }: Circumstances,
): Member {
  const key = keyOf.destination(row)
  const ask = asked.of(name, row)
  const found = verdicts && (checks.get(key) ?? []).map(check => verdicts.get(check.key))
  const base = { row, key, ask: ask === 'drain' ? undefined : ask, verdicts: found ?? [] }
  if (ask === 'drain') return { ...base, state: 'drained' }
  return { ...base, state: together(base.verdicts) }
}

/** All must pass; one that fails is enough to know. */
export function together(verdicts: readonly (Verdict | undefined)[]): Verdict['verdict'] {
  const all = verdicts.map(one => one?.verdict ?? 'unknown')
  if (all.includes('down')) return 'down'
  return all.includes('unknown') ? 'unknown' : 'up'
}
