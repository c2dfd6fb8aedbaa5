/** The speaking thread seen from others: how it is started, and the end that each of them holds. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { PeerStatus } from '../model/announcement.ts'
import type { Failure } from '../model/change.ts'
import { SlbError } from '../model/error.ts'
import type { Speaker, SpeakerChange, Standing } from '../table/announce/speaker.ts'
import { startThread } from '../thread.ts'
import type { Answer, Asked, Order, StationOptions, Told } from './orders.ts'

/** One end of the speaking thread. When the thread has ended, everything asked of it is refused. */
export class FarSpeaker implements Speaker {
  readonly name = 'embedded'
  readonly #port: MessagePort
  readonly #asked = new Map<
    number,
    { readonly resolve: (answer: Answer) => void; readonly reject: (error: SlbError) => void }
  >()
  #known: { readonly edition: number; readonly standing: Standing } | undefined
  #ids = 0
  #over = false

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (answer: Answer) => {
      this.#asked.get(answer.id)?.resolve(answer)
      this.#asked.delete(answer.id)
    })
    port.on('close', () => {
      this.#over = true
      for (const { reject } of this.#asked.values()) reject(threadEnded())
      this.#asked.clear()
    })
  }

  /** Between changes it is the same object: thousands of routes pass between threads once. */
  async read(): Promise<Standing> {
    const answer = await this.#ask({ method: 'read', known: this.#known?.edition })
    if (answer.method === 'read' && answer.standing !== undefined)
      this.#known = { edition: answer.edition, standing: answer.standing }
    return this.#known?.standing ?? { peers: [], routes: [] }
  }

  async apply(changes: readonly SpeakerChange[]): Promise<readonly Failure[]> {
    const answer = await this.#ask({ method: 'apply', changes })
    if (answer.method !== 'apply') return []
    return answer.failures.flatMap(({ at, error: { code, message, ...more } }) => {
      const change = changes[at]
      return change === undefined ? [] : [{ change, error: new SlbError(code, message, more) }]
    })
  }

  async status(): Promise<readonly PeerStatus[]> {
    const answer = await this.#ask({ method: 'status' })
    return answer.method === 'status' ? answer.all : []
  }

  async close(how: 'withdraw' | 'keep'): Promise<void> {
    await this.#ask({ method: 'close', how })
  }

  /** Gives up this end; the thread goes on. */
  hangUp(): void {
    this.#port.close()
  }

  #ask(asked: Asked): Promise<Answer> {
    if (this.#over) return Promise.reject(threadEnded())
    const id = this.#ids++
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      this.#port.postMessage({ ...asked, id })
    })
  }
}

function threadEnded(): SlbError {
  return new SlbError('internal', 'the thread that speaks BGP has ended')
}

/** What is heard of the thread. */
export interface SpeakingEnds {
  /** Once a second, while the thread is alive. */
  beat(): void
  /** A session has come up or ended, or there is another error or warning. */
  changed(status: PeerStatus): void
  /** All routes have been taken back because no sign of life came, or are announced again. */
  quiet(is: boolean): void
  /** The thread has ended of a fault in slb itself. Start another one: its ends are dead. */
  died(error: Error): void
}

/** The speaking thread. */
export interface SpeakingThread {
  /** The end of whoever started it. */
  readonly speaker: FarSpeaker
  /** A further end: transfer it to another thread and make a `FarSpeaker` of it there. */
  port(): MessagePort
  /** Whoever started it lives, and so do the checks behind the routes. To be said once a second. */
  alive(): void
  /** All routes are known now; see `EmbeddedSpeaker`. */
  complete(): void
  /** Ends the thread at once; the kernel closes the connections. Close its speaker first. */
  close(): Promise<void>
}

/** Starts the thread that speaks. `entry` is for tests. */
export function startSpeaking(
  ends: SpeakingEnds,
  options: StationOptions = {},
  entry: URL = new URL('./thread.js', import.meta.url),
): SpeakingThread {
  // Sockets are made by the C library: Node would warn of each that it has not opened itself.
  const { worker, close } = startThread(entry, 'the thread that speaks BGP', ends.died, {
    workerData: options,
    trackUnmanagedFds: false,
  })
  worker.on('message', (told: Told) => {
    if (told.kind === 'beat') ends.beat()
    else if (told.kind === 'changed') ends.changed(told.status)
    else ends.quiet(told.is)
  })
  const port = (): MessagePort => {
    const { port1, port2 } = new MessageChannel()
    worker.postMessage({ kind: 'port', port: port1 } satisfies Order, [port1])
    return port2
  }
  return {
    speaker: new FarSpeaker(port()),
    port,
    alive: () => worker.postMessage({ kind: 'alive' } satisfies Order),
    complete: () => worker.postMessage({ kind: 'complete' } satisfies Order),
    close,
  }
}
