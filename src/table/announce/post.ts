/** One speaker, and what is known of it: when it is asked, and whether it answered. */
import type { Peer, Route, Silence } from '../../model/announcement.ts'
import { SlbError } from '../../model/error.ts'
import type { Speaker, Standing } from './speaker.ts'

const none: Standing = { peers: [], routes: [] }

/** How long one that nobody needs any more may take for its answer, in milliseconds. */
const patience = 3000
/** How long it is left alone when it gave none: everybody else waits meanwhile. */
const pause = 60_000

export class Post {
  readonly speaker: Speaker
  /** Of a gobgpd, where it is. */
  readonly api: string | undefined
  /** True if it has something of ours, or may have. */
  busy = true
  /** Absent where it answered. */
  silence: Silence | undefined
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(speaker: Speaker, api?: string) {
    this.speaker = speaker
    this.api = api
  }

  /** What it has; nothing if it cannot be asked, and then `silence` says why. */
  async wanted(): Promise<Standing> {
    return this.#ask(this.speaker.read())
  }

  /**
   * The same of one of which nothing is wanted any more, which is not waited for long.
   *
   * @param now milliseconds of the monotonic clock.
   */
  async left(now: number): Promise<Standing> {
    if (this.api === undefined) return this.wanted()
    if (now < this.#notBefore) return none
    const found = await this.#ask(within(this.speaker.read(), patience, this.api))
    if (this.silence !== undefined) this.#notBefore = now + pause
    return found
  }

  async #ask(answer: Promise<Standing>): Promise<Standing> {
    try {
      const found = await answer
      this.silence = undefined
      this.busy = found.peers.length > 0 || found.routes.some(({ owned }) => owned)
      return this.#here(found)
    } catch (error) {
      if (!(error instanceof SlbError)) throw error
      const ended = error.code === 'missing'
      this.silence = { why: error.message, ended }
      if (ended) this.busy = false
      return none
    }
  }

  #here(found: Standing): Standing {
    const { api } = this
    if (api === undefined) return found
    const here = <Row extends Peer | Route>(rows: readonly Row[]): Row[] =>
      rows.map(row => ({ ...row, api }))
    return { peers: here(found.peers), routes: here(found.routes) }
  }
}

/** What comes too late is not heard any more. */
async function within<T>(work: Promise<T>, milliseconds: number, api: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new SlbError(
      'timeout',
      `gobgpd at ${api} gives no answer in ${milliseconds / 1000} s`,
    )
    timer = setTimeout(() => reject(error), milliseconds)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
