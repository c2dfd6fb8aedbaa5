/** Texts in, desired state or diagnostics out: the whole way from bytes to meaning, without I/O. */
import type { Desired } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Fault, hasError } from './fault.ts'
import type { Layer } from './layers.ts'
import {
  type Findings,
  type KnownText,
  type LoadCache,
  openLoadCache,
  recallAhead,
  remember,
} from './load-cache.ts'
import type { PlacedText } from './locate.ts'
import { defaultsOf, type Lead, leadOf, mainFile, type Part, same } from './part.ts'
import { type Piece, piecesOf, wholes } from './pieces.ts'
import { type Composed, compose } from './resolve.ts'
import { type Ahead, openAhead, resolveFile } from './resolve-file.ts'
import { type Readable, readTexts, textsByFile } from './texts.ts'
import { check } from './validate.ts'

/** One file as it was read. */
export interface Source {
  readonly file: string
  /** UTF-8. A load cache keeps hold of it: it must not be written to afterwards. */
  readonly text: Uint8Array
}

export interface Loaded {
  /** Absent if any diagnostic is an error. */
  readonly desired?: Desired
  /** In the order of files and lines. */
  readonly diagnostics: readonly Diagnostic[]
  readonly files: readonly string[]
}

/**
 * Parses, validates and resolves. All faults of all files are in the answer at once.
 *
 * With a cache, a file is only looked at if its bytes differ from those in the last load without an
 * error, or if a `[vip]` or the defaults of slb.toml do; of a big file only the pieces that do. The
 * answer is the one without a cache; services that were not looked at are the same objects as before.
 *
 * @param pieces what to look at by itself; the answer does not depend on it.
 */
export async function load(
  sources: readonly Source[],
  cache: LoadCache = openLoadCache(),
  pieces: readonly Piece[] = piecesOf(sources),
): Promise<Loaded> {
  if (pieces.length > sources.length) {
    const found = await inspect(pieces, cache)
    // What is wrong with a text is told of the whole of it.
    if (found.unlike === undefined && !hasError(found.faults) && !hasError(found.diagnostics))
      return conclude(sources, found, cache)
  }
  return conclude(sources, await inspect(wholes(sources), cache), cache)
}

/** What was found in texts, before anything is placed in them. */
interface Inspected extends Looked {
  readonly readable: readonly Readable[]
  readonly composed: Composed
  readonly diagnostics: readonly Diagnostic[]
  /** What the parsers found, and all faults together. */
  readonly told: readonly Fault[]
  readonly faults: readonly Fault[]
}

async function inspect(pieces: readonly Piece[], cache: LoadCache): Promise<Inspected> {
  const { readable, diagnostics: found } = await readTexts(pieces, cache)
  const looked = lookAll(readable, cache, mayBeAhead) ?? lookAllAhead(readable, cache)
  const outcomes = looked.texts.map(({ outcome }) => outcome)
  const composed = compose(outcomes, looked.ahead, cache.composed)
  const diagnostics = [...found]
  const told: Fault[] = []
  const faults: Fault[] = []
  for (const { findings } of looked.texts) {
    append(diagnostics, findings.diagnostics)
    append(told, findings.told)
    append(faults, findings.faults)
  }
  append(faults, composed.faults)
  return { ...looked, readable, composed, diagnostics, told, faults }
}

async function conclude(
  sources: readonly Source[],
  { readable, composed, texts, diagnostics, told, faults }: Inspected,
  cache: LoadCache,
): Promise<Loaded> {
  const found = [...diagnostics]
  append(found, await placeFaults(told, faults, () => wholeTexts(sources, readable)))
  const files = sources.map(({ file }) => file)
  found.sort(byPlace(files))
  if (hasError(found)) return { diagnostics: found, files }
  remember(cache, composed, texts)
  return { desired: composed.desired, diagnostics: found, files }
}

interface Looked {
  readonly ahead: Ahead
  readonly texts: readonly KnownText[]
  /** A piece that says what only its file as a whole can say. */
  readonly unlike?: string
}

