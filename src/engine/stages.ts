/** Hand the changes of a plan to the tables, stage by stage, and stop where something failed. */
import { type Change, changeKey, type Failure } from '../model/change.ts'
import { endpoint } from '../model/ip.ts'
import type { Destination, Kind, Service, ServiceId } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import { stage, stageOf } from '../plan/order.ts'
import type { Table } from '../table/table.ts'
import { type Live, observeAgain } from './live.ts'

/** What was done in one go. */
export interface Pass {
  /** The changes of the stages that were reached, and of them also what was no longer ours to delete. */
  readonly tried: readonly Change[]
  readonly failures: readonly Failure[]
  /** Services that were touched, by key. */
  readonly touched: ReadonlyMap<string, ServiceId>
}

export interface StageOptions {
  readonly progress?: (done: number) => void
  /** How long the network is given after a withdrawal, in milliseconds. */
  readonly settle?: number
}

/** True if the network has just been told to go elsewhere, and what it was led to is to go next. */
function isWithdrawn(done: readonly Change[], then: readonly Change[]): boolean {
  const told = done.some(({ kind, op }) => op === 'delete' && (kind === 'route' || kind === 'arp'))
  const goes = (change: Change): boolean =>
    stageOf(change) === stage.drain || (change.op === 'delete' && change.kind === 'service')
  return told && then.some(goes)
}

/**
 * Applies changes in their order. After a stage with failures the rest is left undone: whoever
 * called plans again, with what it then knows.
 *
 * @param seen the State that the changes were planned from.
 */
export async function applyStages(
  changes: readonly Change[],
  live: Live,
  seen: State,
  { progress, settle = 0 }: StageOptions = {},
): Promise<Pass> {
  const tried: Change[] = []
  const failures: Failure[] = []
  const touched = new Map<string, ServiceId>()
  let start = 0
  while (start < changes.length && failures.length === 0) {
    const end = endOfStage(changes, start)
    let rows: readonly Change[] = changes.slice(start, end)
    // What is left out now is read again, too: the plan that left it to be done is out of date.
    for (const change of rows) touch(change, touched)
    rows = uncovered(rows)
    for (const change of rows) tried.push(change)
    const first = rows[0]
    if (first !== undefined && stageOf(first) >= stage.drain)
      rows = await stillOurs(rows, live, seen)
    for (const { table, batch } of batches(rows, live.tables))
      for (const failure of await table.apply(batch)) failures.push(failure)
    start = end
    progress?.(start)
    if (settle > 0 && failures.length === 0 && isWithdrawn(rows, changes.slice(start)))
      await live.clock.sleep(settle)
  }
  return { tried, failures, touched }
}

function endOfStage(changes: readonly Change[], start: number): number {
  const first = changes[start]
  if (first === undefined) return start
  const current = stageOf(first)
  let end = start
  for (; end < changes.length; end++) {
    const change = changes[end]
    if (change === undefined || stageOf(change) !== current) break
  }
  return end
}

/** Without what the kernel removes by itself: destinations of a deleted service, addresses of a deleted link. */
function uncovered(changes: readonly Change[]): readonly Change[] {
  const gone = new Set<string>()
  for (const change of changes) {
    if (change.op !== 'delete') continue
    if (change.kind === 'service') gone.add(change.row.id.key)
    if (change.kind === 'link') gone.add(change.row.name)
  }
  if (gone.size === 0) return changes
  return changes.filter(change => {
    if (change.op !== 'delete') return true
    if (change.kind === 'destination') return !gone.has(change.row.service.key)
    // A link on which an address without our mark is left counts as inhabited, and stays.
    if (change.kind === 'address') return !change.row.owned || !gone.has(change.row.link)
    return true
  })
}

/**
 * Reads the services that are about to lose something once more, and leaves out what is no longer
 * what the plan saw. IPVS dumps taken while others write can be wrong, and others may have replaced
 * a service or raised a drained weight since: nothing is quieted or deleted on the word of one read.
 */
async function stillOurs(
  changes: readonly Change[],
  live: Live,
  seen: State,
): Promise<readonly Change[]> {
  const ids = new Map<string, ServiceId>()
  for (const change of changes) touch(change, ids)
  if (ids.size === 0) return changes
  // Nobody waits for links, addresses or nftables to be read: the connections of clients do.
  const now = await observeAgain(live, seen, { services: ids, kinds: new Set(['service']) }, {})
  return changes.filter(change => {
    const id = serviceOf(change)
    if (id === undefined) return true
    const row = now.service.get(id.key)
    const before = seen.service.get(id.key)
    if (row === undefined || row.owned !== before?.owned) return false
    return change.op !== 'delete' || !isRaised(change, row, before)
  })
}

/** True if something that was drained got its weight back since the plan was made. */
function isRaised(change: Change, now: Service, before: Service): boolean {
  const quiet = new Set<string>()
  for (const row of before.destinations)
    if (row.weight === 0) quiet.add(endpoint(row.address, row.port))
  const raised = (row: Destination): boolean =>
    row.weight > 0 && quiet.has(endpoint(row.address, row.port))
  if (change.kind === 'service') return now.destinations.some(raised)
  return now.destinations.some(
    row =>
      change.kind === 'destination' &&
      row.address === change.row.address &&
      row.port === change.row.port &&
      raised(row),
  )
}

function serviceOf(change: Change): ServiceId | undefined {
  if (change.kind === 'service') return change.row.id
  return change.kind === 'destination' ? change.row.service : undefined
}

function touch(change: Change, into: Map<string, ServiceId>): void {
  const id = serviceOf(change)
  if (id !== undefined) into.set(id.key, id)
}

/** Runs of changes that go to the same table, in order. */
function* batches(
  changes: readonly Change[],
  tables: readonly Table[],
): Generator<{ table: Table; batch: readonly Change[] }> {
  const homes = new Map<Kind, Table>()
  for (const table of tables) for (const kind of table.kinds) homes.set(kind, table)
  let start = 0
  while (start < changes.length) {
    const table = homeOf(changes[start], homes)
    let end = start + 1
    while (end < changes.length && homeOf(changes[end], homes) === table) end++
    if (table !== undefined) yield { table, batch: changes.slice(start, end) }
    start = end
  }
}

function homeOf(change: Change | undefined, homes: ReadonlyMap<Kind, Table>): Table | undefined {
  if (change === undefined) return undefined
  const table = homes.get(change.kind)
  if (table === undefined) throw new Error(`no table for ${changeKey(change)}`)
  return table
}
