/** A plan as text for people, line by line. */
import { type Change, changeKey } from '../model/change.ts'
import { endpoint } from '../model/ip.ts'
import { groupChanges, type Listener } from './group.ts'
import type { UsersByKey } from './impact.ts'
import { detailsOf, mark, type Paint, rowLine } from './line.ts'
import type { Present } from './present.ts'
import { remarks } from './remarks.ts'
import { summaryLine } from './summary.ts'
import type { Pending, Plan } from './types.ts'

export interface PrintOptions {
  readonly paint?: Paint
  /** Says what happens to connections; without it only how long a drain waits. */
  readonly users?: UsersByKey
  /** Show every line, however many are alike. */
  readonly verbose?: boolean
  /** Says how long unfinished drains have left. */
  readonly present?: Present
  /** What operators have asked for beside the files, a line each. */
  readonly asked?: readonly string[]
}

/** So many lines that say the same of different destinations are shown in full. */
const alikeShown = 10
/** So many services that are only created are shown in full. */
const createdShown = 20

const plain: Paint = (_, text) => text

/**
 * The lines of a plan, without line ends: changes by service, what is left alone and why, and the
 * summary as the last line.
 *
 * The symbol says what is done; a `!` before it says that it repairs what somebody changed. Lines
 * that are alike are counted instead of shown when there are many, unless `verbose`.
 */
export function* planLines(plan: Plan, options: PrintOptions = {}): Generator<string> {
  const paint = options.paint ?? plain
  const { waits, unfinished } = splitPending(plan)
  const { groups, hidden } = groupChanges(plan, options.verbose ? undefined : createdShown)
  for (const group of groups) {
    yield paint('title', group.title)
    const [first, then] = aroundServices(group.rows)
    for (const row of first) yield rowLine(plan, row, paint, options.users, waits)
    for (const listener of group.listeners)
      yield* listenerLines(plan, listener, paint, waits, options)
    for (const row of then) yield rowLine(plan, row, paint, options.users, waits)
    yield ''
  }
  if (hidden.services > 0) {
    const more = `... ${hidden.services} more services, ${hidden.changes} to add (-v shows all)`
    yield paint('quiet', more)
    yield ''
  }
  yield* remarks({ ...plan, pending: unfinished }, paint, options)
  yield paint('title', summaryLine(plan))
}

/** What is done before the virtual services, and what after them: reading order is execution order. */
function aroundServices(rows: readonly Change[]): readonly [readonly Change[], readonly Change[]] {
  const isFirst = ({ kind, op }: Change): boolean =>
    (op === 'delete' && (kind === 'arp' || kind === 'route')) ||
    (op !== 'delete' &&
      (kind === 'link' || kind === 'sysctl' || kind === 'timeouts' || kind === 'sync'))
  return [rows.filter(isFirst), rows.filter(row => !isFirst(row))]
}

/** What waits is said where it is planned; what is pending without a change has its own section. */
function splitPending(plan: Plan): {
  waits: ReadonlyMap<string, string>
  unfinished: readonly Pending[]
} {
  const waits = new Map<string, string>()
  if (plan.pending.length === 0) return { waits, unfinished: plan.pending }
  const reasons = new Map(plan.pending.map(one => [one.key, one.reason]))
  for (const change of plan.changes) {
    const key = changeKey(change)
    const reason = reasons.get(key)
    if (reason !== undefined) waits.set(key, reason)
  }
  return { waits, unfinished: plan.pending.filter(one => !waits.has(one.key)) }
}

function* listenerLines(
  plan: Plan,
  listener: Listener,
  paint: Paint,
  waits: ReadonlyMap<string, string>,
  { users, verbose }: PrintOptions,
): Generator<string> {
  if (listener.change === undefined) yield `     ${listener.key}`
  else yield rowLine(plan, listener.change, paint, users, waits)
  const names = listener.destinations.map(({ row }) => endpoint(row.address, row.port))
  const width = names.reduce((most, name) => Math.max(most, name.length), 0)
  const alike = new Map<string, Map<string, number>>()
  for (const [index, change] of listener.destinations.entries()) {
    const symbol = mark(change, paint)
    const details = detailsOf(plan, change, users)
    const times = tally(alike, symbol, details)
    if (times > alikeShown && !verbose) continue
    const name = names[index] ?? ''
    yield `    ${symbol} ${details === '' ? name : `${name.padEnd(width)}  ${details}`}`
  }
  if (verbose) return
  for (const [symbol, said] of alike)
    for (const [details, times] of said)
      if (times > alikeShown)
        yield `    ${symbol} ... ${times - alikeShown} more: ${details} (-v shows all)`
}

/** Counts a pair, and returns how often it was met by now. */
function tally(counts: Map<string, Map<string, number>>, symbol: string, details: string): number {
  const said = counts.get(symbol) ?? new Map<string, number>()
  counts.set(symbol, said)
  const times = (said.get(details) ?? 0) + 1
  said.set(details, times)
  return times
}
