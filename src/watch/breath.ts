/** Long work in short slices, so that whatever else the loop has to do gets its turn between them. */
import { setImmediate } from 'node:timers/promises'

/** How long a slice may take, in milliseconds. */
const slice = 10

/** Ask `due` after each step, and `await take()` when it says so. Nothing is waited for, but one turn. */
export class Breath {
  #since = performance.now()

  get due(): boolean {
    return performance.now() - this.#since > slice
  }

  async take(): Promise<void> {
    await setImmediate()
    this.#since = performance.now()
  }
}
