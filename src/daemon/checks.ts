/** The checking thread, from when there is something to check: begun by the main thread, told by the engine. */
import type { MessagePort } from 'node:worker_threads'
import { type CheckingThread, startChecking } from '../health/watcher.ts'
import type { Found } from './serving.ts'
import type { Level } from './task.ts'
import { errorNote } from './tell.ts'

export interface ChecksEnds {
  note(level: Level, message: string, fields?: Record<string, unknown>): void
  found(found: readonly Found[]): void
  /** The thread is another one now: its ends are to be handed out again. */
  anew(): void
}

/** How long a thread that has died is left alone, in milliseconds. */
const pause = 1000

export class Checks {
  readonly #ends: ChecksEnds
  #thread: CheckingThread | undefined
  #again: NodeJS.Timeout | undefined
  #closed = false

  constructor(ends: ChecksEnds) {
    this.#ends = ends
  }

  /** An end for whoever says what is checked. */
  port(): MessagePort {
    this.#thread ??= this.#start()
    return this.#thread.port()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#again)
    await this.#thread?.close()
  }

  #start(): CheckingThread {
    const { note, found } = this.#ends
    return startChecking({
      changed: found,
      alert: ({ suspect, text }) => note(suspect ? 'error' : 'info', text),
      beat() {},
      died: error => {
        note(...errorNote(error))
        this.#thread = undefined
        if (!this.#closed) this.#again = setTimeout(() => this.#ends.anew(), pause)
      },
    })
  }
}
