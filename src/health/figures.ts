/** How well the checker keeps its times: for the watchdog, metrics and the benchmark. */

/** Of the time since the last such figures; milliseconds where it is a time. */
export interface Figures {
  readonly checks: number
  /** How many askings have begun. */
  readonly asked: number
  /** Askings that are under way now, and the most that were at any time. */
  readonly underWay: number
  readonly mostUnderWay: number
  /** How late askings began: of a hundred the second latest, and the latest. */
  readonly lagP99: number
  readonly lagMost: number
  /** How late the loop was at most for its own timers. */
  readonly blocked: number
}

/** Takes notes, and tells the figures. */
export class Lags {
  #lags: number[] = []
  #underWay = 0
  #mostUnderWay = 0
  #blocked = 0

  get underWay(): number {
    return this.#underWay
  }

  begun(lag: number): void {
    this.#lags.push(lag)
    this.#underWay++
    if (this.#underWay > this.#mostUnderWay) this.#mostUnderWay = this.#underWay
  }

  ended(): void {
    this.#underWay--
  }

  late(milliseconds: number): void {
    if (milliseconds > this.#blocked) this.#blocked = milliseconds
  }

  /** The figures since the last call. */
  take(checks: number): Figures {
    const lags = Float64Array.from(this.#lags).sort()
    const figures = {
      checks,
      asked: lags.length,
      underWay: this.#underWay,
      mostUnderWay: this.#mostUnderWay,
      lagP99: lags[Math.ceil(lags.length * 0.99) - 1] ?? 0,
      lagMost: lags.at(-1) ?? 0,
      blocked: this.#blocked,
    }
    this.#lags = []
    this.#mostUnderWay = this.#underWay
    this.#blocked = 0
    return figures
  }
}
