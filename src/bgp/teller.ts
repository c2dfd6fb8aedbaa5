/** Tells one peer what it is to know, as fast as it takes it, and never more than that at once. */
import type { Family } from '../model/ip.ts'
import type { Connection } from './connection.ts'
import type { Portions } from './portions.ts'
import type { RibOut, Telling } from './rib-out.ts'
import { endOfRib } from './wire/update.ts'

/** How many routes are told of in one portion: a few milliseconds. */
const portion = 500

interface Talk {
  readonly connection: Connection
  readonly telling: Telling
  /** Whose End-of-RIB has not been sent. */
  owed: readonly Family[]
}

export class Teller {
  readonly #rib: RibOut
  /** All routes are known: what has not been told of yet will not be. */
  readonly #complete: () => boolean
  #talk: Talk | undefined
  readonly #portions: Portions
  /** A portion waits for its turn. */
  #waits = false
  /** What has been given to the connection, and not by it to the kernel. */
  #underway = 0
  #waiting: (() => void)[] = []

  constructor(rib: RibOut, portions: Portions, complete: () => boolean) {
    this.#rib = rib
    this.#portions = portions
    this.#complete = complete
  }

  /** The session stands: the peer knows nothing so far. */
  begin(connection: Connection, telling: Telling, families: readonly Family[]): void {
    this.#talk = { connection, telling, owed: families }
    this.#underway = 0
    this.#rib.touchAll()
    this.go()
  }

  /** The session is over. */
  end(): void {
    this.#talk = undefined
    this.#rib.forget()
    this.#release()
  }

  /** These are other ones than before. */
  touch(keys: Iterable<string>): void {
    // A new session begins with all of them.
    if (this.#talk === undefined) return
    for (const key of keys) this.#rib.touch(key)
    this.go()
  }

  /** Everything is to be looked at again. */
  touchAll(): void {
    if (this.#talk === undefined) return
    this.#rib.touchAll()
    this.go()
  }

  /** The peer wants to hear of a family once more (RFC 2918). */
  repeat(family: Family): void {
    this.#rib.repeat(family)
    this.go()
  }

  /** Goes on with what has been touched. */
  go(): void {
    if (this.#talk === undefined || this.#waits) return
    this.#waits = true
    this.#portions.soon(() => {
      this.#waits = false
      if (this.#talk !== undefined) this.#tell(this.#talk)
    })
  }

  #tell(talk: Talk): void {
    if (talk.connection.blocked) return
    this.#send(talk, this.#rib.take(portion, talk.telling))
    if (this.#rib.upToDate) this.#finish(talk)
    else this.go()
  }

  #finish(talk: Talk): void {
    if (talk.owed.length > 0 && this.#complete()) {
      this.#send(talk, talk.owed.map(endOfRib))
      talk.owed = []
    }
    if (this.#underway === 0) this.#release()
  }

  /** Resolves when the kernel has all that the peer is to know, or the session is over. */
  idle(): Promise<void> {
    if (this.#talk === undefined || (this.#rib.upToDate && this.#underway === 0))
      return Promise.resolve()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  #send(talk: Talk, messages: readonly Buffer[]): void {
    if (messages.length === 0) return
    this.#underway++
    talk.connection.send(Buffer.concat(messages), () => {
      if (this.#talk !== talk) return
      this.#underway--
      if (this.#underway === 0 && this.#rib.upToDate) this.#release()
    })
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
