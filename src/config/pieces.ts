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
  return sources.flatMap(each => cut(each, how) ?? { ...each, key: each.file, first: true })
}

/** Every file as one piece. */
export function wholes(sources: readonly Source[]): readonly Piece[] {
  return sources.map(source => ({ ...source, key: source.file, first: true }))
}

const header = '\n[service.'
const closing = 0x5d
const lineFeed = 0x0a

/** Cuts a big TOML file before some of its services; undefined if there is nothing to gain. */
function cut({ file, text }: Source, how: Cut): readonly Piece[] | undefined {
  if (text.length < how.from || !file.endsWith('.toml')) return undefined
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  // Latin 1 keeps offsets, whatever the bytes are.
  const letters = bytes.toString('latin1')
  if (!isPlain(letters)) return undefined
  const pieces: Piece[] = []
  let start = 0
  let key = file
  for (let at = letters.indexOf(header); at !== -1; at = letters.indexOf(header, at + 1)) {
    const name = headerAt(bytes, at + header.length)
    if (name === undefined || !isBoundary(name.sum, how.services)) continue
    pieces.push({ file, key, first: start === 0, text: bytes.subarray(start, at + 1) })
    start = at + 1
    key = `${file}\0${letters.slice(at + header.length, name.end)}`
  }
  if (start === 0) return undefined
  pieces.push({ file, key, first: false, text: bytes.subarray(start) })
  return pieces
}

/**
 * False for a text that speaks of `service` itself, and not only of tables below it, or that may do so in
 * quotes: what is right once in each of two pieces could be wrong in the whole.
 */
function isPlain(letters: string): boolean {
  if (/^[ \t]*\[[ \t]*(?:["']|service[ \t]*\])/m.test(letters)) return false
  const root = letters.slice(0, letters.search(/^[ \t]*\[/m))
  return !/^[ \t]*(?:["']|service\b)/m.test(root)
}

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
