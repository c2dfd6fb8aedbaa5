/** The engine's thread, seen from the main one: tasks in, reports and words out. */
import type { MessagePort, Worker } from 'node:worker_threads'
import { startThread, type Thread } from '../thread.ts'
import { Breath } from '../watch/breath.ts'
import { openPacker, type Packed, type Piece, transferOf } from './pack.ts'
import type { Note, Report, Task, Told } from './task.ts'

/** What passes to the engine thread. */
export type Order =
  | { readonly kind: 'task'; readonly task: Exclude<Task, { kind: 'files' | 'prepare' }> }
  | Piece
  | Packed
  /** Stopping shall wait for nothing any more. */
  | { readonly kind: 'hurry' }
  /** A look shall wait for what has just come. */
  | { readonly kind: 'give-way' }
  /** An end of the checking thread. */
  | { readonly kind: 'checks'; readonly port: MessagePort }
  /** An end of the speaking thread. */
  | { readonly kind: 'speaker'; readonly port: MessagePort }
  /** The gobgpd of our own answers, or is not waited for any more. */
  | { readonly kind: 'gobgpd' }

/** A task with texts, which may be long. */
type WithFiles = Extract<Task, { kind: 'files' | 'prepare' }>

export interface ThreadEnds {
  note(note: Note): void
  print(id: number, to: 'out' | 'err', text: string): void
  ended(id: number, status: number): void
  /** There are checks to be made: an end of the thread that makes them, for the engine. */
  checks(): MessagePort
  /** There is something to announce by BGP: an end of the thread that does it, for the engine. */
  speaker(restarting: boolean): MessagePort
  /** A gobgpd of our own is to be at work there. Resolves when it answers, or is known not to. */
  gobgpd(api: string): Promise<void>
  /** The same for an engine that begins, if that thread is at work already. */
  speaking(): MessagePort | undefined
}

export interface EngineThread {
  /** Does one task; never two at once. Rejects if the thread dies of a fault in slb itself. */
  work(task: Task): Promise<Report>
  hurry(): void
  /** A look that is under way gives way to what has just come. */
  giveWay(): void
  /** The checking thread is another one now: the engine gets an end of it. */
  checksAnew(): void
  /** The speaking thread is another one now: the engine gets an end of it. */
  speakerAnew(): void
  close(): Promise<void>
}

/**
 * V8 would let what is young grow to 48 MB, most of which at the start is texts and trees that nobody
 * needs a moment later: with 12 it keeps 30 MB less for them, and takes no longer.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 12 }

/** Starts the thread that runs `entry` with these data. It is started anew after it has died. */
export function startEngine(entry: URL, workerData: object, ends: ThreadEnds): EngineThread {
  let waiting: { resolve(report: Report): void; reject(error: unknown): void } | undefined
  let engine: Thread | undefined
  let packer = openPacker()
  const start = (): Thread => {
    const died = (error: Error): void => {
      if (engine === started) engine = undefined
      settle(one => one.reject(error))
    }
    const options = { workerData, resourceLimits }
    const started = startThread(entry, 'the engine thread', died, options)
    const { worker: thread } = started
    thread.on('message', (told: Told) => {
      if (told.kind === 'note') ends.note(told.note)
      else if (told.kind === 'output') ends.print(told.id, told.to, told.text)
      else if (told.kind === 'ended') ends.ended(told.id, told.status)
      else if (told.kind === 'checks') giveChecks(thread)
      else if (told.kind === 'speaker') giveSpeaker(thread, told.restarting)
      else if (told.kind === 'gobgpd')
        void ends
          .gobgpd(told.api)
          .then(() => thread.postMessage({ kind: 'gobgpd' } satisfies Order))
      else settle(one => one.resolve(told.report))
    })
    const port = ends.speaking()
    if (port !== undefined) thread.postMessage({ kind: 'speaker', port } satisfies Order, [port])
    return started
  }
  const giveChecks = (thread: Worker): void => {
    const port = ends.checks()
    thread.postMessage({ kind: 'checks', port } satisfies Order, [port])
  }
  const giveSpeaker = (thread: Worker, restarting: boolean): void => {
    const port = ends.speaker(restarting)
    thread.postMessage({ kind: 'speaker', port } satisfies Order, [port])
  }
  const settle = (how: (one: NonNullable<typeof waiting>) => void): void => {
    const one = waiting
    waiting = undefined
    if (one !== undefined) how(one)
  }
  const order = (what: Order): void => {
    engine ??= start()
    engine.worker.postMessage(what)
  }
  /** Texts may be long: the loop goes on meanwhile. */
  const handOver = async ({ now, kind }: WithFiles): Promise<void> => {
    if (engine === undefined) packer = openPacker()
    engine ??= start()
    const thread = engine
    const breath = new Breath()
    for (const piece of packer(now, kind)) {
      if (breath.due) await breath.take()
      // Another one has got none of what went before; whoever waits has been told.
      if (engine !== thread) return
      thread.worker.postMessage(piece, transferOf(piece))
    }
  }
  return {
    work: task =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        if (task.kind !== 'files' && task.kind !== 'prepare') return order({ kind: 'task', task })
        handOver(task).catch(reject)
      }),
    // A thread that has ended already is not begun anew for that: it would keep the process.
    hurry: () => engine?.worker.postMessage({ kind: 'hurry' } satisfies Order),
    checksAnew: () => engine && giveChecks(engine.worker),
    giveWay: () => engine?.worker.postMessage({ kind: 'give-way' } satisfies Order),
    // Peers may have kept the routes of the one before.
    speakerAnew: () => engine && giveSpeaker(engine.worker, true),
    async close() {
      const last = engine
      engine = undefined
      await last?.close()
      settle(one => one.reject(new Error('the engine thread was ended')))
    },
  }
}
