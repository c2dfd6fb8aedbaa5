/** A clock with timers that a test moves, and checks to be made under it. */
import type { Check, Question, Rules } from '../../src/model/check.ts'
import type { Ip } from '../../src/model/ip.ts'

interface Timer {
  readonly at: number
  readonly call: () => void
}

/** Time stands still but for `pass` and `stand`. */
export class FakeTime {
  time = 1000
  #timers = new Set<Timer>()

  now = (): number => this.time

  after = (milliseconds: number, call: () => void): (() => void) => {
    // As the real ones do: never earlier than a whole millisecond.
    const timer = { at: this.time + Math.max(1, Math.ceil(milliseconds)), call }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  get timers(): number {
    return this.#timers.size
  }

  /** Lets so many milliseconds pass; every timer fires at its time. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds
    for (;;) {
      await settled()
      const next = this.#next(end)
      if (next === undefined) break
      this.time = Math.max(this.time, next.at)
      this.#timers.delete(next)
      next.call()
    }
    this.time = end
    await settled()
  }

  /** Lets time pass without any timer firing: a process that is stopped. */
  stand(milliseconds: number): void {
    this.time += milliseconds
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers)
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer
    return next
  }
}

/** Promises that can be settled are. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

export const usualRules: Rules = {
  interval: 2000,
  timeout: 1000,
  rise: 2,
  fall: 3,
  fastInterval: 2000,
}

/** A check of 10.0.x.y:80, with a key of its own. */
export function checkOf(
  number: number,
  rules: Partial<Rules> = {},
  question: Question = { type: 'tcp' },
): Check {
  const address = `10.0.${number >> 8}.${number & 255}` as Ip
  const all = { ...usualRules, fastInterval: rules.interval ?? 2000, ...rules }
  return { key: `${question.type} ${address}:80`, question, rules: all, address, port: 80 }
}
