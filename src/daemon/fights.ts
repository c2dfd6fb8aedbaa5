/** Keys that somebody else changes back again and again: repairing them for ever helps nobody. */

/** So many repairs of a key within so many milliseconds are a fight. */
const most = 3
const within = 10_000
/** How long a fought-over key is left alone at first, in milliseconds; doubled each time. */
const firstRest = 10_000
const longestRest = 600_000

interface Fought {
  /** When it was repaired lately. */
  times: number[]
  /** How long the next rest will be. */
  rest: number
  until: number
}

/** The memory of what was repaired, and what is left alone for now. Times are monotonic milliseconds. */
export class Fights {
  readonly #keys = new Map<string, Fought>()

  /** Notes a repair of these keys. Returns those that are left alone from now on. */
  note(keys: Iterable<string>, now: number): readonly string[] {
    const givenUp: string[] = []
    for (const key of keys) {
      const known = this.#keys.get(key) ?? { times: [], rest: firstRest, until: now }
      // Peace for longer than it would be left alone: it starts from the beginning.
      if (now - known.until > known.rest) known.rest = firstRest
      known.times = [...known.times.filter(time => now - time < within), now]
      this.#keys.set(key, known)
      if (known.times.length < most) continue
      known.times = []
      known.until = now + known.rest
      known.rest = Math.min(known.rest * 2, longestRest)
      givenUp.push(key)
    }
    this.#forget(now)
    return givenUp
  }

  /** The keys that are not to be repaired now. */
  resting(now: number): ReadonlySet<string> {
    const keys = new Set<string>()
    for (const [key, { until }] of this.#keys) if (now < until) keys.add(key)
    return keys
  }

  #forget(now: number): void {
    for (const [key, { until, times, rest }] of this.#keys)
      if (now - Math.max(until, times.at(-1) ?? 0) > rest + within) this.#keys.delete(key)
  }
}
