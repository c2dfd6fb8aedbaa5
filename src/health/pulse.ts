/**
 * One timer for everything, and the knowledge of when we were there: a process that is stopped
 * (SIGSTOP, a paused virtual machine) or whose loop is blocked finds out by how late its timer is.
 */
import type { Pacing } from './gather.ts'

/** It beats at least so often, in milliseconds, so that silence can be told from idleness. */
const longest = 100
/** So much silence is standing still. */
const still = 250
/** After standing still timers fire first, answers that have come are read later: within so much. */
const recovery = 50

export interface PulseEnds {
  /** It is time. */
  beat(now: number): void
  /** We stood still from then until now. */
  stood(from: number, now: number): void
  /** How late the timer was. */
  late(milliseconds: number): void
}

export class Pulse {
  readonly #pacing: Pacing
  readonly #ends: PulseEnds
  #callOff: (() => void) | undefined
  #aim = 0
  #felt = 0
  /** When we stood still last. */
  #from = Number.POSITIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY

  constructor(pacing: Pacing, ends: PulseEnds) {
    this.#pacing = pacing
    this.#ends = ends
  }

  /** Beats at that time, or earlier to stay alive. An earlier beat that is set already stands. */
  at(time: number, now: number): void {
    const aim = Math.max(now, Math.min(time, now + longest))
    if (this.#callOff === undefined) this.#felt = now
    else if (this.#aim <= aim) return
    else this.#callOff()
    this.#aim = aim
    this.#callOff = this.#pacing.after(aim - now, () => this.#beat())
  }

  /** Something else than the timer shows that we are there. */
  felt(now: number): void {
    const from = this.#felt
    this.#felt = now
    if (this.#callOff === undefined || now - from < still) return
    this.#from = from
    this.#until = now
    this.#ends.stood(from, now)
  }

  /** True if we stood still at that time, or had only just begun to listen again. */
  stoodAt(time: number): boolean {
    return time >= this.#from && time <= this.#until + recovery
  }

  /** True if whoever waited for something from then until then could not hear it: the end, or half of it all, was slept through. */
  missed(from: number, to: number): boolean {
    const slept = Math.min(to, this.#until) - Math.max(from, this.#from)
    return this.stoodAt(to) || slept >= (to - from) / 2
  }

  close(): void {
    this.#callOff?.()
    this.#callOff = undefined
  }

  #beat(): void {
    const now = this.#pacing.now()
    this.#ends.late(now - this.#aim)
    this.felt(now)
    this.#callOff = undefined
    this.#ends.beat(now)
  }
}
