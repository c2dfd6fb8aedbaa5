/** Where the keys and values of a text stand: built from a syntax tree, asked by path. */
import type { Path } from './fault.ts'

/** A stretch of a text: offsets in UTF-16 units, the end not included. */
export type Range = readonly [start: number, end: number]

/** A value, the key that it stands under, and what is inside of it. */
export interface Layout {
  readonly key?: Range
  readonly value: Range
  readonly inside: Map<string | number, Layout>
}

/** Where a path stands; where it does not exist, the nearest table or list around it. */
export function find(layout: Layout, path: Path, key: boolean): Range {
  let at = layout
  for (const step of path) {
    const next = at.inside.get(step)
    if (!next) return at.key ?? at.value
    at = next
  }
  return key ? (at.key ?? at.value) : at.value
}
