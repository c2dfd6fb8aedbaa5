/** What is due when: the earliest first, in a binary heap. */

/** Something with a time in milliseconds; it must not change while the thing is on the agenda. */
export interface Due {
  due: number
}

export class Agenda<Item extends Due> {
  #heap: Item[] = []

  /** When the earliest is due; Infinity if there is nothing. */
  get next(): number {
    return this.#heap[0]?.due ?? Number.POSITIVE_INFINITY
  }

  add(item: Item): void {
    const heap = this.#heap
    let at = heap.push(item) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const above = heap[up]
      if (above === undefined || above.due <= item.due) break
      heap[at] = above
      at = up
    }
    heap[at] = item
  }

  /** Takes the earliest away if it is due at `now`. */
  take(now: number): Item | undefined {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.due > now) return undefined
    const last = heap.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first
  }

  /** Strikes off what is not to be kept. */
  keep(wanted: (item: Item) => boolean): void {
    const items = this.#heap.filter(wanted)
    this.#heap = []
    for (const item of items) this.add(item)
  }

  #sink(item: Item): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      let below = heap[down]
      const right = heap[down + 1]
      if (below !== undefined && right !== undefined && right.due < below.due) {
        below = right
        down++
      }
      if (below === undefined || below.due >= item.due) break
      heap[at] = below
      at = down
    }
    heap[at] = item
  }
}
