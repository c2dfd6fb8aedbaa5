/** One virtual service as it can serve now: which destinations, with which weights. */

import type { Serving } from '../model/health.ts'
import { compareDestinations, type Destination, keyOf, type Service } from '../model/rows.ts'
import type { Asked } from './asked.ts'
import { type Care, censusOf, type Member, together } from './census.ts'
import type { Circumstances } from './circumstances.ts'

/** What comes of all virtual services together; each adds to it. */
export interface Outcome {
  readonly out: Set<string>
  readonly rising: Map<string, number>
  readonly ceased: Set<string>
  /** Virtual services, by key, of which nobody has answered yet. */
  readonly unheard: Set<string>
  readonly down: Set<string>
  readonly agreed: Set<string>
  readonly reasons: Map<string, string>
  readonly waiting: Set<string>
  /** When something changes by itself, in milliseconds of the monotonic clock. */
  next: number
}

export function emptyOutcome(): Outcome {
  return {
    out: new Set(),
    rising: new Map(),
    ceased: new Set(),
    unheard: new Set(),
    down: new Set(),
    agreed: new Set(),
    reasons: new Map(),
    waiting: new Set(),
    next: Number.POSITIVE_INFINITY,
  }
}

/** Slow start raises a weight in so many steps. */
const steps = 10

/** The row as it can serve now: the same object if nothing is otherwise than written. */
export function serveListener(
  row: Service,
  care: Care,
  asked: Asked,
  circumstances: Circumstances,
  outcome: Outcome,
): Service {
  const { members, counted, up, ceases, excuse } = censusOf(row, care, asked, circumstances)
  if (ceases) outcome.ceased.add(row.id.key)
  if (ceases && up.length === 0 && counted.some(({ state }) => state === 'unknown'))
    outcome.unheard.add(row.id.key)
  const { out } = circumstances.memory
  // The first that comes back takes all there is: nobody else could while it warms up.
  const others = up.some(({ key }) => !out.has(key))
  const destinations: Destination[] = []
  let same = true
  for (const member of members) {
    const kept = keep(member, care, others, circumstances, outcome)
    if (kept !== undefined) destinations.push(excuse ? withWeight(kept, 0) : kept)
    same &&= kept === member.row
  }
  if (excuse !== undefined) {
    outcome.reasons.set(keyOf.destination(excuse), `says sorry for ${care.name}`)
    return { ...row, destinations: withOne(destinations, excuse) }
  }
  return same ? row : { ...row, destinations }
}

/** A destination as it is wanted now; undefined = not at all. */
function keep(
  member: Member,
  { name, serving }: Care,
  others: boolean,
  { memory, now }: Circumstances,
  outcome: Outcome,
): Destination | undefined {
  const { row, key, state } = member
  if (state === 'drained') {
    // One that was away meanwhile comes back as slowly as any other.
    if (memory.out.has(key) || together(member.verdicts) !== 'up') outcome.out.add(key)
    outcome.agreed.add(key)
    outcome.reasons.set(key, 'asked to drain')
    return undefined
  }
  if (state !== 'up') {
    outcome.out.add(key)
    outcome.agreed.add(key)
    const why = member.verdicts.find(one => one?.verdict === 'down')?.why
    outcome.reasons.set(key, state === 'down' ? (why ?? 'down') : 'not answered yet')
    if (state === 'unknown') outcome.waiting.add(key)
    if (serving.onDown === 'quiesce') return withWeight(row, 0)
    if (state === 'down') outcome.down.add(key)
    return undefined
  }
  const weight = weightOf(member, serving)
  if (serving.slowStart === 0 || weight <= 1) return withWeight(row, weight)
  const begun = memory.out.has(key) ? (others ? now : undefined) : memory.rising.get(key)
  if (begun === undefined || now - begun >= serving.slowStart) return withWeight(row, weight)
  const step = 1 + Math.floor(((now - begun) * steps) / serving.slowStart)
  outcome.rising.set(key, begun)
  outcome.next = Math.min(outcome.next, begun + Math.ceil((step * serving.slowStart) / steps))
  outcome.reasons.set(key, `slow start of ${name}, step ${step} of ${steps}`)
  return withWeight(row, weightAt(step, weight))
}

function weightAt(step: number, weight: number): number {
  return Math.max(1, Math.ceil((weight * step) / steps))
}

/**
 * How long a slow start has been going on that has come to a weight, in milliseconds; undefined if
 * that is all of it.
 */
export function ageOf(live: number, weight: number, slowStart: number): number | undefined {
  for (let step = 1; step < steps; step++)
    if (weightAt(step, weight) >= live && live < weight) return ((step - 1) * slowStart) / steps
  return undefined
}

/** The operator's word, else what the answers ask for, else what is written. */
function weightOf({ row, ask, verdicts }: Member, { weights }: Serving): number {
  if (ask !== undefined) return ask
  if (weights === undefined || row.weight === 0) return row.weight
  const told = verdicts.flatMap(one => (one?.weight === undefined ? [] : [one.weight]))
  if (told.length === 0) return row.weight
  return Math.min(weights.max, Math.max(weights.min, Math.min(...told)))
}

function withWeight(row: Destination, weight: number): Destination {
  return row.weight === weight ? row : { ...row, weight }
}

function withOne(rows: readonly Destination[], one: Destination): readonly Destination[] {
  const others = rows.filter(row => compareDestinations(row, one) !== 0)
  return [...others, one].sort(compareDestinations)
}
