/** The records of a trial and of a hold: read again where they can have changed. */
import type { Host } from '../host.ts'
import type { Hold } from '../state/hold.ts'
import type { Trial } from '../state/trial.ts'
import type { Task } from './task.ts'

export interface Standing {
  readonly trial: Trial | undefined
  readonly hold: Hold | undefined
}

/** Tasks that neither begin nor end a trial or a hold. */
const blind: ReadonlySet<Task['kind']> = new Set(['look', 'verdicts', 'prepare', 'drains'])

export class Records {
  readonly #host: Pick<Host, 'trials' | 'holds'>
  #known: Standing | undefined

  constructor(host: Pick<Host, 'trials' | 'holds'>) {
    this.#host = host
  }

  /**
   * As they stand. One that is there may be ended by another process, which needs no lock for that.
   *
   * @param after what has been done since they were read; absent = nothing that changes them.
   * @throws SlbError `io` if a record is damaged or cannot be read.
   */
  read(after?: Task['kind']): Standing {
    const { trial, hold } = this.#known ?? {}
    const same =
      after === undefined || (blind.has(after) && trial === undefined && hold === undefined)
    if (this.#known !== undefined && same) return this.#known
    this.#known = undefined
    this.#known = { trial: this.#host.trials.read(), hold: this.#host.holds.read() }
    return this.#known
  }
}
