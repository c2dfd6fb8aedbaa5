/** What is remembered between loads, so that a file that did not change is not looked at again. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Fault } from './fault.ts'
import type { Places } from './locate.ts'
import type { Language } from './parse.ts'
import type { Lead } from './part.ts'
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
export interface KnownFile {
  readonly file: string
  readonly bytes: Uint8Array
  readonly language: Language
  readonly places: Places
  readonly findings: Findings
  readonly lead: Lead | undefined
  readonly outcome: FileOutcome
}

/** A load: all its files, and what stood ahead of them. */
export interface KnownLoad {
  readonly ahead: Ahead
  readonly files: ReadonlyMap<string, KnownFile>
}

/**
 * Opaque. It holds the last load that found no error: one file's error does not make the others
 * forgotten, and whatever is put right is compared with what was right before.
 */
export interface LoadCache {
  last?: KnownLoad
}

/** Remembers nothing yet. */
export function openLoadCache(): LoadCache {
  return {}
}

/** What was made of the same bytes under the same name. */
export function recall(
  { last }: LoadCache,
  file: string,
  bytes: Uint8Array,
): KnownFile | undefined {
  const known = last?.files.get(file)
  if (known === undefined) return undefined
  if (known.bytes === bytes) return known
  if (Buffer.compare(known.bytes, bytes) !== 0) return undefined
  // The newer of equal bytes, so that the older can be forgotten.
  return { ...known, bytes }
}
