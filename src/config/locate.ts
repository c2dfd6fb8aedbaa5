/** Where a key or value stands in a text. Only run when there is something to say about it. */
import type { Diagnostic, Place } from '../model/diagnostic.ts'
import type { Fault, Spot } from './fault.ts'
import { find, type Layout } from './layout.ts'
import type { SourceText } from './parse.ts'
import { lineOf, lineStarts, placeOf } from './text.ts'

/** The most faults that are shown of one file. */
const maxFaults = 100

/** A text in which places are looked up. */
interface Sheet {
  readonly text: string
  readonly layout: Layout
  readonly starts: readonly number[]
}

/** Faults with lines and columns; of each file the first hundred, and how many there are beside. */
export async function placeAll(
  faults: readonly Fault[],
  texts: ReadonlyMap<string, SourceText>,
): Promise<readonly Diagnostic[]> {
  const sheets = new Map<string, Sheet>()
  for (const { at, related } of faults)
    for (const { file } of related ? [at, related] : [at]) {
      const source = texts.get(file)
      if (source && !sheets.has(file)) sheets.set(file, await sheetOf(source))
    }
  const found = new Map<string, Diagnostic>()
  const counts = new Map<string, number>()
  for (const fault of faults) {
    const count = (counts.get(fault.at.file) ?? 0) + 1
    counts.set(fault.at.file, count)
    if (count > maxFaults) continue
    const diagnostic = place(fault, sheets)
    // A YAML alias makes the same fault twice out of one.
    found.set(JSON.stringify([diagnostic.place, fault.code, fault.message]), diagnostic)
  }
  for (const [file, count] of counts)
    if (count > maxFaults) found.set(file, tooMany(file, count - maxFaults, sheets))
  return [...found.values()]
}

function place(fault: Fault, sheets: ReadonlyMap<string, Sheet>): Diagnostic {
  const { severity, code, message, at, suggestion, related } = fault
  const other = related && locate(related, sheets)?.place
  return {
    severity,
    code,
    message,
    ...locate(at, sheets),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(other ? { related: other } : {}),
  }
}

function tooMany(file: string, more: number, sheets: ReadonlyMap<string, Sheet>): Diagnostic {
  const last = sheets.get(file)?.starts.length ?? 1
  return {
    severity: 'error',
    code: 'too-many',
    message: `${file} has ${more} more faults, not shown here`,
    place: { file, line: last, column: 1 },
  }
}

async function sheetOf(source: SourceText): Promise<Sheet> {
  const { text } = source
  return { text, layout: await layoutOf(source), starts: lineStarts(text) }
}

/** The syntax tree of a text as a map of places. */
export async function layoutOf({ text, language }: SourceText): Promise<Layout> {
  if (language === 'toml') return (await import('./layout-toml.ts')).layoutToml(text)
  return (await import('./layout-yaml.ts')).layoutYaml(text)
}

interface Located {
  readonly place: Place
  readonly line: string
  readonly length: number
}

function locate(
  { file, path, key }: Spot,
  sheets: ReadonlyMap<string, Sheet>,
): Located | undefined {
  const sheet = sheets.get(file)
  if (!sheet) return undefined
  const { text, layout, starts } = sheet
  const [start, end] = find(layout, path, key ?? false)
  const place = { file, ...placeOf(text, start, starts) }
  const firstLine = /^[^\r\n]*/.exec(text.slice(start, Math.min(end, start + 200)))?.[0] ?? ''
  return {
    place,
    line: lineOf(text, place.line, starts),
    length: Math.max(1, [...firstLine.trimEnd()].length),
  }
}
