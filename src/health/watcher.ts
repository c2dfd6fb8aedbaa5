/** The checking thread seen from others: how it is started, and the end that each of them holds. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { startThread } from '../thread.ts'
import type { Change } from './checker.ts'
import type { Figures } from './figures.ts'
import type { Judgement } from './judge.ts'
import { type Order, Outbox, piecesOf, type Told } from './orders.ts'
import { type Alert, byKey, type Watched } from './panel.ts'

/** What is heard at an end. An end that a thread was given hears what it asked for. */
export interface Ears {
  changed?(changes: readonly Change[]): void
  alert?(alert: Alert): void
  /** Once a second, while the thread is alive. */
  beat?(figures: Figures): void
}

/** What a `Worker` and a `MessagePort` have in common. */
export interface Line {
  postMessage(message: Order): void
  on(event: 'message', heard: (told: Told) => void): unknown
}

/** One end of the checking thread. Of all ends one says what is watched. */
export class Watcher {
  readonly #outbox: Outbox<Order>
  readonly #asked = new Map<number, (all: ReadonlyMap<string, Judgement>) => void>()
  readonly #parts = new Map<number, Map<string, Judgement>>()
  #ids = 0
  /** What the thread has been told to watch by this end; absent = nothing yet. */
  #watched: ReadonlyMap<string, Watched> | undefined

  constructor(line: Line, ears: Ears = {}) {
    this.#outbox = new Outbox(order => line.postMessage(order))
    line.on('message', told => {
      if (told.kind === 'changed') ears.changed?.(told.changes)
      else if (told.kind === 'alert') ears.alert?.(told.alert)
      else if (told.kind === 'beat') ears.beat?.(told.figures)
      else this.#collect(told.id, told.part, told.last)
    })
  }

  /**
   * Checks these from now on, and nothing else. Checks whose key stays keep what is held of them; a key
   * that comes twice is asked once, for the groups of both. Only what is different from the list before
   * passes to the thread, a few hundred in a turn of the loop.
   */
  watch(list: readonly Watched[]): void {
    const before = this.#watched
    const now = byKey(list)
    const add = [...now.values()].filter(one => !sameWatched(before?.get(one.check.key), one))
    const drop = [...(before?.keys() ?? [])].filter(key => !now.has(key))
    this.#watched = now
    if (before !== undefined && add.length + drop.length === 0) return
    const adds = piecesOf(add)
    const drops = piecesOf(drop)
    const count = Math.max(adds.length, drops.length)
    for (let at = 0; at < count; at++)
      this.#outbox.put({
        kind: 'watch',
        anew: before === undefined && at === 0,
        add: adds[at] ?? [],
        drop: drops[at] ?? [],
        last: at === count - 1,
      })
  }

  /** What is held of every check now, by its key. Never resolves if the thread has died. */
  snapshot(): Promise<ReadonlyMap<string, Judgement>> {
    const id = this.#ids++
    return new Promise(resolve => {
      this.#asked.set(id, resolve)
      this.#outbox.put({ kind: 'snapshot', id })
    })
  }

  #collect(id: number, part: readonly (readonly [string, Judgement])[], last: boolean): void {
    const all = this.#parts.get(id) ?? new Map<string, Judgement>()
    this.#parts.set(id, all)
    for (const [key, judgement] of part) all.set(key, judgement)
    if (!last) return
    this.#asked.get(id)?.(all)
    this.#asked.delete(id)
    this.#parts.delete(id)
  }
}

function sameWatched(before: Watched | undefined, after: Watched): boolean {
  return (
    before !== undefined &&
    before.groups.length === after.groups.length &&
    before.groups.every((group, at) => group === after.groups[at])
  )
}

/** The checking thread. */
export interface CheckingThread {
  /** The end of whoever started it. */
  readonly watcher: Watcher
  /**
   * A further end: transfer it to another thread and open a `Watcher` on it there. It hears alerts,
   * and changes if it wants to.
   */
  port(hears?: boolean): MessagePort
  close(): Promise<void>
}

export interface CheckingEnds extends Required<Ears> {
  /** The thread has ended of a fault in slb itself. Start another one: its ends are dead. */
  died(error: Error): void
}

/** Starts the thread that checks. `entry` is for tests. */
export function startChecking(
  ends: CheckingEnds,
  entry: URL = new URL('./thread.js', import.meta.url),
): CheckingThread {
  const { worker, close } = startThread(entry, 'the checking thread', ends.died)
  return {
    watcher: new Watcher(worker, ends),
    port(hears = false) {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ kind: 'port', port: port1, hears } satisfies Order, [port1])
      return port2
    },
    close,
  }
}
