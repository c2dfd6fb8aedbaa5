/**
 * What must be true after an apply, said without the planner: from the rows before, the rows after,
 * and what was wanted.
 */
import * as assert from 'uvu/assert'
import type { Preview, Round } from '../../src/engine/reconcile.ts'
import type { Conflict } from '../../src/model/desired.ts'
import type { Ip } from '../../src/model/ip.ts'
import {
  type Address,
  type Destination,
  keyOf,
  type Service,
  type Sync,
} from '../../src/model/rows.ts'
import { type State, type TopKind, topKinds } from '../../src/model/state.ts'
import type { Wanted } from '../../src/plan/types.ts'
import { lineOf } from '../../src/table/snapshot-print.ts'

/** A row as text, a service with its destinations: two rows are the same if their texts are. */
export function textOf(kind: TopKind, row: unknown): string {
  const line = (lineOf[kind] as (row: unknown) => string)(row)
  if (kind !== 'service') return line
  return [line, ...(row as Service).destinations.map(lineOf.destination)].join('\n')
}

/** Keys of rows that earlier applies made or took over; of services, with their drain time. */
export type Ours = ReadonlyMap<string, number>

/** True if slb may change the row: it carries the mark, or slb made it. */
export function isOurs(kind: TopKind, key: string, state: State, ours: Ours): boolean {
  const row = state[kind].get(key)
  if (row !== undefined && 'owned' in row && row.owned) return true
  // Our nftables table is ours alone; switches and timeouts are nobody's: they are set, never removed.
  // What is announced by our own speakers is ours alone, too.
  return kind === 'snat' || kind === 'arp' || kind === 'peer' || ours.has(key)
}

/** What is ours after an apply, if it is there: what was already, what is marked, what was wanted. */
export function oursAfter({ ours, after, wanted, round }: Outcome): Ours {
  const refused = new Set(round.left.refused.map(one => one.key))
  const keys = new Map<string, number>()
  for (const kind of ['service', 'link', 'address', 'sync'] as const)
    for (const [key, row] of after[kind]) {
      const drain = wanted.policies.get(key)?.drain ?? ours.get(key) ?? 60_000
      const marked = 'owned' in row && row.owned
      const mine = marked || ours.has(key) || wanted.state[kind].has(key)
      if (mine && !refused.has(key)) keys.set(key, drain)
    }
  return keys
}

export interface Outcome {
  readonly before: State
  readonly after: State
  /** What was ours before. */
  readonly ours: Ours
  readonly wanted: Wanted
  readonly conflict: Conflict
  readonly round: Pick<Round, 'left'>
  /** Keys that may be other than wanted. */
  readonly excused?: ReadonlySet<string>
}

/** Everything that is wanted stands as wanted, but for what the plan names as refused or waiting. */
export function checkWanted({ before, after, wanted, round, ...rest }: Outcome): void {
  const excused = new Set([...round.left.refused, ...round.left.pending].map(one => one.key))
  for (const key of rest.excused ?? []) excused.add(key)
  for (const kind of topKinds)
    for (const [key, row] of wanted.state[kind]) {
      if (excused.has(key) || isExcusedLink(kind, key, excused, wanted)) continue
      const have = after[kind].get(key)
      if (kind === 'timeouts') {
        assert.equal({ ...have, ...row }, have, `${key} is not as wanted`)
        continue
      }
      if (kind === 'sync' && 'maxlen' in row && row.maxlen === 0 && have) {
        const { maxlen } = have as Sync
        assert.is(textOf(kind, have), textOf(kind, { ...row, maxlen }), `${key} is not as wanted`)
        continue
      }
      const marks = kind !== 'address' || showsMarks(before)
      const shown = have && comparable(kind, have, marks)
      assert.is(shown, comparable(kind, row, marks), `${key} is not as wanted`)
    }
}

/** A kernel none of whose addresses is marked may be too old for marks: there the journal alone knows. */
function showsMarks(state: State): boolean {
  return [...state.address.values()].some(row => row.owned)
}

/** Text without what is not configuration: how an IPv6 address was added. */
function comparable(kind: TopKind, row: unknown, marks: boolean): string {
  if (kind !== 'address') return textOf(kind, row)
  const { owned, ...address } = row as Address
  return textOf(kind, { ...address, nodad: false, owned: owned && marks })
}

/** A link is not made for addresses that cannot come. */
function isExcusedLink(kind: TopKind, key: string, excused: Set<string>, wanted: Wanted): boolean {
  if (kind === 'snat') return excused.has(key.slice('snat '.length))
  if (kind !== 'link') return excused.has(`link ${key.split(' ')[1]}`)
  const users = [...wanted.state.address].filter(([, row]) => `link ${row.link}` === key)
  return users.every(([one]) => excused.has(one))
}

/** Nothing of anybody else's was changed or removed, but for keys that are wanted and may be taken over. */
export function checkForeign({ before, after, ours, wanted, conflict }: Outcome): void {
  const wantedIps = new Set([...wanted.state.address.values()].map(row => row.address))
  for (const kind of topKinds)
    for (const [key, row] of before[kind]) {
      if (isOurs(kind, key, before, ours) || kind === 'timeouts') continue
      if (kind === 'sysctl' && wanted.state.sysctl.has(key)) continue
      if (conflict !== 'refuse' && wanted.state[kind].has(key)) continue
      if (conflict === 'force' && 'address' in row && wantedIps.has(row.address)) continue
      const now = after[kind].get(key)
      assert.is(now && textOf(kind, now), textOf(kind, row), `${key} was not ours`)
    }
}

