/** Where a key or value stands in a text. Only run when there is something to say about it. */
import type { Diagnostic, Place } from '../model/diagnostic.ts'
import type { Fault, Spot } from './fault.ts'
import { find, type Layout } from './layout.ts'
import type { SourceText } from './parse.ts'
import { lineOf, lineStarts, placeOf } from './text.ts'

/** The most faults that are shown of one file. */
const maxFaults = 100

/** A text, and what was looked up in it before. */
export interface PlacedText extends SourceText {
  readonly places: Places
}

/** By spot. A text that stays the same need not be taken apart again to show the same places. */
export type Places = Map<string, Located>

/** A text in which places are looked up. */
interface Sheet {
  readonly places: Places
  /** Absent where everything that is asked has been looked up before. */
  readonly drawn?: Drawn
}

/** A text taken apart. */
interface Drawn {
  readonly text: string
  readonly layout: Layout
  readonly starts: readonly number[]
}

/** Faults with lines and columns; of each file the first hundred, and how many there are beside. */
export async function placeAll(
  faults: readonly Fault[],
  texts: ReadonlyMap<string, PlacedText>,
): Promise<readonly Diagnostic[]> {
  const sheets = new Map<string, Sheet>()
  for (const { at, related } of faults)
    for (const spot of related ? [at, related] : [at]) {
      const text = texts.get(spot.file)
      if (!text || sheets.get(spot.file)?.drawn) continue
      const known = text.places.has(spotKey(spot))
      sheets.set(spot.file, {
        places: text.places,
        ...(known ? {} : { drawn: await draw(text) }),
      })
    }
  const found = new Map<string, Diagnostic>()
  const counts = new Map<string, number>()
  const told = new Set<string>()
  for (const fault of faults) {
    // What is wrong in [defaults] is wrong in every service that takes it from there.
    const id = `${fault.code} ${fault.message} ${fault.at.file} ${spotKey(fault.at)}`
    if (told.has(id)) continue
    told.add(id)
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
  const last = sheets.get(file)?.drawn?.starts.length ?? 1
  return {
    severity: 'error',
    code: 'too-many',
    message: `${file} has ${more} more faults, not shown here`,
    place: { file, line: last, column: 1 },
  }
}

async function draw(source: SourceText): Promise<Drawn> {
  const { text } = source
  return { text, layout: await layoutOf(source), starts: lineStarts(text) }
}

/** The syntax tree of a text as a map of places. */
export async function layoutOf({ text, language }: SourceText): Promise<Layout> {
  if (language === 'toml') return (await import('./layout-toml.ts')).layoutToml(text)
  return (await import('./layout-yaml.ts')).layoutYaml(text)
}

/** A place with what is shown of it. */
interface Located {
  readonly place: Place
  readonly line: string
  readonly length: number
}

function locate(spot: Spot, sheets: ReadonlyMap<string, Sheet>): Located | undefined {
  const sheet = sheets.get(spot.file)
  if (!sheet) return undefined
  const key = spotKey(spot)
  const located = sheet.places.get(key) ?? (sheet.drawn && lookUp(spot, sheet.drawn))
  if (located) sheet.places.set(key, located)
  return located
}

function spotKey({ path, key }: Spot): string {
  return JSON.stringify([key ?? false, ...path])
}

function lookUp({ file, path, key }: Spot, { text, layout, starts }: Drawn): Located {
  const [start, end] = find(layout, path, key ?? false)
  const place = { file, ...placeOf(text, start, starts) }
  const firstLine = /^[^\r\n]*/.exec(text.slice(start, Math.min(end, start + 200)))?.[0] ?? ''
  return {
    place,
    // Of a password nothing is shown: its value may stand on a line of its own, without a name.
    line: path.includes('password') ? '' : lineOf(text, place.line, starts),
    length: Math.max(1, [...firstLine.trimEnd()].length),
  }
}
