/** Where a key or value stands in a text. Only run when there is something to say about it. */
import type { Diagnostic, Place } from '../model/diagnostic.ts'
import type { Fault, Spot } from './fault.ts'
import { find, type Layout } from './layout.ts'
import type { SourceText } from './parse.ts'
import { lineOf, placeOf } from './text.ts'

/** Faults with lines and columns. */
export async function placeAll(
  faults: readonly Fault[],
  texts: ReadonlyMap<string, SourceText>,
): Promise<readonly Diagnostic[]> {
  const layouts = new Map<string, Layout>()
  for (const { at, related } of faults)
    for (const spot of related ? [at, related] : [at]) {
      const source = texts.get(spot.file)
      if (source && !layouts.has(spot.file)) layouts.set(spot.file, await layoutOf(source))
    }
  const locate = (spot: Spot): Located | undefined => {
    const layout = layouts.get(spot.file)
    const source = texts.get(spot.file)
    return layout && source ? locateIn(layout, source.text, spot) : undefined
  }
  return faults.map(({ severity, code, message, at, suggestion, related }) => {
    const other = related && locate(related)?.place
    return {
      severity,
      code,
      message,
      ...locate(at),
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(other ? { related: other } : {}),
    }
  })
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

function locateIn(layout: Layout, text: string, { file, path, key }: Spot): Located {
  const [start, end] = find(layout, path, key ?? false)
  const place = { file, ...placeOf(text, start) }
  const firstLine = /^[^\r\n]*/.exec(text.slice(start, Math.min(end, start + 200)))?.[0] ?? ''
  return {
    place,
    line: lineOf(text, place.line),
    length: Math.max(1, [...firstLine.trimEnd()].length),
  }
}
