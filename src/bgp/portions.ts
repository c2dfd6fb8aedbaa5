/** Work in portions: between them the loop comes round, so that timers and sockets have their turn. */

/** For so long work goes on in one turn of the loop, in milliseconds: no KEEPALIVE notices. */
const budget = 20

export class Portions {
  readonly #now: () => number
  #waiting: (() => void)[] = []
  #turn: NodeJS.Immediate | undefined
  #began = 0
  #working = false

  constructor(now: () => number) {
    this.#now = now
  }

  /** Does it at once if nothing waits and there is time left in this turn, else in one that comes. */
  soon(portion: () => void): void {
    this.#waiting.push(portion)
    if (this.#turn === undefined) this.#begin()
    else if (!this.#working) this.#work()
  }

  #begin(): void {
    this.#began = this.#now()
    this.#turn = setImmediate(() => {
      this.#turn = undefined
      if (this.#waiting.length > 0) this.#begin()
    })
    this.#work()
  }

  #work(): void {
    this.#working = true
    while (this.#waiting.length > 0 && this.#now() - this.#began < budget) this.#waiting.shift()?.()
    this.#working = false
  }
}
