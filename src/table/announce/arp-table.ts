/** What is announced to the neighbours on links, as a table. */
import type { Announcer } from '../../l2/announcer.ts'
import { type Arp, arpKey } from '../../model/announcement.ts'
import type { Change, ChangeOf, Failure } from '../../model/change.ts'
import type { Ip } from '../../model/ip.ts'
import type { Table } from '../table.ts'

export interface ArpTableOptions {
  /** Reads the addresses that this host has and may use. Absent = whatever is announced stands here. */
  readonly addresses?: () => Promise<Iterable<Ip>>
  /** Whether this process stays, so that announcements are repeated; if not, `addresses` is needed. */
  readonly repeats?: boolean
}

/**
 * The table of kind `arp`.
 *
 * In a process that stays, what the announcer has in mind and this host still has is what stands. An
 * address that it has lost is forgotten, so that it is not taken from whoever has it now, and announced
 * from the beginning when it comes back.
 *
 * Otherwise nobody can know what was announced once: there a row of those asked for (`scope.announced`)
 * stands exactly if its address does. So the apply that adds an address announces it, and the next one
 * finds nothing to do. `apply` then returns when the first burst is out.
 *
 * A link that is down is no failure: its addresses are announced when it comes up. One that is not there
 * (`missing`) or cannot do it (`invalid`) is, and so is a missing privilege (`denied`).
 *
 * @param announcer closed by `close`
 */
export function arpTable(
  announcer: Announcer,
  { addresses, repeats = addresses === undefined }: ArpTableOptions = {},
): Table {
  return {
    kinds: ['arp'],
    async read(scope) {
      const rows = repeats ? announcer.standing() : (scope?.announced ?? [])
      if (rows.length === 0 || addresses === undefined) return { arp: byKey(rows) }
      const here = new Set(await addresses())
      if (repeats) announcer.forget(rows.filter(({ address }) => !here.has(address)))
      return { arp: byKey(rows.filter(({ address }) => here.has(address))) }
    },
    async apply(changes) {
      const failures: Failure[] = []
      for (const run of runsOf(changes)) {
        const rows = run.map(({ row }) => row)
        if (run[0]?.op === 'delete') {
          announcer.forget(rows)
          continue
        }
        const refused = new Map(announcer.announce(rows).map(({ row, error }) => [row, error]))
        for (const change of run) {
          const error = refused.get(change.row)
          if (error !== undefined) failures.push({ change, error })
        }
      }
      if (!repeats) await announcer.settled()
      return failures
    },
    close: () => announcer.close(),
  }
}

function byKey(rows: readonly Arp[]): ReadonlyMap<string, Arp> {
  return new Map(rows.map(row => [arpKey(row), row]))
}

/** Neighbours of one sort: those that come and those that go, in their order. */
function runsOf(changes: readonly Change[]): ChangeOf<'arp'>[][] {
  const runs: ChangeOf<'arp'>[][] = []
  for (const change of changes) {
    if (change.kind !== 'arp' || change.op === 'drain')
      throw new Error(`a table of announcements cannot ${change.op} a ${change.kind}`)
    const last = runs.at(-1)
    if (last !== undefined && (last[0]?.op === 'delete') === (change.op === 'delete'))
      last.push(change)
    else runs.push([change])
  }
  return runs
}
