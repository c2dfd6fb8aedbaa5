/** The kernel's links and addresses. */
import { release } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { Change, Failure } from '../../model/change.ts'
import { type Address, keyOf, type Link } from '../../model/rows.ts'
import { type Netlink, openNetlink, protocol } from '../../netlink/socket.ts'
import { readSysctl } from '../sysctl.ts'
import type { Table } from '../table.ts'
import { type AddressChange, putAddresses, removeAddresses } from './addresses.ts'
import { type Ask, askNeighbours, refuseDuplicates } from './claim.ts'
import { type Patience, settleDad } from './dad.ts'
import { type LinkChange, putLinks, removeLinks } from './links.ts'
import { readAddresses, readLinks } from './read.ts'

/** Detection takes at most about two seconds with the kernel's own settings. */
const patience: Patience = {
  now: () => performance.now(),
  sleep: milliseconds => setTimeout(milliseconds),
  limit: 4000,
}

/**
 * The table of kinds `link` and `address`, over rtnetlink.
 *
 * `apply` waits for IPv6 duplicate-address detection of what it added without `nodad`: an address
 * that another host has is a failure of kind `duplicate-address`. It stays in the kernel,
 * unused, and reads as `dadFailed`. One that the kernel has not decided about in time, for want of a
 * carrier, is a failure of kind `timeout`, and stays, too.
 *
 * An IPv4 address that says where to ask (`probe`) is added if nobody there has it: all of one apply are
 * asked about together, in 0.6 s. One that another host has is a failure of kind `duplicate-address`.
 *
 * Kernels before 5.18 do not keep our mark of addresses: there every address reads as not owned.
 *
 * @param netlink closed by `close`
 * @param ask asks the neighbours for addresses
 */
export function addressTable(
  netlink: Netlink = openNetlink(protocol.route),
  wait: Patience = patience,
  ask: Ask = askNeighbours(wait.sleep),
): Table {
  return {
    kinds: ['link', 'address'],
    async read() {
      return readRows(netlink)
    },
    async apply(changes) {
      const { steps, origins } = unfold(changes)
      const failures = new Map<Change, Failure>()
      for (const run of runsOf(steps))
        for (const { change, error } of await applyRun(netlink, run, wait, ask)) {
          const origin = origins.get(change) ?? change
          if (!failures.has(origin)) failures.set(origin, { change: origin, error })
        }
      return [...failures.values()]
    },
    close: () => netlink.close(),
  }
}

function readRows(netlink: Netlink): {
  link: ReadonlyMap<string, Link>
  address: ReadonlyMap<string, Address>
} {
  const link = new Map<string, Link>()
  const names = new Map<number, string>()
  for (const { index, carrier, row } of readLinks(netlink)) {
    link.set(keyOf.link(row), { ...row, epoch: `${index}.${carrier}` })
    names.set(index, row.name)
  }
  const address = new Map<string, Address>()
  for (const entry of readAddresses(netlink)) {
    const name = names.get(entry.index)
    // A link that came between the two reads: the next read has both.
    if (name === undefined) continue
    const row = rowOf(name, entry)
    address.set(keyOf.address(row), row)
  }
  return { link, address }
}

function rowOf(link: string, entry: Omit<Address, 'link'>): Address {
  const { address, prefix, nodad, dadFailed, owned } = entry
  return { link, address, prefix, nodad, dadFailed, owned }
}

/** `replace` as `delete` and `create`; `origins` says which change a step is a part of. */
function unfold(changes: readonly Change[]): {
  steps: readonly Change[]
  origins: ReadonlyMap<Change, Change>
} {
  const origins = new Map<Change, Change>()
  const steps = changes.flatMap(change => {
    if (change.op !== 'replace') return [change]
    const parts = [
      { ...change, op: 'delete', row: change.from ?? change.row } as Change,
      { ...change, op: 'create' } as Change,
    ]
    for (const part of parts) origins.set(part, change)
    return parts
  })
  return { steps, origins }
}

/** Neighbours that can go to the kernel together. Their order is kept. */
type Run =
  | { readonly kind: 'link'; readonly removes: boolean; readonly changes: LinkChange[] }
  | { readonly kind: 'address'; readonly removes: boolean; readonly changes: AddressChange[] }

function runsOf(changes: readonly Change[]): Run[] {
  const runs: Run[] = []
  for (const change of changes) {
    if (change.op === 'drain' || (change.kind !== 'link' && change.kind !== 'address'))
      throw new Error(`an address table cannot ${change.op} a ${change.kind}`)
    const removes = change.op === 'delete'
    const last = runs.at(-1)
    const joins = last?.removes === removes
    if (change.kind === 'link') {
      if (joins && last.kind === 'link') last.changes.push(change)
      else runs.push({ kind: 'link', removes, changes: [change] })
    } else if (joins && last.kind === 'address') last.changes.push(change)
    else runs.push({ kind: 'address', removes, changes: [change] })
  }
  return runs
}

async function applyRun(netlink: Netlink, run: Run, wait: Patience, ask: Ask): Promise<Failure[]> {
  if (run.kind === 'link')
    return run.removes
      ? removeLinks(netlink, run.changes, release())
      : putLinks(netlink, run.changes)
  if (run.removes) return removeAddresses(netlink, run.changes, promotesSecondaries)
  const refused = await refuseDuplicates(netlink, run.changes, ask)
  const claimed = without(run.changes, refused)
  const failures = await putAddresses(netlink, claimed)
  const added = without(claimed, failures)
  return [...refused, ...failures, ...(await settleDad(netlink, added, wait))]
}

function without(changes: AddressChange[], failures: readonly Failure[]): AddressChange[] {
  if (failures.length === 0) return changes
  const failed = new Set<Change>(failures.map(({ change }) => change))
  return changes.filter(change => !failed.has(change))
}

/** IN_DEV_PROMOTE_SECONDARIES in linux/inetdevice.h: the switch of all links, or of this one. */
function promotesSecondaries(link: string): boolean {
  return ['all', link.replaceAll('.', '/')].some(
    name => readSysctl(`net.ipv4.conf.${name}.promote_secondaries`) === '1',
  )
}
