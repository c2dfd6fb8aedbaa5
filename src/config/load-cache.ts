/** What is remembered between loads, so that a file that did not change is not looked at again. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Fault } from './fault.ts'
import type { Layer } from './layers.ts'
import type { Places } from './locate.ts'
import type { Language } from './parse.ts'
import type { Lead } from './part.ts'
import type { Composed } from './resolve.ts'
import type { Ahead, FileOutcome } from './resolve-file.ts'

/** What is wrong with the form of one file. */
export interface Findings {
  readonly diagnostics: readonly Diagnostic[]
  /** What the parser found. */
  readonly told: readonly Fault[]
  /** What the schema found. */
  readonly faults: readonly Fault[]
}

/** Everything that was made of one text; no text and no tree but the bytes that were given. */
export interface KnownText {
  readonly file: string
  /** See `Piece`: what it is known by. */
  readonly key: string
  readonly bytes: Uint8Array
  readonly language: Language
  readonly places: Places
  readonly findings: Findings
  readonly lead: Lead | undefined
  /** `[defaults]` of its file. */
  readonly defaults: readonly Layer[]
  /** What stood ahead of all files when this came out. */
  readonly ahead: Ahead
  readonly outcome: FileOutcome
}

/**
 * Opaque. It holds what came of each file the last time that it was in a load without an error. One
 * file's error does not make the others forgotten, and what is put right is found as it was before.
 */
export interface LoadCache {
  readonly texts: Map<string, KnownText>
  /** Each with the number of the last load that it was in. */
  readonly used: Map<string, number>
  /** The latest first. Who tries what loads without some files comes back to one of these. */
  aheads: readonly Ahead[]
  loads: number
  /** What the last load came to. */
  composed: Composed | undefined
}

/** Remembers nothing yet. */
export function openLoadCache(): LoadCache {
  return { texts: new Map(), used: new Map(), aheads: [], loads: 0, composed: undefined }
}

/** So many loads a text is remembered that is in none of them. */
const patience = 16
/** So many heads are remembered; most often there is one. */
const maxAheads = 4

/** What was made of the same bytes under the same key. */
export function recall(cache: LoadCache, key: string, bytes: Uint8Array): KnownText | undefined {
  const known = cache.texts.get(key)
  if (known === undefined || known.bytes === bytes) return known
  if (Buffer.compare(known.bytes, bytes) !== 0) return undefined
  // The newer of equal bytes, so that the older can be forgotten.
  return { ...known, bytes }
}

/** What these leads made when they were ahead before, so that what was found with it holds again. */
export function recallAhead(cache: LoadCache, leads: readonly Lead[]): Ahead | undefined {
  return cache.aheads.find(
    one => one.leads.length === leads.length && one.leads.every((each, i) => each === leads[i]),
  )
}

/** Remembers a load without an error. */
export function remember(cache: LoadCache, composed: Composed, texts: readonly KnownText[]): void {
  const { ahead } = composed
  const number = ++cache.loads
  cache.composed = composed
  cache.aheads = [ahead, ...cache.aheads.filter(each => each !== ahead)].slice(0, maxAheads)
  for (const each of texts) {
    cache.texts.set(each.key, each)
    cache.used.set(each.key, number)
  }
  for (const [key, used] of cache.used)
    if (used + patience < number) {
      cache.texts.delete(key)
      cache.used.delete(key)
    }
}
