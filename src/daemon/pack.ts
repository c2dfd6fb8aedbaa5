/** Texts of files on their way to another thread: only those that changed are copied. */
import type { Source } from '../config/load.ts'
import type { Sources } from '../config/read.ts'

export interface Packed {
  /** All files, in their order. */
  readonly files: readonly string[]
  /** Those whose text is not what was sent last. */
  readonly changed: readonly Source[]
  readonly rest: Omit<Sources, 'sources'>
}

/** The sender's end: `followFiles` tells what did not change by the same objects. */
export function openPacker(): (now: Sources) => Packed {
  let sent = new Map<string, Source>()
  return ({ sources, ...rest }) => {
    const changed = sources.filter(source => sent.get(source.file) !== source)
    sent = new Map(sources.map(source => [source.file, source]))
    return { files: sources.map(({ file }) => file), changed, rest }
  }
}

/** The receiver's end: what did not change is the same object as before here, too. */
export function openUnpacker(): (packed: Packed) => Sources {
  let known = new Map<string, Source>()
  return ({ files, changed, rest }) => {
    const news = new Map(changed.map(source => [source.file, source]))
    const sources = files.flatMap(file => news.get(file) ?? known.get(file) ?? [])
    known = new Map(sources.map(source => [source.file, source]))
    return { sources, ...rest }
  }
}
