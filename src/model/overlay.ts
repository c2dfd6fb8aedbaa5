/** Maps of which a few values were replaced, without a copy of all the others. */

/**
 * A map with some values replaced; its keys and their order are as before. None of the two maps that
 * it is made of may be changed afterwards.
 *
 * Of 10,000 services an edit changes a few. A copy of the map would touch fresh memory for all of
 * them, several times in a round, and that took longer than everything else in it.
 *
 * @param news only keys that `base` has.
 */
export function replaced<K, V extends object>(
  base: ReadonlyMap<K, V>,
  news: ReadonlyMap<K, V>,
): ReadonlyMap<K, V> {
  if (news.size === 0) return base
  const [below, over] =
    base instanceof Overlay ? [base.below, new Map([...base.over, ...news])] : [base, news]
  if (over.size * share <= below.size) return new Overlay(below, over)
  const copy = new Map(below)
  for (const [key, value] of over) copy.set(key, value)
  return copy
}

/** A map as it is made: of one below, and of the values that replaced some of its. */
export interface Layers<K, V> {
  readonly below: ReadonlyMap<K, V>
  /** Only keys that `below` has. */
  readonly over: ReadonlyMap<K, V>
}

/** What a map is made of; one in which nothing was replaced is below nothing. */
export function layersOf<K, V>(map: ReadonlyMap<K, V>): Layers<K, V> {
  return map instanceof Overlay ? map : { below: map, over: new Map() }
}

/** Beyond one part in so many a copy is made: the more is replaced, the more each look-up costs. */
const share = 8

class Overlay<K, V extends object> implements ReadonlyMap<K, V>, Layers<K, V> {
  readonly below: ReadonlyMap<K, V>
  readonly over: ReadonlyMap<K, V>

  constructor(below: ReadonlyMap<K, V>, over: ReadonlyMap<K, V>) {
    this.below = below
    this.over = over
  }

  get size(): number {
    return this.below.size
  }

  has(key: K): boolean {
    return this.below.has(key)
  }

  get(key: K): V | undefined {
    return this.over.get(key) ?? this.below.get(key)
  }

  forEach(each: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    this.below.forEach((value, key) => {
      each(this.over.get(key) ?? value, key, this)
    })
  }

  keys(): MapIterator<K> {
    return this.below.keys()
  }

  *values(): MapIterator<V> {
    for (const [key, value] of this.below) yield this.over.get(key) ?? value
  }

  *entries(): MapIterator<[K, V]> {
    for (const [key, value] of this.below) yield [key, this.over.get(key) ?? value]
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }
}
