/**
 * Big files are read in pieces, so that an edit costs what it touches and no tree is big.
 *
 * TOML is read from left to right: a text that is complete up to a line `[service.NAME]` stays what it
 * is whatever comes after. So if every piece can be read by itself, and all but the first hold nothing
 * but services, each under a name of its own, then the pieces say together what the whole says. In
 * every other case (an error, a line within a long string that looks like a table) the whole is read.
 */
import type { Source } from './load.ts'

/** A stretch of a file that is looked at by itself, or all of it. */
export interface Piece extends Source {
  /** The name of the piece among all pieces of all files; that of the file for its first one. */
  readonly key: string
  /** False for a piece that may only hold services: what holds for the file stands in its first one. */
  readonly first: boolean
}

/** When to cut, and how fine. */
export interface Cut {
  /** Smaller files are read fast enough as they are, in bytes. */
  readonly from: number
  /** So many services a piece has on average. */
  readonly services: number
}

const usual: Cut = { from: 128 << 10, services: 64 }

/** The pieces of all files, in their order. */
export function piecesOf(sources: readonly Source[], how: Cut = usual): readonly Piece[] {
  return sources.flatMap(each => cutOnce(each, how) ?? wholeOf(each))
}

/** Every file as one piece. */
export function wholes(sources: readonly Source[]): readonly Piece[] {
  return sources.map(wholeOf)
}

function wholeOf(source: Source): Piece {
  return { ...source, key: source.file, first: true }
}

/** A source that is loaded again is cut already: to look for the cuts takes a second copy of a big text. */
function cutOnce(source: Source, how: Cut): readonly Piece[] | undefined {
  const known = cuts.get(source)
  if (known?.how === how) return known.pieces
  const pieces = cut(source, how)
  if (pieces !== undefined) cuts.set(source, { how, pieces })
  return pieces
}

const cuts = new WeakMap<Source, { readonly how: Cut; readonly pieces: readonly Piece[] }>()

const header = '\n[service.'
const closing = 0x5d
const lineFeed = 0x0a

/** Cuts a big TOML file before some of its services; undefined if there is nothing to gain. */
function cut({ file, text }: Source, how: Cut): readonly Piece[] | undefined {
  if (text.length < how.from || !file.endsWith('.toml')) return undefined
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  if (!isPlain(bytes)) return undefined
  const pieces: Piece[] = []
  let start = 0
  let key = file
  for (let at = bytes.indexOf(header); at !== -1; at = bytes.indexOf(header, at + 1)) {
    const name = headerAt(bytes, at + header.length)
    if (name === undefined || !isBoundary(name.sum, how.services)) continue
    pieces.push({ file, key, first: start === 0, text: bytes.subarray(start, at + 1) })
    start = at + 1
    key = `${file}\0${bytes.toString('latin1', at + header.length, name.end)}`
  }
  if (start === 0) return undefined
  pieces.push({ file, key, first: false, text: bytes.subarray(start) })
  return pieces
}

/**
 * False for a text that speaks of `service` itself, and not only of tables below it, or that may do so in
 * quotes: what is right once in each of two pieces could be wrong in the whole.
 */
function isPlain(bytes: Buffer): boolean {
  let root = true
  for (const lines of stretchesOf(bytes)) {
    if (/^[ \t]*\[[ \t]*(?:["']|service[ \t]*\])/m.test(lines)) return false
    if (!root) continue
    const table = lines.search(/^[ \t]*\[/m)
    root = table < 0
    if (/^[ \t]*(?:["']|service\b)/m.test(root ? lines : lines.slice(0, table))) return false
  }
  return true
}

/** A text in stretches of whole lines: as one string, it would be a second copy of a big file. */
function* stretchesOf(bytes: Buffer): Iterable<string> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(lineFeed, start + stretch)
    const next = end < 0 ? bytes.length : end + 1
    // Latin 1 has a letter for each byte, whatever the bytes are.
    yield bytes.toString('latin1', start, next)
    start = next
  }
}

/** Bytes of a stretch, and the rest of its last line. */
const stretch = 32 << 10

/** The name of a table `[service.NAME]`: where it ends, and a sum of its bytes. Not of a table below. */
function headerAt(bytes: Uint8Array, start: number): { end: number; sum: number } | undefined {
  let sum = 0x811c9dc5
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === closing) return { end: at, sum }
    if (byte === lineFeed || byte === 0x2e) return undefined
    sum = Math.imul(sum ^ byte, 0x01000193)
  }
  return undefined
}

/**
 * Where a file is cut depends on the name that stands there alone: an edit moves no boundary but its
 * own. Low bits of a product of odd numbers hardly mix, the high ones do.
 */
function isBoundary(sum: number, services: number): boolean {
  return (sum >>> 16) % services === 0
}
