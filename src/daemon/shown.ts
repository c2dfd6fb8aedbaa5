/** What the kernel shows of health: where a daemon begins that knows nothing else yet. */
import type { Watched } from '../health/panel.ts'
import type { Check } from '../model/check.ts'
import { type Destination, keyOf, type Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Asked } from '../serve/asked.ts'
import type { Care } from '../serve/census.ts'
import { type Memory, noMemory } from '../serve/circumstances.ts'
import { ageOf } from '../serve/listener.ts'
import type { Cares } from './past-text.ts'

/** A virtual service as it is written, with what is known of it. */
export type Cared = readonly [row: Service, care: Care]

/** Those of which there is a row. */
export function pairs(cares: Cares, rowOf: (key: string) => Service | undefined): readonly Cared[] {
  return [...cares].flatMap(([key, care]): Cared[] => {
    const row = rowOf(key)
    return row === undefined ? [] : [[row, care]]
  })
}

/** What the daemon before would have remembered: who was coming back slowly, and what had no quorum. */
export function memoryOf(all: readonly Cared[], seen: State, asked: Asked, now: number): Memory {
  const rising = new Map<string, number>()
  const ceased = new Set<string>()
  const open = new Set(Array.from(seen.address.values(), row => row.address))
  for (const [row, care] of all) {
    const { serving, name } = care
    const live = seen.service.get(row.id.key)
    const { address } = row.id
    const isShut = serving.whenEmpty === 'withdraw' && address !== undefined && !open.has(address)
    // What needs a quorum to come needs it the first time, too.
    if (live === undefined || isShut || saysSorry(live, care)) ceased.add(row.id.key)
    if (live === undefined || serving.slowStart === 0 || serving.weights !== undefined) continue
    for (const destination of row.destinations) {
      const there = find(live, destination)
      const ask = asked.of(name, destination)
      if (there === undefined || there.weight === 0 || ask === 'drain') continue
      const age = ageOf(there.weight, ask ?? destination.weight, serving.slowStart)
      if (age !== undefined) rising.set(keyOf.destination(destination), now - age)
    }
  }
  return { ...noMemory, rising, ceased }
}

/**
 * All checks, each with the services that need its answer and what the kernel shows, and the weights
 * that answers had asked for before, by the key of the check.
 *
 * @param isOld true for a destination that an earlier process was to make, and would have if it was up.
 */
export function watchedOf(
  cared: readonly Cared[],
  seen: State,
  isOld: (destination: Destination) => boolean,
): { readonly list: readonly Watched[]; readonly weights: ReadonlyMap<string, number> } {
  const all = new Map<string, { check: Check; groups: Set<string>; shown: Watched['shown'] }>()
  const weights = new Map<string, number>()
  for (const [row, care] of cared) {
    const live = seen.service.get(row.id.key)
    for (const destination of row.destinations) {
      const checks = care.checks.get(keyOf.destination(destination)) ?? []
      if (checks.length === 0) continue
      const shown = shownOf(destination, live, care, isOld(destination))
      const weight = care.serving.weights && live && find(live, destination)?.weight
      for (const check of checks) {
        if (weight) weights.set(check.key, weight)
        const known = all.get(check.key)
        if (known === undefined) all.set(check.key, { check, groups: new Set([care.name]), shown })
        else {
          known.groups.add(care.name)
          if (rank[shown] > rank[known.shown]) known.shown = shown
        }
      }
    }
  }
  return {
    list: [...all.values()].map(({ groups, ...one }) => ({ ...one, groups: [...groups] })),
    weights,
  }
}

/** Where several destinations need one answer, the best that the kernel shows of them counts. */
const rank = { unknown: 0, down: 1, up: 2 } as const

/**
 * What is old and missing in a service that stands was taken out, and so was what is quiet where that is
 * the way; else it is new. What is quiet where others say sorry is up, and where it drains
 * nobody knows: it stays as it is until it has answered.
 */
function shownOf(
  destination: Destination,
  live: Service | undefined,
  care: Care,
  isOld: boolean,
): Watched['shown'] {
  const row = live && find(live, destination)
  if (live === undefined) return 'unknown'
  if (row === undefined) return isOld ? 'down' : 'unknown'
  if (row.weight > 0 || destination.weight === 0) return 'up'
  if (care.serving.onDown === 'quiesce') return isOld ? 'down' : 'unknown'
  return saysSorry(live, care) ? 'up' : 'unknown'
}

function saysSorry(live: Service, { serving }: Care): boolean {
  const excuse = serving.sorry.get(live.id.key)
  return excuse !== undefined && (find(live, excuse)?.weight ?? 0) > 0
}

function find(live: Service, { address, port }: Destination): Destination | undefined {
  return live.destinations.find(row => row.address === address && row.port === port)
}
