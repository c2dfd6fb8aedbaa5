/** Texts in, desired state or diagnostics out: the whole way from bytes to meaning, without I/O. */
import type { Desired } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Fault } from './fault.ts'
import { decode } from './limits.ts'
import { type Language, languageOf, type Parser, parserOf, type SourceText } from './parse.ts'
import { resolve } from './resolve.ts'
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
  const { trees, texts, diagnostics, faults } = await readTrees(sources)
  const all: Fault[] = []
  const told = new Set(faults.map(spotKey))
  const parts = trees.map(({ file, tree }) => {
    const checked = check(file, tree)
    all.push(...checked.faults)
    return checked.part
  })
  const resolved = resolve(parts)
  all.push(...resolved.faults)
  const found = [...diagnostics]
  if (all.length > 0 || faults.length > 0) {
    const { placeAll } = await import('./locate.ts')
    const news = all.filter(fault => !told.has(spotKey(fault)))
    found.push(...(await placeAll([...faults, ...news], texts)))
  }
  const files = sources.map(({ file }) => file)
  found.sort(byPlace(files))
  return found.some(({ severity }) => severity === 'error')
    ? { diagnostics: found, files }
    : { desired: resolved.desired, diagnostics: found, files }
}

/** One fault is enough for a value that could not even be a number or text. */
function spotKey({ at }: Fault): string {
  return `${at.file} ${JSON.stringify(at.path)}`
}

/** What a file says, before anybody has looked at what it means. */
export interface Tree {
  readonly file: string
  readonly tree: Record<string, unknown>
}

export interface Trees {
  readonly trees: readonly Tree[]
  /** Of all files that are text. */
  readonly texts: ReadonlyMap<string, SourceText>
  readonly diagnostics: readonly Diagnostic[]
  readonly faults: readonly Fault[]
}

/** Decodes and parses, as far as each file can be read. */
export async function readTrees(sources: readonly Source[]): Promise<Trees> {
  const trees: Tree[] = []
  const texts = new Map<string, SourceText>()
  const diagnostics: Diagnostic[] = []
  const faults: Fault[] = []
  const parsers = new Map<Language, Parser>()
  for (const { file, text: bytes } of sources) {
    const text = decode(file, bytes)
    if (typeof text !== 'string') {
      diagnostics.push(text)
      continue
    }
    const language = languageOf(file, text)
    const parser = parsers.get(language) ?? (await parserOf(language))
    parsers.set(language, parser)
    texts.set(file, { text, language })
    const parsed = parser(file, text)
    diagnostics.push(...parsed.diagnostics)
    faults.push(...parsed.faults)
    if (parsed.tree !== undefined)
      trees.push({ file, tree: parsed.tree as Record<string, unknown> })
  }
  return { trees, texts, diagnostics, faults }
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
