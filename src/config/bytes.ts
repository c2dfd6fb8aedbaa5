/** Bytes as users write them: text with escapes, or digits. */
import { quote } from './text.ts'

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, '\\': 92 }

/**
 * The bytes of `"hex:00 01 ff"`, or of text as UTF-8 with `\n`, `\r`, `\t`, `\0`, `\\` and `\xHH`; a
 * text in the answer is the reason why there are none.
 */
export function parseBytes(text: string): Uint8Array | string {
  if (text.startsWith('hex:')) return parseHex(text.slice(4))
  const parts: Buffer[] = []
  for (const [piece, , hex, letter] of text.matchAll(/[^\\]+|\\(x([0-9A-Fa-f]{2})|(.?))/gsu)) {
    if (!piece.startsWith('\\')) parts.push(Buffer.from(piece))
    else if (hex !== undefined) parts.push(Buffer.from(hex, 'hex'))
    else {
      const byte = Object.hasOwn(escapes, letter ?? '') ? escapes[letter ?? ''] : undefined
      if (byte === undefined)
        return `${quote(piece)} stands for no byte: there are \\n, \\r, \\t, \\0, \\\\ and \\xHH with two hexadecimal digits`
      parts.push(Buffer.from([byte]))
    }
  }
  return Uint8Array.from(Buffer.concat(parts))
}

function parseHex(digits: string): Uint8Array | string {
  if (!/^ *([0-9A-Fa-f]{2} *)*$/.test(digits))
    return `${quote(digits)} are no bytes: write two hexadecimal digits for each, as in "hex:00 01 ff"`
  return Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
}
