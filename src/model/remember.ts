/** What was found out about big maps, remembered by the maps, so that a small change costs little. */
import { layersOf } from './overlay.ts'

type AnyMap = ReadonlyMap<string, unknown>

/**
 * Remembers what `find` found for just these maps, for as long as all of them are used.
 * They must never change, and `find` must depend on nothing else.
 */
export function openMemory<Found extends object>(): (
  maps: readonly AnyMap[],
  find: () => Found,
) => Found {
  const root: Node<Found> = { next: new WeakMap() }
  return (maps, find) => {
    let node = root
    for (const map of maps) {
      const next: Node<Found> = node.next.get(map) ?? { next: new WeakMap() }
      node.next.set(map, next)
      node = next
    }
    node.found ??= find()
    return node.found
  }
}

interface Node<Found> {
  readonly next: WeakMap<AnyMap, Node<Found>>
  found?: Found
}

/** How two maps differ. */
export interface Difference {
  /** Keys of the first whose values are not alike, or that the second lacks; in the order of the first. */
  readonly unlike: readonly string[]
  /** Keys of the second that the first lacks, in the order of the second. */
  readonly extra: readonly string[]
}

/**
 * Compares maps. Where both are made of the same maps as another time, and only some values were
 * replaced since (`replaced`), only these are looked at: an edit among 10,000 services costs what it
 * touches, and not 10,000 look-ups in memory that has long left the processor's caches.
 *
 * @param alike must depend on nothing but the two values.
 */
export function openComparison<V>(
  alike: (a: V, b: V) => boolean,
): (a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>) => Difference {
  const memory = openMemory<Difference>()
  return (a, b) => {
    const [one, two] = [layersOf(a), layersOf(b)]
    const whole = memory([one.below, two.below], () => compareAll(one.below, two.below, alike))
    if (one.over.size + two.over.size === 0) return whole
    const open = new Set([...whole.unlike, ...one.over.keys(), ...two.over.keys()])
    for (const key of open) {
      const [x, y] = [a.get(key), b.get(key)]
      if (x === undefined || (y !== undefined && alike(x, y))) open.delete(key)
    }
    return { unlike: inOrderOf(one.below, open), extra: whole.extra }
  }
}

function compareAll<V>(
  a: ReadonlyMap<string, V>,
  b: ReadonlyMap<string, V>,
  alike: (a: V, b: V) => boolean,
): Difference {
  const unlike: string[] = []
  let shared = 0
  for (const [key, x] of a) {
    const y = b.get(key)
    if (y !== undefined) shared++
    if (y === undefined || !alike(x, y)) unlike.push(key)
  }
  const extra = shared === b.size ? [] : [...b.keys()].filter(key => !a.has(key))
  return { unlike, extra }
}

/** These keys, in the order in which a map has them. */
function inOrderOf(
  map: ReadonlyMap<string, unknown>,
  keys: ReadonlySet<string>,
): readonly string[] {
  if (keys.size <= 1) return [...keys]
  return [...map.keys()].filter(key => keys.has(key))
}