/**
 * Reads the files that others can depend on, then all others one at a time, so that no tree
 * lives longer than its file is looked at. Undefined if the guess which come first was wrong.
 */
function lookAll(
  readable: readonly Readable[],
  cache: LoadCache,
  first: (text: Readable) => boolean,
): Looked | undefined {
  const early = new Map<Readable, Read>()
  for (const text of readable) if (!text.known && first(text)) early.set(text, readPart(text))
  const leadNow = (text: Readable): Lead | undefined => {
    const read = early.get(text)
    if (!read) return text.known?.lead
    return same(leadOf(read.part), cache.texts.get(text.key)?.lead)
  }
  const leads = new Map(readable.map(text => [text, leadNow(text)]))
  const leading = [...leads.values()].filter(lead => lead !== undefined)
  const ahead = recallAhead(cache, leading) ?? openAhead(leading)
  const texts: KnownText[] = []
  let unlike: string | undefined
  let defaults: readonly Layer[] = []
  for (const text of readable) {
    const { file, key, bytes, language, places, known } = text
    if (known?.ahead === ahead && (text.first || known.defaults === defaults)) {
      texts.push(known)
      defaults = known.defaults
      continue
    }
    const { part, findings } = early.get(text) ?? readPart(text)
    const lead = leads.get(text)
    if (!early.has(text) && !lead && leadOf(part)) return undefined
    if (text.first) defaults = same(defaultsOf(part), cache.texts.get(key)?.defaults)
    else if (Object.keys(part.config).some(table => table !== 'service')) unlike = key
    const outcome = resolveFile(part, defaults, ahead)
    texts.push({ file, key, bytes, language, places, findings, lead, defaults, ahead, outcome })
  }
  return { ahead, texts, ...(unlike !== undefined && { unlike }) }
}

function lookAllAhead(texts: readonly Readable[], cache: LoadCache): Looked {
  const looked = lookAll(texts, cache, () => true)
  if (!looked) throw new Error('a file that was read ahead came as a surprise')
  return looked
}

/** A quick guess from the text: names of VIPs that are written in another way cost a second look. */
function mayBeAhead({ file, first, text, language }: Readable): boolean {
  if (!first) return false
  if (mainFile(file)) return true
  if (language === 'toml') return text.includes('[vip') || text.includes('\nvip.')
  return text.startsWith('{') || text.startsWith('vip') || text.includes('\nvip')
}

interface Read {
  /** Empty if the text could not be read. */
  readonly part: Part
  readonly findings: Findings
}

function readPart({ file, text, parse }: Readable): Read {
  const { tree, diagnostics, faults: told } = parse(file, text)
  const { part, faults } = check(file, tree)
  return { part, findings: { diagnostics, told, faults } }
}

/** One fault is enough for a value that could not even be a number or text. */
async function placeFaults(
  told: readonly Fault[],
  faults: readonly Fault[],
  texts: () => Promise<ReadonlyMap<string, PlacedText>>,
): Promise<readonly Diagnostic[]> {
  if (told.length === 0 && faults.length === 0) return []
  const known = new Set(told.map(spotKey))
  const news = faults.filter(fault => !known.has(spotKey(fault)))
  const { placeAll } = await import('./locate.ts')
  return placeAll([...told, ...news], await texts())
}

/** The texts by file: places are those in the whole text, whatever was looked at by itself. */
async function wholeTexts(
  sources: readonly Source[],
  readable: readonly Readable[],
): Promise<ReadonlyMap<string, PlacedText>> {
  const inPieces = new Set(readable.flatMap(({ file, first }) => (first ? [] : [file])))
  const cut = sources.filter(({ file }) => inPieces.has(file))
  const whole = await readTexts(wholes(cut), openLoadCache())
  return textsByFile([...readable.filter(({ file }) => !inPieces.has(file)), ...whole.readable])
}

function spotKey({ at }: Fault): string {
  return `${at.file} ${JSON.stringify(at.path)}`
}

/** As `push` with many arguments, which overflows the stack when they are too many. */
function append<T>(into: T[], more: readonly T[]): void {
  for (const each of more) into.push(each)
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
