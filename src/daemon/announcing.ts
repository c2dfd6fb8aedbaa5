/**
 * The speaking thread, from when something is announced: begun by the main thread, told by the engine,
 * and tied to both and to the checks, so that no route outlives those who know what is behind it.
 */
import type { MessagePort } from 'node:worker_threads'
import { type SpeakingEnds, type SpeakingThread, startSpeaking } from '../bgp/speaking.ts'
import type { PeerStatus } from '../model/announcement.ts'
import type { Level } from './task.ts'
import { errorNote } from './tell.ts'

export interface AnnouncingEnds {
  note(level: Level, message: string, fields?: Record<string, unknown>): void
  /** The thread is another one now: its ends are to be handed out again. */
  anew(): void
  /** True while checks are made, where there are some: without them nobody knows what is behind a route. */
  checked(): boolean
  /** True while the engine is at a task. */
  working(): boolean
}

type Start = (
  ends: SpeakingEnds,
  options: { readonly restarting: boolean },
) => Pick<SpeakingThread, 'port' | 'alive' | 'complete' | 'close' | 'speaker'>

export interface AnnouncingOptions {
  readonly start?: Start
  /** Calls this once a second from now on; returns how to end that. */
  readonly pulses?: (pulse: () => void) => () => void
  readonly after?: (milliseconds: number, call: () => void) => () => void
}

/** How long a thread that has died is left alone, in milliseconds. */
const pause = 1000
/** So many signs of life may fail to come. */
const patience = 10
/**
 * So many before the first: a thread that is ended while it loads native code takes the process with it
 * (Node's napi_throw), and where it takes long to load nothing is announced yet.
 */
const starting = 60
/** How long a thread may take to end its sessions, in milliseconds. */
const parting = 5000
/**
 * An engine that is at one task for so many signs does not hear what checks find. An apply of all of 10,000
 * services takes a few seconds, and half a minute on a machine that has no time for it.
 */
const longest = 60

export class Announcing {
  readonly #ends: AnnouncingEnds
  readonly #start: Start
  readonly #after: NonNullable<AnnouncingOptions['after']>
  readonly #endPulses: () => void
  #thread: ReturnType<Start> | undefined
  #callOff: () => void = () => {}
  #missed = 0
  #patience = starting
  #under = 0
  #closed = false
  /** True from the death of a thread until everything has been looked at again. */
  #replaced = false

  constructor(
    ends: AnnouncingEnds,
    { start = startSpeaking, pulses = everySecond, after = later }: AnnouncingOptions = {},
  ) {
    this.#ends = ends
    this.#start = start
    this.#after = after
    this.#endPulses = pulses(() => this.#pulse())
  }

  /** An end for one who begins anew, if there is a thread: what it announces he has to know of. */
  standing(): MessagePort | undefined {
    return this.#thread?.port()
  }

  /** An end for whoever says what is announced. `restarting`: peers may have kept the routes of the last run. */
  port(restarting: boolean): MessagePort {
    this.#thread ??= this.#begin(restarting)
    return this.#thread.port()
  }

  /** The engine is through with a task, and comes to the next. */
  worked(): void {
    this.#under = 0
  }

  /**
   * The files, or everything there is, have been compared and made true: what is to be announced is known
   * to the thread. Of one that took another's place only a look at everything finds out that it knows nothing.
   */
  complete(after: 'files' | 'all'): void {
    if (after === 'all') this.#replaced = false
    if (!this.#replaced) this.#thread?.complete()
  }

  /** Ends the sessions; `keep` without a word where the peer keeps our routes for a while. */
  async close(how: 'withdraw' | 'keep'): Promise<void> {
    this.#closed = true
    this.#endPulses()
    this.#callOff()
    const thread = this.#thread
    if (thread === undefined) return
    let callOff = (): void => {}
    const enough = new Promise<void>(resolve => {
      callOff = this.#after(parting, resolve)
    })
    await Promise.race([thread.speaker.close(how).catch(() => {}), enough])
    callOff()
    await thread.close()
  }

  #begin(restarting: boolean): ReturnType<Start> {
    const { note } = this.#ends
    this.#missed = 0
    this.#patience = starting
    const thread = this.#start(
      {
        beat: () => {
          this.#missed = 0
          this.#patience = patience
        },
        changed: status => {
          if (!this.#closed) note(...peerNote(status))
        },
        quiet: is =>
          is
            ? note('error', `all routes are taken back: ${this.#unfounded()}`)
            : note('info', 'routes are announced again'),
        died: error => {
          note(...errorNote(error))
          this.#lost()
        },
      },
      { restarting },
    )
    return thread
  }

  #pulse(): void {
    if (this.#thread === undefined) return
    this.#under = this.#ends.working() ? this.#under + 1 : 0
    if (this.#ends.checked() && this.#under <= longest) this.#thread.alive()
    if (++this.#missed < this.#patience) return
    this.#ends.note('error', 'the speaking thread shows no sign of life: it is begun anew')
    void this.#thread.close()
    this.#lost()
  }

  /** Why nobody knows what is behind the routes. */
  #unfounded(): string {
    if (!this.#ends.checked()) return 'no checks are made'
    return this.#under > longest
      ? `the engine has been at one task for ${this.#under} s`
      : 'slb was held up, and nobody knows what is behind them'
  }

  /** Peers hear of the end of its sessions by the kernel, which closes them. */
  #lost(): void {
    this.#thread = undefined
    this.#replaced = true
    if (!this.#closed) this.#callOff = this.#after(pause, () => this.#ends.anew())
  }
}

function everySecond(pulse: () => void): () => void {
  const timer = setInterval(pulse, 1000).unref()
  return () => clearInterval(timer)
}

function later(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, milliseconds)
  return () => clearTimeout(timer)
}

/** What has become of a session, for the log. */
function peerNote({
  address,
  state,
  sent,
  lastError,
  warning,
}: PeerStatus): readonly [Level, string, Record<string, unknown>] {
  const fields = { peer: address, state, ...(lastError && { why: lastError }) }
  if (state === 'established')
    return warning === undefined
      ? ['info', `peer ${address} is established`, { ...fields, routes: sent }]
      : ['warn', `peer ${address}: ${warning}`, fields]
  return ['warn', `peer ${address} is ${state}${lastError ? `: ${lastError}` : ''}`, fields]
}
