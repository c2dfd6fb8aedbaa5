/** What is announced to the neighbours on links, as a table. */
import type { Announcer } from '../../l2/announcer.ts'
import { type Arp, arpKey } from '../../model/announcement.ts'
import type { Change, ChangeOf, Failure } from '../../model/change.ts'
import type { Ip } from '../../model/ip.ts'
import type { Table } from '../table.ts'

export interface ArpTableOptions {
  /**
   * Reads the addresses that stand on this host. Given where the process ends soon and repeats nothing,
   * as in `slb apply`.
   */
  readonly addresses?: () => Promise<Iterable<Ip>>
}

/**
 * The table of kind `arp`.
 *
 * In a process that stays, what the announcer has in mind is what stands. Otherwise nobody can know what
 * was announced once: there a row of those asked for (`scope.announced`) stands exactly if its address
 * stands on this host. So the apply that adds an address announces it, and the next one finds nothing to
 * do. `apply` then returns when the first burst is out.
 *
 * A link that is down is no failure: its addresses are announced when it comes up. One that is not there
 * (`missing`) or cannot do it (`invalid`) is, and so is a missing privilege (`denied`).
 *
 * @param announcer closed by `close`
 */
export function arpTable(announcer: Announcer, { addresses }: ArpTableOptions = {}): Table {
  return {
    kinds: ['arp'],
    async read(scope) {
      if (addresses === undefined) return { arp: byKey(announcer.standing()) }
      const asked = scope?.announced ?? []
      const here = new Set(asked.length === 0 ? [] : await addresses())
      return { arp: byKey(asked.filter(({ address }) => here.has(address))) }
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
      if (addresses !== undefined) await announcer.settled()
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
