/** Files as they were read to texts with their parsers, and to trees. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { decode } from './limits.ts'
import type { Source } from './load.ts'
import { type KnownText, type LoadCache, openLoadCache, recall } from './load-cache.ts'
import type { PlacedText } from './locate.ts'
import { type Language, languageOf, type Parser, parserOf, type SourceText } from './parse.ts'
import { type Piece, wholes } from './pieces.ts'

/** A text with the parser that it is for. */
export interface Readable extends PlacedText {
  readonly file: string
  /** See `Piece`. */
  readonly key: string
  readonly first: boolean
  readonly bytes: Uint8Array
  readonly parse: Parser
  /** What was made of it when it was last in a load without an error. */
  readonly known: KnownText | undefined
}

export interface Texts {
  readonly readable: readonly Readable[]
  /** Of what is no text. */
  readonly diagnostics: readonly Diagnostic[]
}

/** True for the same bytes; what is the same object needs no look. */
export function sameText(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a === b || (a !== undefined && Buffer.compare(a, b) === 0)
}

/** Decodes what is not known from an earlier load, and finds the parser of each. */
export async function readTexts(pieces: readonly Piece[], cache: LoadCache): Promise<Texts> {
  const readable: Readable[] = []
  const diagnostics: Diagnostic[] = []
  const parsers = new Map<Language, Parser>()
  for (const { file, key, first, text: bytes } of pieces) {
    const known = recall(cache, key, bytes)
    const text = known ? '' : decode(file, bytes)
    if (typeof text !== 'string') {
      diagnostics.push(text)
      continue
    }
    const language = known?.language ?? languageOf(file, text)
    const parse = parsers.get(language) ?? (await parserOf(language))
    parsers.set(language, parse)
    readable.push(
      known
        ? {
            ...known,
            key,
            first,
            parse,
            known,
            get text(): string {
              return decodeAgain(file, bytes)
            },
          }
        : { file, key, first, bytes, text, language, parse, places: new Map(), known },
    )
  }
  return { readable, diagnostics }
}

/** The text of a known file, which is looked at if what is ahead of it has changed. */
function decodeAgain(file: string, bytes: Uint8Array): string {
  const text = decode(file, bytes)
  if (typeof text !== 'string') throw new Error(`${file} was a text before`)
  return text
}

/** By the name of the file. */
export function textsByFile(texts: readonly Readable[]): ReadonlyMap<string, Readable> {
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
  const { readable, diagnostics } = await readTexts(wholes(sources), openLoadCache())
  const found = [...diagnostics]
  const trees = readable.flatMap(({ file, text, parse }) => {
    const parsed = parse(file, text)
    for (const each of parsed.diagnostics) found.push(each)
    return parsed.tree === undefined ? [] : [{ file, tree: parsed.tree as Tree['tree'] }]
  })
  return { trees, texts: textsByFile(readable), diagnostics: found }
}
