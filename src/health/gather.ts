/** News that comes alone goes out at once; what follows close behind is made into one message. */

/** How long news may wait for more, in milliseconds. */
const pause = 10

/** Time, as far as gathering needs it. */
export interface Pacing {
  /** Milliseconds of the monotonic clock. */
  now(): number
  /** Calls once, after so many milliseconds; returns what calls that off. */
  after(milliseconds: number, call: () => void): () => void
}

/** Of each key the last value counts. */
export class Gathering<Value> {
  readonly #pacing: Pacing
  readonly #send: (news: ReadonlyMap<string, Value>) => void
  #news = new Map<string, Value>()
  #sent = Number.NEGATIVE_INFINITY
  #callOff: (() => void) | undefined

  constructor(pacing: Pacing, send: (news: ReadonlyMap<string, Value>) => void) {
    this.#pacing = pacing
    this.#send = send
  }

  add(key: string, value: Value): void {
    this.#news.set(key, value)
    if (this.#callOff !== undefined) return
    const now = this.#pacing.now()
    const left = this.#sent + pause - now
    if (left <= 0) this.flush()
    else this.#callOff = this.#pacing.after(left, () => this.flush())
  }

  /** Nobody needs to hear of this any more. */
  drop(key: string): void {
    this.#news.delete(key)
  }

  flush(): void {
    this.close()
    if (this.#news.size === 0) return
    const news = this.#news
    this.#news = new Map()
    this.#sent = this.#pacing.now()
    this.#send(news)
  }

  close(): void {
    this.#callOff?.()
    this.#callOff = undefined
  }
}
