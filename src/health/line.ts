/** A line to wait in: who comes first is taken first. */
export class Line<Item> {
  #items: Item[] = []
  /** Those before it have been taken already. */
  #first = 0

  get length(): number {
    return this.#items.length - this.#first
  }

  add(item: Item): void {
    this.#items.push(item)
  }

  take(): Item | undefined {
    const item = this.#items[this.#first]
    if (item === undefined) return undefined
    this.#first++
    // What was taken is let go of when it is more than what is left: each is moved once at most.
    if (this.#first * 2 > this.#items.length) this.keep(() => true)
    return item
  }

  /** Sends away those that are not to wait any more. */
  keep(wanted: (item: Item) => boolean): void {
    this.#items = this.clear().filter(wanted)
  }

  /** Sends everybody away, and says who was there. */
  clear(): readonly Item[] {
    const items = this.#items.slice(this.#first)
    this.#items = []
    this.#first = 0
    return items
  }
}
