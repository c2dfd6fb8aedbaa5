/** The layout of a TOML text that the parser has accepted, found by scanning it once. */
import { parse } from 'smol-toml'
import type { Layout, Range } from './layout.ts'

interface Scan {
  readonly text: string
  at: number
}

interface Key {
  readonly name: string
  readonly range: Range
}

/** Builds the layout. What the text means, and that it is right, the parser has already said. */
export function layoutToml(text: string): Layout {
  const scan: Scan = { text, at: 0 }
  const root = layout(undefined, [0, 0])
  const lists = new Set<Layout>()
  let table = root
  for (skipLines(scan); scan.at < text.length; skipLines(scan)) {
    if (text[scan.at] === '[') {
      const start = scan.at
      const list = text[start + 1] === '['
      scan.at += list ? 2 : 1
      const keys = readKeys(scan)
      scan.at += list ? 2 : 1
      table = enterHeader(root, keys, list, [start, scan.at], lists)
    } else enterPair(table, scan)
  }
  return root
}

function layout(
  key: Range | undefined,
  value: Range,
  inside: Layout['inside'] = new Map(),
): Layout {
  return key ? { key, value, inside } : { value, inside }
}

/** `[a.b]` or `[[a.b]]`: the table that the following pairs belong to. */
function enterHeader(
  root: Layout,
  keys: readonly Key[],
  list: boolean,
  header: Range,
  lists: Set<Layout>,
): Layout {
  let table = root
  for (const [index, { name, range }] of keys.entries()) {
    const last = index === keys.length - 1
    const known = table.inside.get(name)
    const next = known && !(last && !list) ? known : layout(range, header, known?.inside)
    table.inside.set(name, next)
    if (last && list) {
      lists.add(next)
      next.inside.set(next.inside.size, layout(range, header))
    }
    // Keys below a list of tables speak of its last element.
    table = lists.has(next) ? (next.inside.get(next.inside.size - 1) ?? next) : next
  }
  return table
}

/** `a.b = value`, at the top of a line or in an inline table. */
function enterPair(into: Layout, scan: Scan): void {
  const keys = readKeys(scan)
  scan.at++
  skipBlanks(scan)
  let table = into
  for (const [index, { name, range }] of keys.entries()) {
    const next =
      index === keys.length - 1
        ? readValue(scan, range)
        : (table.inside.get(name) ?? layout(range, range))
    table.inside.set(name, next)
    table = next
  }
}

/** Keys with dots between them; ends at `=` or `]`. */
function readKeys(scan: Scan): readonly Key[] {
  const keys: Key[] = []
  for (;;) {
    skipBlanks(scan)
    const start = scan.at
    const quoted = scan.text[start] === '"' || scan.text[start] === "'"
    scan.at = quoted ? endOfString(scan.text, start) : endOf(bare, scan.text, start)
    const raw = scan.text.slice(start, scan.at)
    const name = quoted ? `${parse(`key = ${raw}`)['key']}` : raw
    keys.push({ name, range: [start, scan.at] })
    skipBlanks(scan)
    if (scan.text[scan.at] !== '.') return keys
    scan.at++
  }
}

function readValue(scan: Scan, key?: Range): Layout {
  const start = scan.at
  const first = scan.text[start]
  const inside: Layout['inside'] = new Map()
  if (first === '[' || first === '{') {
    const whole = layout(key, [start, start], inside)
    scan.at++
    for (skipLines(scan); !closes(scan); skipLines(scan))
      if (scan.text[scan.at] === ',') scan.at++
      else if (first === '{') enterPair(whole, scan)
      else inside.set(inside.size, readValue(scan))
    scan.at++
  } else if (first === '"' || first === "'") scan.at = endOfString(scan.text, start)
  else scan.at = endOf(plain, scan.text, start)
  return layout(key, [start, scan.at], inside)
}

function closes({ text, at }: Scan): boolean {
  return at >= text.length || text[at] === ']' || text[at] === '}'
}

const bare = /[A-Za-z0-9_-]*/y
/** Numbers, dates, true and false: a date may have a blank before its time. */
const plain = /[^\s,\]}#]+(?: [0-9][^\s,\]}#]*)?/y
const blanks = /[ \t]*/y
const space = /\s*/y

/** Where a pattern ends that begins at an offset; never before one character on, so that scans end. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at + 1
}

function skipBlanks(scan: Scan): void {
  scan.at = endOf(blanks, scan.text, scan.at)
}

/** Skips blanks, line ends and comments. */
function skipLines(scan: Scan): void {
  scan.at = endOf(space, scan.text, scan.at)
  while (scan.text[scan.at] === '#') {
    const end = scan.text.indexOf('\n', scan.at)
    scan.at = end === -1 ? scan.text.length : endOf(space, scan.text, end)
  }
}

/** The end of a string of any of the four kinds. */
function endOfString(text: string, start: number): number {
  const quote = text[start] ?? ''
  const long = text.startsWith(quote.repeat(3), start)
  const mark = long ? quote.repeat(3) : quote
  let at = start + mark.length
  while (at < text.length && !text.startsWith(mark, at))
    at += quote === '"' && text[at] === '\\' ? 2 : 1
  at += mark.length
  // A long string may end in quotes of its own, before the three that close it.
  while (long && text[at] === quote) at++
  return Math.min(at, text.length)
}
