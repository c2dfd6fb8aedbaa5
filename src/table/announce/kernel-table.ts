/** Announcing by a routing table of the kernel, which the BIRD or FRR of this host redistributes. */
import type { Route } from '../../model/announcement.ts'
import { type ChangeOf, describeChange, type Failure } from '../../model/change.ts'
import { errnoName, kernelError } from '../../netlink/errno.ts'
import { type Netlink, openNetlink, protocol } from '../../netlink/socket.ts'
import type { Speaker, SpeakerChange } from './speaker.ts'
import {
  decodeRoute,
  type Entry,
  encodeDeleteRoute,
  encodeGetRoutes,
  encodePutRoute,
  type StandingEntry,
} from './wire.ts'

/** The table where a configuration names none. */
export const usualTable = 198

/** RT_TABLE_DEFAULT, RT_TABLE_MAIN, RT_TABLE_LOCAL: what others have there is this host's routing. */
const tablesOfTheHost: ReadonlySet<number> = new Set([253, 254, 255])

export interface KernelTableOptions {
  /** Closed by `close`. */
  readonly netlink?: Netlink
  /** The table whose routes of others are read, too, beside the tables that changes name. */
  readonly table?: number
}

type RouteChange = ChangeOf<'route'>

/** A message for the kernel, for the sake of a change. */
interface Step {
  readonly change: RouteChange
  readonly does: 'add' | 'put' | 'delete'
  readonly entry: Entry
}

/**
 * The speaker `table`: a route of our protocol for each prefix. It knows neither peers nor
 * attributes; a route there says only that the prefix is here. Routes stand until they are deleted,
 * whoever dies.
 *
 * `create` fails with kind `stale` (EEXIST) where somebody else's route to that prefix stands in the
 * table; `adopt` and `update` put ours in its place.
 */
export function kernelTableSpeaker(options: KernelTableOptions = {}): Speaker {
  const netlink = options.netlink ?? openNetlink(protocol.route)
  const home = options.table ?? usualTable
  const tables = new Set([home])
  return {
    name: 'table',
    async read() {
      return { peers: [], routes: await readRoutes(netlink, home, tables) }
    },
    async apply(changes) {
      const steps = changes.flatMap(change => stepsOf(routeChange(change)))
      for (const { entry } of steps) tables.add(entry.table)
      return write(netlink, steps)
    },
    status: async () => [],
    async close(how) {
      try {
        if (how === 'withdraw') await withdrawAll(netlink)
      } finally {
        netlink.close()
      }
    },
  }
}

/**
 * Those of others come first and those of ours in other tables last: where one prefix stands in
 * several places, the last is the one to do something about.
 */
async function readRoutes(
  netlink: Netlink,
  home: number,
  tables: ReadonlySet<number>,
): Promise<readonly Route[]> {
  const foreign: StandingEntry[] = []
  for (const table of tables) {
    if (tablesOfTheHost.has(table)) continue
    const entries = await netlink.scan(
      `read routing table ${table}`,
      w => encodeGetRoutes(w, { table }),
      decodeRoute,
    )
    foreign.push(...entries.filter(entry => !entry.owned && entry.table === table))
  }
  const ours = await readOurs(netlink)
  return [
    ...foreign,
    ...ours.filter(({ table }) => table === home),
    ...ours.filter(({ table }) => table !== home),
  ].map(rowOf)
}

async function readOurs(netlink: Netlink): Promise<readonly StandingEntry[]> {
  const entries = await netlink.scan('read routes of slb', w => encodeGetRoutes(w, {}), decodeRoute)
  return entries.filter(entry => entry.owned)
}

function rowOf({ table, address, prefix, owned }: StandingEntry): Route {
  return {
    speaker: 'table',
    address,
    prefix,
    communities: [],
    largeCommunities: [],
    prepend: 0,
    table,
    owned,
  }
}

function routeChange(change: SpeakerChange): RouteChange {
  if (change.kind === 'route' && change.op !== 'drain') return change
  throw new Error(`a routing table cannot ${describeChange(change)}`)
}

function entryOf({ address, prefix, table }: Route): Entry {
  return { address, prefix, table: table ?? usualTable }
}

/** A route that moves stands in its new table before it leaves the old one. */
function stepsOf(change: RouteChange): readonly Step[] {
  const { op, row, from } = change
  const entry = entryOf(row)
  if (op === 'delete') return [{ change, does: 'delete', entry }]
  if (op === 'create') return [{ change, does: 'add', entry }]
  const put: Step = { change, does: 'put', entry }
  if (from === undefined || !from.owned || entryOf(from).table === entry.table) return [put]
  return [put, { change, does: 'delete', entry: entryOf(from) }]
}

/** One failure a change, the first. */
async function write(netlink: Netlink, steps: readonly Step[]): Promise<readonly Failure[]> {
  const batch = netlink.batch<Step>()
  for (const step of steps) {
    if (batch.full()) await batch.flush()
    if (step.does === 'delete') encodeDeleteRoute(batch.writer, step.entry)
    else encodePutRoute(batch.writer, step.entry, step.does === 'put')
    batch.commit(step)
  }
  await batch.flush()
  const failures = new Map<RouteChange, Failure>()
  for (const { tag, errno, text } of batch.failures) {
    const { change } = tag
    if (!failures.has(change)) failures.set(change, { change, error: errorOf(tag, errno, text) })
  }
  return [...failures.values()]
}

async function withdrawAll(netlink: Netlink): Promise<void> {
  const ours = await readOurs(netlink)
  const deletes = ours.map(
    (entry): RouteChange => ({ op: 'delete', kind: 'route', row: rowOf(entry) }),
  )
  const [failure] = await write(netlink, deletes.flatMap(stepsOf))
  if (failure !== undefined) throw failure.error
}

function errorOf({ change, entry, does }: Step, errno: number, text: string | undefined) {
  const what = describeChange(change)
  switch (errnoName(errno)) {
    case 'EEXIST':
      return kernelError(errno, what, {
        text,
        words: `table ${entry.table} has a route to it already`,
        hint: `look who made it: ip route show table ${entry.table}`,
      })
    case 'ESRCH':
    case 'ENOENT':
      return kernelError(errno, what, {
        text,
        words: does === 'delete' ? `table ${entry.table} has no such route of ours` : 'it is gone',
      })
    case 'EOPNOTSUPP':
    case 'EAFNOSUPPORT':
      return kernelError(errno, what, { text, words: 'this kernel does not do its address family' })
    default:
      return kernelError(errno, what, { text })
  }
}
