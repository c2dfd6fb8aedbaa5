/**
 * Is it them or is it us? Backends of one service may all die together; unrelated ones hardly do.
 *
 * Checks that share a service or an address belong together, through any number of steps: they make
 * one circle. Asked of are the checks that have something to lose: those that are up, and those that
 * have gone down and have not been asked again since, which is to say within their last interval. Of
 * these a check fails if its last answer was bad, our own faults included. The checker is suspect
 * when, of at least three circles, more than half have more than half of their checks failing, and
 * more than half of all checks fail.
 *
 * Counts are kept, never taken anew: an answer costs the same with 10 checks and with 10,000.
 */

/** How a check stands: `out` has nothing to lose and does not count. */
export type Standing = 'out' | 'well' | 'failing'

/** What says which checks belong together. */
export interface Related {
  readonly address: string
  readonly groups: readonly string[]
}

/** The circle of each check, as a number from 0 on. */
export function circlesOf(checks: readonly Related[]): readonly number[] {
  const parents: number[] = []
  const top = (node: number): number => {
    let at = node
    for (let up = parents[at] ?? at; up !== at; up = parents[at] ?? at) {
      // Every look halves the way of the next one.
      parents[at] = parents[up] ?? up
      at = up
    }
    return at
  }
  const nodeOf = (known: Map<string, number>, name: string): number => {
    const node = known.get(name) ?? parents.push(parents.length) - 1
    known.set(name, node)
    return node
  }
  const addresses = new Map<string, number>()
  const groups = new Map<string, number>()
  const nodes = checks.map(check => {
    const node = nodeOf(addresses, check.address)
    for (const group of check.groups) parents[top(nodeOf(groups, group))] = top(node)
    return node
  })
  const numbers = new Map<number, number>()
  return nodes.map(node => {
    const at = top(node)
    const number = numbers.get(at) ?? numbers.size
    numbers.set(at, number)
    return number
  })
}

interface Count {
  checks: number
  failing: number
}

const fewestCircles = 3

/** The counts behind the question. Checks go by their place in the list that circles were made of. */
export class Suspicion {
  readonly #circles: readonly number[]
  readonly #counts: Count[] = []
  readonly #standings: Standing[]
  readonly #all: Count = { checks: 0, failing: 0 }
  /** Circles that have checks that count, and of these the ones that fail. */
  readonly #hit: Count = { checks: 0, failing: 0 }

  constructor(circles: readonly number[]) {
    this.#circles = circles
    this.#standings = circles.map(() => 'out')
    for (const circle of circles) this.#counts[circle] ??= { checks: 0, failing: 0 }
  }

  /** Says how a check stands now. */
  place(check: number, standing: Standing): void {
    const before = this.#standings[check]
    const count = this.#counts[this.#circles[check] ?? -1]
    if (before === standing || before === undefined || count === undefined) return
    this.#standings[check] = standing
    tally(this.#hit, standingOf(count), -1)
    for (const counter of [count, this.#all]) {
      tally(counter, before, -1)
      tally(counter, standing, 1)
    }
    tally(this.#hit, standingOf(count), 1)
  }

  /** True if it is rather us than them. */
  get suspect(): boolean {
    const hit = this.#hit
    return hit.checks >= fewestCircles && moreThanHalf(hit) && moreThanHalf(this.#all)
  }

  /** The counts in words. */
  get counts(): string {
    const { failing, checks } = this.#all
    return `${failing} of ${checks} backends that were up, in ${this.#hit.failing} of ${this.#hit.checks} unrelated groups`
  }
}

function moreThanHalf({ checks, failing }: Count): boolean {
  return failing * 2 > checks
}

/** How a whole circle stands. */
function standingOf(count: Count): Standing {
  if (count.checks === 0) return 'out'
  return moreThanHalf(count) ? 'failing' : 'well'
}

function tally(count: Count, standing: Standing, by: 1 | -1): void {
  if (standing === 'out') return
  count.checks += by
  if (standing === 'failing') count.failing += by
}
