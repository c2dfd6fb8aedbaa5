/** The checking thread, from when there is something to check: begun by the main thread, told by the engine. */
import type { MessagePort } from 'node:worker_threads'
import { type CheckingEnds, type CheckingThread, startChecking } from '../health/watcher.ts'
import type { Found } from './serving.ts'
import type { Level } from './task.ts'
import { errorNote } from './tell.ts'

export interface ChecksEnds {
  note(level: Level, message: string, fields?: Record<string, unknown>): void
  found(found: readonly Found[]): void
  /** The thread is another one now: its ends are to be handed out again. */
  anew(): void
}

export interface ChecksOptions {
  readonly start?: (ends: CheckingEnds) => Pick<CheckingThread, 'port' | 'close'>
  /** How often the thread shows that it is alive, and is expected to, in milliseconds. */
  readonly every?: number
}

/** How long a thread that has died is left alone, in milliseconds. */
const pause = 1000
/**
 * So many signs of life may fail to come. They are counted when they are due, so that no time counts in
 * which the whole process stood still.
 */
const patience = 10
/** So many before the first: see `Announcing`. */
const starting = 60
/** So many are late at most in a thread that does its work. */
const tardy = 3

export class Checks {
  readonly #ends: ChecksEnds
  readonly #start: NonNullable<ChecksOptions['start']>
  readonly #timer: NodeJS.Timeout
  #thread: Pick<CheckingThread, 'port' | 'close'> | undefined
  #again: NodeJS.Timeout | undefined
  #missed = 0
  /** True once the thread that was begun last has shown that it does its work. */
  #proved = false
  #closed = false
  /** True once there was something to check. */
  #needed = false

  constructor(ends: ChecksEnds, { start = startChecking, every = 1000 }: ChecksOptions = {}) {
    this.#ends = ends
    this.#start = start
    this.#timer = setInterval(() => this.#expect(), every).unref()
  }

  /** An end for whoever says what is checked. */
  port(): MessagePort {
    this.#needed = true
    this.#thread ??= this.#begin()
    return this.#thread.port()
  }

  /** False while something is to be checked and nobody does it, or one that was begun anew may do no better. */
  get alive(): boolean {
    if (!this.#needed) return true
    return this.#thread !== undefined && this.#proved && this.#missed <= tardy
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    clearTimeout(this.#again)
    await this.#thread?.close()
  }

  #begin(): Pick<CheckingThread, 'port' | 'close'> {
    const { note, found } = this.#ends
    this.#missed = 0
    this.#proved = false
    return this.#start({
      changed: found,
      alert: ({ suspect, text }) => note(suspect ? 'error' : 'info', text),
      beat: () => {
        this.#missed = 0
        this.#proved = true
      },
      died: error => {
        note(...errorNote(error))
        this.#thread = undefined
        if (!this.#closed) this.#again = setTimeout(() => this.#ends.anew(), pause)
      },
    })
  }

  /** A thread that hangs checks nothing any more: another one takes its place. */
  #expect(): void {
    if (this.#thread === undefined) return
    if (++this.#missed < (this.#proved ? patience : starting)) return
    this.#ends.note('error', 'the checking thread shows no sign of life: it is begun anew')
    void this.#thread.close()
    this.#thread = undefined
    this.#ends.anew()
  }
}
