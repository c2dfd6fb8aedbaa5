/** What the service manager hears of the daemon: that it is ready, how things are, that it is alive. */
import type { Notifier } from './notify.ts'
import type { Level, Report, Task } from './task.ts'

/** A task that takes longer is stuck, in milliseconds; or ten times as long as the longest so far. */
const longest = 120_000
const share = 10
/** While the first files are applied, the manager waits from pulse to pulse. */
const patience = 4

export interface VitalsEnds {
  readonly notifier: Pick<Notifier, 'ready' | 'status' | 'alive' | 'pulse' | 'starting'>
  note(level: Level, message: string, fields?: Record<string, unknown>): void
}

export class Vitals {
  readonly #ends: VitalsEnds
  #ready = false
  #longest = 0
  #task: Task['kind'] | undefined
  /** How long the task has been under way, in milliseconds: counted in pulses, so no pause counts. */
  #under = 0
  #told = false

  constructor(ends: VitalsEnds) {
    this.#ends = ends
  }

  /** The engine was given a task. */
  began(task: Task): void {
    this.#task = task.kind
    this.#under = 0
  }

  /**
   * The engine is through with a task.
   *
   * Ready is who has done the first files, or has decided to leave things as they are: not one who
   * could do nothing. Later it is also the end of a reload, whatever came of that.
   */
  ended(task: Task, { summary, failed, cost }: Report): void {
    const { notifier, note } = this.#ends
    this.#task = undefined
    this.#under = 0
    this.#longest = Math.max(this.#longest, cost)
    if (this.#told) note('info', `${task.kind}: the engine has come back after all`)
    this.#told = false
    notifier.status(summary)
    if (task.kind !== 'files' || (failed && !this.#ready)) return
    notifier.ready()
    if (!this.#ready) note('info', `ready: ${summary}`)
    this.#ready = true
  }

  /**
   * Says that the daemon is alive, if its engine is, too. To be called every `notifier.pulse`.
   *
   * What a stop waits for is bounded by `stop_timeout`, and by the manager.
   */
  pulse(): void {
    const { notifier, note } = this.#ends
    const { pulse = 0 } = notifier
    const works = this.#task !== undefined && this.#task !== 'stop'
    if (works) this.#under += pulse
    const most = Math.max(longest, share * this.#longest)
    if (this.#under > most) {
      if (this.#told) return
      this.#told = true
      const seconds = `${Math.round(this.#under / 1000)} s`
      note('error', `the engine is stuck: ${this.#task} takes longer than ${seconds}`, {
        next: 'the service manager is no longer told that slb is alive, and starts it again',
      })
      return
    }
    notifier.alive()
    if (works && !this.#ready) notifier.starting(patience * pulse)
  }
}
