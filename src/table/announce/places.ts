/** One key in several places: which of the rows is the one to do something about. */
import type { Peer, Route } from '../../model/announcement.ts'

type Row = Peer | Route

/** True if two rows of one key stand in the same place: with the same speaker, and in the same table of it. */
export function isSamePlace(a: Row, b: Row): boolean {
  return a.speaker === b.speaker && a.api === b.api && tableOf(a) === tableOf(b)
}

function tableOf(row: Row): number | undefined {
  return 'table' in row ? row.table : undefined
}

/** A row of each key, and what stands beside it in the place where it is wanted. */
export interface Places<R extends Row> {
  readonly shown: Map<string, R>
  /** Rows of ours as they stand where they are wanted, by key, where another is shown. */
  readonly hidden: Map<string, R>
}

/**
 * Rows of all places as one of each key: what was left behind somewhere before what stands where it is
 * wanted, or nobody would ever take it back; but not before what somebody else has there, which would be
 * overwritten. What others have in other places is of interest only where there is nothing else.
 *
 * @param rows in each place; of those of one place the last counts.
 */
export function oneOfEach<R extends Row>(
  rows: Iterable<R>,
  keyOf: (row: R) => string,
  wanted: ReadonlyMap<string, R> = new Map(),
): Places<R> {
  const shown = new Map<string, R>()
  const others = new Map<string, R[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const first = shown.get(key)
    if (first === undefined) shown.set(key, row)
    else {
      const all = others.get(key) ?? [first]
      all.push(row)
      others.set(key, all)
    }
  }
  const hidden = new Map<string, R>()
  for (const [key, all] of others) {
    const wish = wanted.get(key)
    const isHome = (row: R): boolean => wish !== undefined && isSamePlace(row, wish)
    const home = all.findLast(row => isOurs(row) && isHome(row))
    const theirs = all.findLast(row => !isOurs(row) && isHome(row))
    const left = all.findLast(row => isOurs(row) && !isHome(row))
    const one = (home === undefined ? theirs : undefined) ?? left ?? home ?? all.at(-1)
    if (one !== undefined) shown.set(key, one)
    if (home !== undefined && one !== home) hidden.set(key, home)
  }
  return { shown, hidden }
}

function isOurs(row: Row): boolean {
  return !('owned' in row) || row.owned
}