/** Nothing of ours is left that is not wanted, but for what the plan says about it. */
export function checkLeftovers({ before, after, ours, wanted, round }: Outcome): void {
  const pending = new Set(round.left.pending.map(one => one.key))
  const removable = ['service', 'link', 'address', 'snat', 'sync', 'arp', 'peer', 'route'] as const
  for (const kind of removable)
    for (const [key, row] of after[kind]) {
      if (wanted.state[kind].has(key) || pending.has(key)) continue
      if (round.left.notes.some(note => note.startsWith(key))) continue
      const mine = isOurs(kind, key, before, ours) || ('owned' in row && row.owned)
      assert.not(mine, `${key} is ours, not wanted, and still there`)
    }
}

/**
 * The fewest writes that lead from one State to another. A drained destination takes one more.
 *
 * `most` = with one more for each address on a link that goes: while another one there waits for
 * its drain, it need not wait along.
 */
export function fewestWrites(
  before: State,
  after: State,
  drainOf: (service: string) => number,
): { least: number; most: number } {
  let along = 0
  let writes = before.timeouts.size > 0 && differ('timeouts', 'timeouts', before, after) ? 1 : 0
  for (const kind of ['sysctl', 'sync', 'link', 'snat', 'address', 'arp', 'peer', 'route'] as const)
    for (const key of keysOf(kind, before, after)) {
      if (!differ(kind, key, before, after)) continue
      const from = before.address.get(key)
      // The kernel takes the addresses of a link down with it.
      if (from && before.link.has(`link ${from.link}`) && !after.link.has(`link ${from.link}`))
        along++
      else writes += isReplaced(kind, key, before, after) ? 2 : 1
    }
  for (const key of keysOf('service', before, after))
    writes += serviceWrites(before.service.get(key), after.service.get(key), drainOf(key) > 0)
  return { least: writes, most: writes + along }
}

/** True of what cannot be changed where it stands: a sync daemon, and what another speaker tells. */
function isReplaced(kind: TopKind, key: string, before: State, after: State): boolean {
  const from = before[kind].get(key)
  const to = after[kind].get(key)
  if (from === undefined || to === undefined) return false
  if (kind === 'sync') return true
  const place = (row: object): string =>
    JSON.stringify(['speaker', 'table', 'api'].map(name => Reflect.get(row, name) ?? null))
  return place(from) !== place(to)
}

function serviceWrites(
  from: Service | undefined,
  to: Service | undefined,
  drains: boolean,
): number {
  const live = (rows: readonly Destination[]): number => rows.filter(row => row.weight > 0).length
  if (from === undefined) return to === undefined ? 0 : 1 + to.destinations.length
  if (to === undefined) return 1 + (drains ? live(from.destinations) : 0)
  let writes = lineOf.service(from) === lineOf.service(to) ? 0 : 1
  const left = new Map(from.destinations.map(row => [keyOf.destination(row), row]))
  for (const row of to.destinations) {
    const old = left.get(keyOf.destination(row))
    left.delete(keyOf.destination(row))
    if (old === undefined || lineOf.destination(old) !== lineOf.destination(row)) writes++
  }
  return writes + left.size + (drains ? live([...left.values()]) : 0)
}

function keysOf(kind: TopKind, before: State, after: State): Set<string> {
  return new Set([...before[kind].keys(), ...after[kind].keys()])
}

function differ(kind: TopKind, key: string, before: State, after: State): boolean {
  const from = before[kind].get(key)
  const to = after[kind].get(key)
  return (from && textOf(kind, from)) !== (to && textOf(kind, to))
}

/** What waits has something to wait for: an address for services that are all refused, or its link. */
export function checkPending({ wanted, round, after }: Outcome): void {
  const refused = new Set(round.left.refused.map(one => one.key))
  const there = new Set(Array.from(after.address.values(), row => row.address))
  for (const { key, reason } of round.left.pending) {
    if (wanted.state.route.has(key) || wanted.state.arp.has(key)) {
      const [, ip] = /^waits for the address (.*)$/.exec(reason) ?? []
      // An address that others put up is not there before they do.
      if (ip !== undefined) assert.not(there.has(ip as Ip), `${key} ${reason} in vain`)
      else assert.ok(refused.has(reason.slice('waits for '.length)), `${key} ${reason} in vain`)
      continue
    }
    const address = wanted.state.address.get(key)?.address
    const services = [...wanted.state.service.values()].filter(row => row.id.address === address)
    const open = services.filter(row => !refused.has(row.id.key))
    if (reason.startsWith('waits for link'))
      assert.ok(refused.has(reason.slice('waits for '.length)), `${key} ${reason} in vain`)
    else if (reason.startsWith('waits for')) assert.is(open.length, 0, `${key} ${reason} in vain`)
  }
}

/** The plan refuses only what somebody else holds. */
export function checkRefusals({ before, ours }: Outcome, { plan }: Pick<Preview, 'plan'>): void {
  for (const { key, kind } of plan.refused) {
    if (kind === 'destination') assert.unreachable(`${key}: a destination belongs to its service`)
    if (kind === 'address') {
      const ip = key.split(' ')[2]?.split('/')[0]
      const holders = [...before.address].filter(([, row]) => row.address === ip)
      assert.ok(
        holders.some(([one]) => !isOurs('address', one, before, ours)),
        `${key} is refused though nobody holds it`,
      )
      continue
    }
    assert.ok(before[kind as TopKind].has(key), `${key} is refused though it is not there`)
    assert.not(isOurs(kind as TopKind, key, before, ours), `${key} is ours and refused`)
  }
}
