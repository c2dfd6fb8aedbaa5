/** Keys that cannot be made as they are wanted at the moment: each is tried again, ever more seldom. */

/** How long a key waits for its next try, in milliseconds; doubled each time. */
const firstWait = 4000
const longestWait = 60_000

interface Wait {
  readonly until: number
  readonly wait: number
}

/** The memory of what failed. Times are monotonic milliseconds. */
export class Failing {
  #keys = new Map<string, Wait>()

  /** True if something waits for another try. */
  get some(): boolean {
    return this.#keys.size > 0
  }

  /** These keys failed, all others that were tried did not. */
  note(failed: readonly string[], tried: readonly string[], now: number): void {
    const before = this.#keys
    this.#keys = new Map(before)
    for (const key of tried) this.#keys.delete(key)
    for (const key of failed) {
      const last = before.get(key)
      const wait = last === undefined ? firstWait : Math.min(last.wait * 2, longestWait)
      this.#keys.set(key, { until: now + wait, wait })
    }
  }

  /** Forgets what no longer differs from what is wanted. */
  retain(differing: readonly string[]): void {
    if (this.#keys.size === 0) return
    const still = new Set(differing)
    for (const key of this.#keys.keys()) if (!still.has(key)) this.#keys.delete(key)
  }

  /** True if this one failed when it was tried last. */
  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** The keys whose time has not come. */
  waiting(now: number): readonly string[] {
    return [...this.#keys].filter(([, { until }]) => now < until).map(([key]) => key)
  }
}
