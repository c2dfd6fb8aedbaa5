/** Texts of files on their way to another thread: only those that changed, in pieces, each copied once. */
import type { Source } from '../config/load.ts'
import type { Sources } from '../config/read.ts'

/** Some of the texts that changed. */
export interface Piece {
  readonly kind: 'texts'
  readonly texts: readonly Source[]
}

/** What comes after all pieces. */
export interface Packed {
  /** What they are for: they count, or may count soon. */
  readonly kind: 'files' | 'prepare'
  /** All files, in their order; those whose text was in no piece are as they were. */
  readonly files: readonly string[]
  readonly rest: Omit<Sources, 'sources'>
}

/** So much is copied at once, in bytes; a file that is longer goes alone. */
const pieceSize = 256 << 10

/** The sender's end: `followFiles` tells what did not change by the same objects. */
export function openPacker(): (now: Sources, kind?: Packed['kind']) => Iterable<Piece | Packed> {
  let sent = new Map<string, Source>()
  return function* ({ sources, ...rest }, kind = 'files') {
    const before = sent
    sent = new Map(sources.map(source => [source.file, source]))
    let texts: Source[] = []
    let size = 0
    for (const source of sources) {
      if (before.get(source.file) === source) continue
      if (size > 0 && size + source.text.length > pieceSize) {
        yield { kind: 'texts', texts }
        texts = []
        size = 0
      }
      // A copy of its own memory: that can be given away, and the text may lie in a shared pool.
      texts.push({ ...source, text: new Uint8Array(source.text) })
      size += source.text.length
    }
    if (texts.length > 0) yield { kind: 'texts', texts }
    yield { kind, files: sources.map(({ file }) => file), rest }
  }
}

/** The memory that a piece may give away instead of having it copied once more. */
export function transferOf(order: Piece | Packed): ArrayBuffer[] {
  return order.kind === 'texts' ? order.texts.map(({ text }) => text.buffer as ArrayBuffer) : []
}

/** The receiver's end: what did not change is the same object as before here, too. */
export function openUnpacker(): (order: Piece | Packed) => Sources | undefined {
  let known = new Map<string, Source>()
  const news = new Map<string, Source>()
  return order => {
    if (order.kind === 'texts') {
      for (const source of order.texts) news.set(source.file, source)
      return undefined
    }
    const { files, rest } = order
    const sources = files.flatMap(file => news.get(file) ?? known.get(file) ?? [])
    known = new Map(sources.map(source => [source.file, source]))
    news.clear()
    return { sources, ...rest }
  }
}
