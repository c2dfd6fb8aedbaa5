/** Which changes were tried, which failed for good, and which are worth another try. */
import { type Change, changeKey, type Failure } from '../model/change.ts'
import type { Clock } from '../model/clock.ts'
import { SlbError } from '../model/error.ts'

/** Tries of one key within one apply. Others may write at the same time, but not for ever. */
const most = 5

/** First pause after a fault that passes by itself, in milliseconds; doubled each time. */
const pause = 20

/** The memory of one apply. A key that failed for good is not tried again in it. */
export class Attempts {
  readonly #tries = new Map<string, number>()
  readonly #failures = new Map<string, Failure>()
  #passes = 0

  get failures(): readonly Failure[] {
    return [...this.#failures.values()]
  }

  get failed(): ReadonlySet<string> {
    return new Set(this.#failures.keys())
  }

  /** The changes to be made now: neither waiting for something nor failed. */
  open(changes: readonly Change[], waiting: ReadonlySet<string>): readonly Change[] {
    if (waiting.size === 0 && this.#failures.size === 0) return changes
    return changes.filter(change => {
      const key = changeKey(change)
      return !waiting.has(key) && !this.#failures.has(key)
    })
  }

  /**
   * Takes down the outcome of a pass, and pauses if the system was busy.
   *
   * A change that succeeded and is planned again was undone by somebody, or the kernel does not
   * keep what it took: after some tries that is a failure, too.
   */
  async record(
    tried: readonly Change[],
    failures: readonly Failure[],
    clock: Clock,
  ): Promise<void> {
    this.#passes++
    const services = new Set<string>()
    for (const { change } of failures)
      if (change.kind === 'service') services.add(changeKey(change))
    let busy = false
    const failedNow = new Set<Change>()
    for (const failure of failures) {
      failedNow.add(failure.change)
      // The destinations of a service that could not be made fail with it, and say nothing new.
      const { change } = failure
      if (change.kind === 'destination' && services.has(change.row.service.key)) continue
      const passing = failure.error.code === 'stale' || failure.error.code === 'busy'
      busy ||= failure.error.code === 'busy'
      if (!passing || this.#count(change) >= most) this.#failures.set(changeKey(change), failure)
    }
    if (this.#passes > 1) this.#recordRepeats(tried, failedNow)
    if (busy) await clock.sleep(pause * 2 ** Math.min(this.#passes, 6))
  }

  /** The first pass of a big apply is not remembered key by key: only what comes back is counted. */
  #recordRepeats(tried: readonly Change[], failed: ReadonlySet<Change>): void {
    for (const change of tried) {
      // A service drains through its destinations: nothing is set that could be kept or not.
      if (change.kind === 'service' && change.op === 'drain') continue
      if (failed.has(change) || this.#count(change) < most) continue
      const error = new SlbError(
        'internal',
        'the live system does not stay as it was read and set',
        {
          hint: 'another program may be writing at the same time; stop it, or leave this key to it',
        },
      )
      this.#failures.set(changeKey(change), { change, error })
    }
  }

  #count(change: Change): number {
    const key = changeKey(change)
    const tries = (this.#tries.get(key) ?? 0) + 1
    this.#tries.set(key, tries)
    return tries
  }
}
