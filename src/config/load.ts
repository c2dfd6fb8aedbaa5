/** Texts in, desired state or diagnostics out: the whole way from bytes to meaning, without I/O. */
import type { Desired } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Fault } from './fault.ts'
import { decode } from './limits.ts'
import { type Language, languageOf, type Parser, parserOf, type SourceText } from './parse.ts'
import { isAhead, mainFile, openResolver, type Part } from './resolve.ts'
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
  const texts = await readTexts(sources)
  const { desired, diagnostics, told, faults } =
    resolveTexts(texts.readable, mayBeAhead) ?? resolveWhole(texts.readable)
  const found = [...texts.diagnostics, ...diagnostics]
  if (told.length > 0 || faults.length > 0) {
    // One fault is enough for a value that could not even be a number or text.
    const known = new Set(told.map(spotKey))
    const news = faults.filter(fault => !known.has(spotKey(fault)))
    const { placeAll } = await import('./locate.ts')
    append(found, await placeAll([...told, ...news], textsByFile(texts.readable)))
  }
  const files = sources.map(({ file }) => file)
  found.sort(byPlace(files))
  return found.some(({ severity }) => severity === 'error')
    ? { diagnostics: found, files }
    : { desired, diagnostics: found, files }
}

interface Outcome {
  readonly desired: Desired
  readonly diagnostics: readonly Diagnostic[]
  /** What the parsers found, and what came after. */
  readonly told: readonly Fault[]
  readonly faults: readonly Fault[]
}

function resolveWhole(texts: readonly Readable[]): Outcome {
  const outcome = resolveTexts(texts, () => true)
  if (!outcome) throw new Error('a file that was read ahead came as a surprise')
  return outcome
}

/**
 * Reads the files that others can depend on, then all others one at a time, so that no tree
 * lives longer than its file is looked at. Undefined if the guess which come first was wrong.
 */
function resolveTexts(
  texts: readonly Readable[],
  first: (text: Readable) => boolean,
): Outcome | undefined {
  const diagnostics: Diagnostic[] = []
  const told: Fault[] = []
  const faults: Fault[] = []
  const read = ({ file, text, parse }: Readable): Part | undefined => {
    const parsed = parse(file, text)
    append(diagnostics, parsed.diagnostics)
    append(told, parsed.faults)
    if (parsed.tree === undefined) return undefined
    const checked = check(file, parsed.tree)
    append(faults, checked.faults)
    return checked.part
  }
  const ahead = new Map(texts.filter(first).map(text => [text, read(text)]))
  const resolver = openResolver([...ahead.values()].filter(part => part !== undefined))
  for (const text of texts) {
    const part = ahead.has(text) ? ahead.get(text) : read(text)
    if (part && !ahead.has(text) && isAhead(part)) return undefined
    if (part) resolver.add(part)
  }
  const resolved = resolver.finish()
  append(faults, resolved.faults)
  return { desired: resolved.desired, diagnostics, told, faults }
}

/** A quick guess from the text: names of VIPs that are written in another way cost a second look. */
function mayBeAhead({ file, text, language }: Readable): boolean {
  if (mainFile(file)) return true
  if (language === 'toml') return text.includes('[vip') || text.includes('\nvip.')
  return text.startsWith('{') || text.startsWith('vip') || text.includes('\nvip')
}

/** As `push` with many arguments, which overflows the stack when they are too many. */
function append<T>(into: T[], more: readonly T[]): void {
  for (const each of more) into.push(each)
}

function spotKey({ at }: Fault): string {
  return `${at.file} ${JSON.stringify(at.path)}`
}

/** A text with the parser that it is for. */
interface Readable extends SourceText {
  readonly file: string
  readonly parse: Parser
}

interface Texts {
  readonly readable: readonly Readable[]
  /** Of what is no text. */
  readonly diagnostics: readonly Diagnostic[]
}

async function readTexts(sources: readonly Source[]): Promise<Texts> {
  const readable: Readable[] = []
  const diagnostics: Diagnostic[] = []
  const parsers = new Map<Language, Parser>()
  for (const { file, text: bytes } of sources) {
    const text = decode(file, bytes)
    if (typeof text !== 'string') {
      diagnostics.push(text)
      continue
    }
    const language = languageOf(file, text)
    const parse = parsers.get(language) ?? (await parserOf(language))
    parsers.set(language, parse)
    readable.push({ file, text, language, parse })
  }
  return { readable, diagnostics }
}

function textsByFile(texts: readonly Readable[]): ReadonlyMap<string, SourceText> {
  return new Map(texts.map(each => [each.file, each]))
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
}

/** Decodes and parses, as far as each file can be read. */
export async function readTrees(sources: readonly Source[]): Promise<Trees> {
  const { readable, diagnostics } = await readTexts(sources)
  const found = [...diagnostics]
  const trees = readable.flatMap(({ file, text, parse }) => {
    const parsed = parse(file, text)
    append(found, parsed.diagnostics)
    return parsed.tree === undefined ? [] : [{ file, tree: parsed.tree as Tree['tree'] }]
  })
  return { trees, texts: textsByFile(readable), diagnostics: found }
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
