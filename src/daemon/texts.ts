/** The texts of the configuration: those that count now, and those that were good last. */
import { load } from '../config/load.ts'
import { type LoadCache, openLoadCache } from '../config/load-cache.ts'
import type { Sources } from '../config/read.ts'
import { type Held, type Standing, standIn } from '../config/stand-in.ts'
import type { Host } from '../host.ts'
import { type Hold, textsFingerprint } from '../state/hold.ts'
import type { LastGood } from '../state/last-good.ts'
import type { Trial } from '../state/trial.ts'

/** Texts as they are read again and again, so that what did not change costs nothing. */
export class Texts {
  readonly #store: LastGood
  readonly #damaged: (path: string) => void
  readonly #cache: LoadCache = openLoadCache()
  /** The texts that were accepted last, by file, in their order. */
  #good: ReadonlyMap<string, Uint8Array> | undefined

  /** @param damaged told of last good texts on disk that cannot be read. */
  constructor(store: LastGood, damaged: (path: string) => void) {
    this.#store = store
    this.#damaged = damaged
  }

  /** Which texts count now. `released` are files that may be gone or empty. */
  stand(now: Sources, released: readonly Held[] = []): Promise<Standing> {
    const good = new Map(this.#texts())
    for (const { file, why } of released) if (why === 'gone' || why === 'empty') good.delete(file)
    return standIn(now, good, sources => load(sources, this.#cache))
  }

  /** True if just these were accepted last. */
  areGood({ sources }: Standing): boolean {
    const good = this.#texts()
    return (
      sources.length === good.size &&
      sources.every(({ file, text }) => {
        const known = good.get(file)
        return known === text || (known !== undefined && Buffer.compare(known, text) === 0)
      })
    )
  }

  /** These are good from now on. Throws SlbError `io`. */
  accept({ sources }: Standing): void {
    this.#store.accept(sources)
    this.#good = new Map(sources.map(({ file, text }) => [file, text]))
  }

  /**
   * What an earlier boot knew of these files, if it undid them or never had them confirmed: they are
   * not good, and a machine that comes up with them serves what was good before.
   */
  unconfirmed({ sources }: Sources, { trials, holds }: Host): Trial | Hold | undefined {
    const left = trials.left() ?? holds.left()
    if (left === undefined || textsFingerprint(sources) !== left.fingerprint) return undefined
    return this.#texts().size === 0 ? undefined : left
  }

  /** The last good texts in place of those that are there. */
  before(now: Sources): Sources {
    return { ...now, sources: [...this.#texts()].map(([file, text]) => ({ file, text })) }
  }

  #texts(): ReadonlyMap<string, Uint8Array> {
    this.#good ??= this.#store.read(this.#damaged)
    return this.#good
  }
}
