/** Texts in, desired state or diagnostics out: the whole way from bytes to meaning, without I/O. */
import type { Desired } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Fault, hasError } from './fault.ts'
import {
  type Findings,
  type KnownFile,
  type LoadCache,
  openLoadCache,
  recallAhead,
  remember,
} from './load-cache.ts'
import { type Lead, leadOf, mainFile, type Part, sameLead } from './part.ts'
import { compose } from './resolve.ts'
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
 * error, or if a `[vip]` or the defaults of slb.toml do. The answer is the one without a cache;
 * services of files that were not looked at are the same objects as before.
 */
export async function load(
  sources: readonly Source[],
  cache: LoadCache = openLoadCache(),
): Promise<Loaded> {
  const texts = await readTexts(sources, cache)
  const looked = lookAll(texts.readable, cache, mayBeAhead) ?? lookAllAhead(texts.readable, cache)
  const composed = compose(
    looked.files.map(({ outcome }) => outcome),
    looked.ahead,
    cache.composed,
  )
  const found = [...texts.diagnostics]
  const told: Fault[] = []
  const meant: Fault[] = []
  for (const { findings } of looked.files) {
    append(found, findings.diagnostics)
    append(told, findings.told)
    append(meant, findings.faults)
  }
  append(meant, composed.faults)
  append(found, await placeFaults(told, meant, texts.readable))
  const files = sources.map(({ file }) => file)
  found.sort(byPlace(files))
  if (hasError(found)) return { diagnostics: found, files }
  remember(cache, composed, looked.files)
  return { desired: composed.desired, diagnostics: found, files }
}

interface Looked {
  readonly ahead: Ahead
  readonly files: readonly KnownFile[]
}

/**
 * Reads the files that others can depend on, then all others one at a time, so that no tree
 * lives longer than its file is looked at. Undefined if the guess which come first was wrong.
 */
function lookAll(
  texts: readonly Readable[],
  cache: LoadCache,
  first: (text: Readable) => boolean,
): Looked | undefined {
  const early = new Map<Readable, Read>()
  for (const text of texts) if (!text.known && first(text)) early.set(text, readPart(text))
  const leadNow = (text: Readable): Lead | undefined => {
    const read = early.get(text)
    if (!read) return text.known?.lead
    return sameLead(leadOf(read.part), cache.files.get(text.file)?.lead)
  }
  const leads = new Map(texts.map(text => [text, leadNow(text)]))
  const leading = [...leads.values()].filter(lead => lead !== undefined)
  const ahead = recallAhead(cache, leading) ?? openAhead(leading)
  const files: KnownFile[] = []
  for (const text of texts) {
    const { file, bytes, language, places, known } = text
    if (known?.ahead === ahead) {
      files.push(known)
      continue
    }
    const { part, findings } = early.get(text) ?? readPart(text)
    const lead = leads.get(text)
    if (!early.has(text) && !lead && leadOf(part)) return undefined
    const outcome = resolveFile(part, ahead)
    files.push({ file, bytes, language, places, findings, lead, ahead, outcome })
  }
  return { ahead, files }
}

function lookAllAhead(texts: readonly Readable[], cache: LoadCache): Looked {
  const looked = lookAll(texts, cache, () => true)
  if (!looked) throw new Error('a file that was read ahead came as a surprise')
  return looked
}

/** A quick guess from the text: names of VIPs that are written in another way cost a second look. */
function mayBeAhead({ file, text, language }: Readable): boolean {
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
  texts: readonly Readable[],
): Promise<readonly Diagnostic[]> {
  if (told.length === 0 && faults.length === 0) return []
  const known = new Set(told.map(spotKey))
  const news = faults.filter(fault => !known.has(spotKey(fault)))
  const { placeAll } = await import('./locate.ts')
  return placeAll([...told, ...news], textsByFile(texts))
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
