/**
 * A State as text that people read and tests compare, and back.
 *
 * The two functions are exact inverses: `fromText(toText(state))` holds the same rows, and
 * `toText(fromText(text))` is the same text if its lines were in canonical order. Blank lines and
 * lines that begin with `#` are comments.
 */
import type { Diagnostic } from '../model/diagnostic.ts'
import {
  compareDestinations,
  type Destination,
  keyOf,
  type Service,
  type ServiceId,
} from '../model/rows.ts'
import { type State, type TopKind, topKinds } from '../model/state.ts'
import { parseArp, parsePeer, parseRoute } from './snapshot-announcement.ts'
import * as parse from './snapshot-parse.ts'
import { lineOf } from './snapshot-print.ts'
import { LineFault, Words } from './snapshot-words.ts'

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1

/** The rows of one kind in canonical order: by the code units of their keys. */
export function sorted<Row>(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows].sort(byKey).map(([, row]) => row)
}

/** Writes a State, kinds in building order and rows by key: one line a row, a line feed behind each. */
export function toText(state: State): string {
  const lines: string[] = []
  for (const kind of topKinds) {
    const line = lineOf[kind] as (row: unknown) => string
    for (const row of sorted<unknown>(state[kind])) {
      lines.push(line(row))
      if (kind === 'service')
        for (const one of (row as Service).destinations) lines.push(lineOf.destination(one))
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** What was read from a snapshot. The state lacks the rows of faulty lines: use it only without diagnostics. */
export interface Snapshot {
  readonly state: State
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads what `toText` writes. Lines may stand in any order, but destinations follow their service. */
export function fromText(text: string, file = 'snapshot'): Snapshot {
  const rows = new Map<TopKind, Map<string, unknown>>(topKinds.map(kind => [kind, new Map()]))
  const diagnostics: Diagnostic[] = []
  let open: OpenService | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue
    try {
      const words = new Words(line)
      if (words.take('->')) {
        addDestination(open, words)
      } else {
        open = undefined
        const kind = words.oneOf('a kind of row', topKinds)
        const row = parseRow[kind](words)
        words.end()
        const key = (keyOf[kind] as (row: unknown) => string)(row)
        const known = rows.get(kind)
        if (known?.has(key)) throw new LineFault(1, `${key} stands here twice`)
        if (kind === 'service') open = openService(row as Service)
        known?.set(key, open?.row ?? row)
      }
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      const place = { file, line: index + 1, column: error.column }
      diagnostics.push({
        severity: 'error',
        code: 'snapshot-syntax',
        message: error.message,
        place,
        line,
      })
    }
  }
  return { state: Object.fromEntries(rows) as unknown as State, diagnostics }
}

/** A service that still takes destinations; `destinations` is the array inside `row`. */
interface OpenService {
  readonly id: ServiceId
  readonly row: Service
  readonly destinations: Destination[]
}

function openService(row: Service): OpenService {
  const destinations: Destination[] = []
  return { id: row.id, row: { ...row, destinations }, destinations }
}

function addDestination(open: OpenService | undefined, words: Words): void {
  if (open === undefined) throw new LineFault(1, 'a destination stands below its service')
  const row = parse.parseDestination(words, open.id)
  words.end()
  const { destinations } = open
  let at = destinations.length
  while (at > 0) {
    const order = compareDestinations(destinations[at - 1] ?? row, row)
    if (order === 0) throw new LineFault(1, `${keyOf.destination(row)} stands here twice`)
    if (order < 0) break
    at--
  }
  destinations.splice(at, 0, row)
}

const parseRow: { readonly [K in TopKind]: (words: Words) => unknown } = {
  sysctl: parse.parseSysctl,
  timeouts: parse.parseTimeouts,
  sync: parse.parseSync,
  link: parse.parseLink,
  service: parse.parseService,
  address: parse.parseAddress,
  snat: parse.parseSnat,
  arp: parseArp,
  peer: parsePeer,
  route: parseRoute,
}
