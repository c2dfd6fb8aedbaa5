/** What a text must be before any parser sees it: not too big, UTF-8, without control bytes. */
import { isUtf8 } from 'node:buffer'
import type { Diagnostic } from '../model/diagnostic.ts'

/** The biggest file that is read, in bytes. */
export const maxBytes: number = 4 * 1024 * 1024
/** The deepest nesting of tables and lists. */
export const maxDepth = 64
/** The most keys and values in one file, with YAML aliases counted as often as they are used. */
export const maxNodes = 2_000_000

/** The text of a file without byte order mark, or why it can't be read. */
export function decode(file: string, bytes: Uint8Array): string | Diagnostic {
  if (bytes.length > maxBytes) return tooBig(file, bytes.length)
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return refuse(bytes, file, 'bad-encoding', 0, 'the file is UTF-16: save it as UTF-8')
  const nul = bytes.indexOf(0)
  if (nul !== -1) return refuse(bytes, file, 'bad-encoding', nul, nulMessage(bytes))
  if (!isUtf8(bytes)) {
    const at = firstBadByte(bytes)
    const shown = (bytes[at] ?? 0).toString(16).padStart(2, '0')
    return refuse(
      bytes,
      file,
      'bad-encoding',
      at,
      `byte 0x${shown} is not UTF-8: save the file as UTF-8`,
    )
  }
  const lone = loneReturn(bytes)
  if (lone !== -1)
    return refuse(
      bytes,
      file,
      'bad-line-end',
      lone,
      'a carriage return without a line feed: end lines with LF or CR LF',
    )
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start)
  if (isBlank(bytes, start))
    return {
      severity: 'error',
      code: 'empty-file',
      message: `${file} is empty: was it saved half-way? A file that is empty on purpose holds a comment`,
      place: { file, line: 1, column: 1 },
      line: '',
    }
  return text.toString('utf8')
}

/** The diagnostic of a file over the limit. */
export function tooBig(file: string, size: number): Diagnostic {
  return {
    severity: 'error',
    code: 'too-big',
    message: `${file} has ${size} bytes, over the limit of ${maxBytes}`,
    suggestion: 'split it into several files of a directory',
  }
}

function nulMessage(bytes: Uint8Array): string {
  const wide = bytes.length > 1 && (bytes[0] === 0 || bytes[1] === 0)
  return wide
    ? 'the file is UTF-16 or UTF-32: save it as UTF-8'
    : 'the file holds a NUL byte: it is damaged or not a text'
}

function isBlank(bytes: Uint8Array, start: number): boolean {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false
  }
  return true
}

function loneReturn(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(13); at !== -1; at = bytes.indexOf(13, at + 1))
    if (bytes[at + 1] !== 10) return at
  return -1
}

/** Where the first byte stands that is no part of a character. */
function firstBadByte(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    if (lead >= 0x80 && !isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
  return at
}

function refuse(
  bytes: Uint8Array,
  file: string,
  code: string,
  at: number,
  message: string,
): Diagnostic {
  const before = Buffer.from(bytes.buffer, bytes.byteOffset, at)
  const start = before.lastIndexOf(10) + 1
  let line = 1
  for (let i = before.indexOf(10); i !== -1; i = before.indexOf(10, i + 1)) line++
  const end = bytes.indexOf(10, at)
  const stop = Math.min(end === -1 ? bytes.length : end, at + 200)
  return {
    severity: 'error',
    code,
    message,
    place: { file, line, column: before.subarray(start).toString('utf8').length + 1 },
    line: Buffer.from(bytes.subarray(start, stop)).toString('utf8').trimEnd(),
  }
}
