/** Texts in, desired state or diagnostics out: the whole way from bytes to meaning, without I/O. */
import type { Desired } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Fault } from './fault.ts'
import { decode } from './limits.ts'
import { type Language, languageOf, type Parser, parserOf, type SourceText } from './parse.ts'
import { type Part, resolve } from './resolve.ts'
import { check } from './validate.ts'

/** One file as it was read. */
export interface Source {
  readonly file: string
  readonly text: Uint8Array
}

export interface Loaded {
  /** Absent if any diagnostic is an error. */
  readonly desired?: Desired
  /** In the order of files and lines. */
  readonly diagnostics: readonly Diagnostic[]
  readonly files: readonly string[]
}

/** Parses, validates and resolves. All faults of all files are in the answer at once. */
export async function load(sources: readonly Source[]): Promise<Loaded> {
  const texts = new Map<string, SourceText>()
  const diagnostics: Diagnostic[] = []
  const faults: Fault[] = []
  const parts: Part[] = []
  const parsers = new Map<Language, Parser>()
  for (const { file, text: bytes } of sources) {
    const text = decode(file, bytes)
    if (typeof text !== 'string') {
      diagnostics.push(text)
      continue
    }
    const language = languageOf(file, text)
    texts.set(file, { text, language })
    const parser = parsers.get(language) ?? (await parserOf(language))
    parsers.set(language, parser)
    const parsed = parser(file, text)
    diagnostics.push(...parsed.diagnostics)
    faults.push(...parsed.faults)
    if (parsed.tree === undefined) continue
    const checked = check(file, parsed.tree)
    faults.push(...checked.faults)
    parts.push(checked.part)
  }
  const resolved = resolve(parts)
  faults.push(...resolved.faults)
  const files = sources.map(({ file }) => file)
  if (faults.length > 0) {
    const { placeAll } = await import('./locate.ts')
    diagnostics.push(...(await placeAll(faults, texts)))
  }
  diagnostics.sort(byPlace(files))
  return diagnostics.some(({ severity }) => severity === 'error')
    ? { diagnostics, files }
    : { desired: resolved.desired, diagnostics, files }
}

function byPlace(files: readonly string[]): (a: Diagnostic, b: Diagnostic) => number {
  const rank = new Map(files.map((file, index) => [file, index]))
  return ({ place: a }, { place: b }) => {
    if (!a || !b) return a ? 1 : b ? -1 : 0
    return (
      (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) || a.line - b.line || a.column - b.column
    )
  }
}
