/** The texts of the configuration: those that count now, and those that were good last. */
import { type Loaded, load, type Source } from '../config/load.ts'
import { type LoadCache, openLoadCache } from '../config/load-cache.ts'
import type { Sources } from '../config/read.ts'
import { type Held, type Standing, standIn } from '../config/stand-in.ts'
import { sameText } from '../config/texts.ts'
import { textsFingerprint } from '../state/hold.ts'
import type { LastGood } from '../state/last-good.ts'

/** Texts as they are read again and again, so that what did not change costs nothing. */
export class Texts {
  readonly #store: LastGood
  readonly #damaged: (path: string) => void
  readonly #cache: LoadCache = openLoadCache()
  #last: { readonly sources: readonly Source[]; readonly loaded: Loaded } | undefined

  /** @param damaged told of last good texts on disk that cannot be read. */
  constructor(store: LastGood, damaged: (path: string) => void) {
    this.#store = store
    this.#damaged = damaged
  }

  /** Which texts count now. `released` are files that may be gone or empty. */
  stand(now: Sources, released: readonly Held[] = []): Promise<Standing> {
    const good = new Map(this.#good())
    for (const { file, why } of released) if (why === 'gone' || why === 'empty') good.delete(file)
    return standIn(now, good, sources => this.#load(sources))
  }

  /** What was made ready while files were settling is what they come to, if they are the same then. */
  async #load(sources: readonly Source[]): Promise<Loaded> {
    if (this.#last === undefined || !sameSources(this.#last.sources, sources))
      this.#last = { sources, loaded: await load(sources, this.#cache) }
    return this.#last.loaded
  }

  /** True if just these were accepted last. */
  areGood({ sources }: Standing): boolean {
    const good = this.#good()
    return (
      sources.length === good.size &&
      sources.every(({ file, text }) => sameText(good.get(file), text))
    )
  }

  /** The files that say something else than was accepted last, or are gone since; if none does, all of them. */
  changed({ sources }: Pick<Standing, 'sources'>): readonly string[] {
    const good = this.#good()
    const here = new Set(sources.map(({ file }) => file))
    const other = sources.filter(({ file, text }) => !sameText(good.get(file), text))
    const changed = [
      ...other.map(({ file }) => file),
      ...[...good.keys()].filter(one => !here.has(one)),
    ]
    return changed.length > 0 ? changed : [...here]
  }

  /** These are good from now on. Throws SlbError `io`. */
  accept({ sources }: Standing): void {
    this.#store.accept(sources)
  }

  /** True if there are last good texts, and these are others. */
  hasOther(sources: Sources['sources']): boolean {
    const good = [...this.#good()].map(([file, text]) => ({ file, text }))
    return good.length > 0 && textsFingerprint(good) !== textsFingerprint(sources)
  }

  /** The last good texts in place of those that are there. */
  before(now: Sources): Sources {
    return { ...now, sources: [...this.#good()].map(([file, text]) => ({ file, text })) }
  }

  /** The texts that were accepted last, by file, in their order; the store reads its disk once. */
  #good(): ReadonlyMap<string, Uint8Array> {
    return this.#store.read(this.#damaged)
  }
}

/** True for the very same texts of the same files. */
function sameSources(a: readonly Source[], b: readonly Source[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ file, text }, at) => file === b[at]?.file && text === b[at]?.text)
  )
}
