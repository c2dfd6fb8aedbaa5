/** A diagnostic as text for people: what, where, the line with a caret, what to do. */
import type { Diagnostic, Place } from '../model/diagnostic.ts'
import { visible } from './text.ts'

/** How parts of a frame are shown; each gives back the text, coloured or not. */
export interface Paint {
  readonly error: (text: string) => string
  readonly warning: (text: string) => string
  /** What is beside the point: line numbers, arrows. */
  readonly faint: (text: string) => string
  readonly strong: (text: string) => string
  readonly hint: (text: string) => string
}

const same = (text: string): string => text

/** No colours. */
export const plainPaint: Paint = {
  error: same,
  warning: same,
  faint: same,
  strong: same,
  hint: same,
}

/** The longest line of a list, its margin not counted: a terminal of 80 columns has room for it. */
const listWidth = 72

/** The longest piece of a line that is shown. */
const maxWidth = 120

/**
 * Several lines, without a line feed at the end:
 *
 * ```
 * error[unknown-key]: there is no key "prot" in service web
 *   --> web.toml:4:1
 *   |
 * 4 | prot = 80
 *   | ^^^^
 *   = did you mean "port"?
 * ```
 */
export function frame(diagnostic: Diagnostic, paint: Paint = plainPaint): string {
  const { severity, code, message, place, line, suggestion, related } = diagnostic
  const colour = paint[severity]
  const lines = [`${colour(`${severity}[${code}]`)}${paint.strong(`: ${message}`)}`]
  const number = place && line !== undefined ? `${place.line}` : ''
  const margin = ' '.repeat(number.length)
  if (place) lines.push(`${margin} ${paint.faint('-->')} ${placeText(place)}`)
  if (place && line) {
    const [shown, caret] = underlined(line, place.column, diagnostic.length ?? 1)
    lines.push(paint.faint(`${margin} |`))
    lines.push(`${paint.faint(`${number} |`)} ${shown}`)
    lines.push(`${paint.faint(`${margin} |`)} ${colour(caret)}`)
  }
  if (related) lines.push(`${margin} ${paint.faint('=')} see also ${placeText(related)}`)
  for (const [at, piece] of wrapped(suggestion ?? '').entries())
    lines.push(`${margin} ${at === 0 ? paint.faint('=') : ' '} ${paint.hint(piece)}`)
  return lines.join('\n')
}

/** A long list in lines that fit; what is to be typed stays in one. */
function wrapped(text: string): readonly string[] {
  if (text === '') return []
  if (!text.startsWith('known here:')) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > listWidth) {
      lines.push(line)
      line = word
    } else line += line === '' ? word : ` ${word}`
  }
  return [...lines, line]
}

/** `file:line:column`, as editors and terminals jump to. */
export function placeText({ file, line, column }: Place): string {
  return `${visible(file)}:${line}:${column}`
}

/** A line cut to what fits around the column, safe to show, and the carets for below it. */
function underlined(line: string, column: number, length: number): readonly [string, string] {
  const characters = [...line]
  const from = column > maxWidth - 20 ? column - 40 : 0
  const piece = characters.slice(from, from + maxWidth)
  const before = visibleLine(piece.slice(0, column - 1 - from))
  const marked = visibleLine(piece.slice(column - 1 - from, column - 1 - from + length))
  const after = visibleLine(piece.slice(column - 1 - from + length))
  const start = from > 0 ? '...' : ''
  const end = from + maxWidth < characters.length ? '...' : ''
  return [
    `${start}${before}${marked}${after}${end}`,
    `${' '.repeat(start.length + [...before].length)}${'^'.repeat(Math.max(1, [...marked].length))}`,
  ]
}

function visibleLine(characters: readonly string[]): string {
  return visible(characters.join('').replaceAll('\t', '  '))
}
