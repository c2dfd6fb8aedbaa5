/** A reconciler on a system in memory: what the specs of the engine drive. */
import { type ApplyOptions, type Job, type Round, reconcile } from '../../src/engine/reconcile.ts'
import type { Clock } from '../../src/model/clock.ts'
import type { State } from '../../src/model/state.ts'
import type { Ledger, Policy, Wanted } from '../../src/plan/types.ts'
import type { History, HistoryEntry } from '../../src/state/history.ts'
import { emptyLedger, type Journal } from '../../src/state/journal.ts'
import { type MemoryOptions, type MemoryTable, memoryTable } from '../../src/table/memory.ts'
import { fromText, toText } from '../../src/table/snapshot.ts'

/** A State from snapshot text; a faulty text is a fault of the spec. */
export function state(text: string): State {
  const { state, diagnostics } = fromText(text)
  const first = diagnostics[0]
  if (first !== undefined) throw new Error(`${first.message}: ${first.line}`)
  return state
}

/** What is wanted, from snapshot text: every service belongs to `web` and drains for `drain` ms. */
export function wanted(text: string, drain = 0, policy: Partial<Policy> = {}): Wanted {
  const rows = state(text)
  const policies = new Map<string, Policy>()
  for (const key of rows.service.keys())
    policies.set(key, { name: 'web', drain, adopt: false, ...policy })
  const names = new Map<string, readonly string[]>()
  for (const key of [...rows.address.keys(), ...rows.link.keys()]) names.set(key, ['web'])
  return { state: rows, policies, names, reasons: new Map() }
}

/** A clock that stands still until somebody sleeps. */
export function stillClock(): Clock & { now: number } {
  const clock = {
    now: 1_000_000,
    monotonic: () => clock.now,
    wall: () => new Date(clock.now),
    async sleep(milliseconds: number) {
      clock.now += milliseconds
    },
  }
  return clock
}

export interface Rig {
  readonly table: MemoryTable
  readonly clock: Clock & { now: number }
  readonly entries: HistoryEntry[]
  ledger(): Ledger
  apply(wanted: Wanted, more?: Partial<Job & ApplyOptions>): Promise<Round>
  /** The rows that slb does not see as settings, as text. */
  text(): string
}

export function rig(have = '', options: MemoryOptions = {}): Rig {
  const table = memoryTable(state(have), options)
  const clock = stillClock()
  const entries: HistoryEntry[] = []
  let ledger: Ledger = emptyLedger
  const journal: Journal = {
    path: 'memory',
    read: () => ledger,
    write: next => {
      ledger = next
      return true
    },
  }
  const history: History = {
    list: () => entries,
    begin: entry => {
      const whole: HistoryEntry = {
        version: 1,
        number: entries.length + 1,
        ...entry,
        outcome: 'begun',
      }
      entries.unshift(whole)
      return whole
    },
    end: (entry, outcome) => {
      const place = entries.findIndex(one => one.number === entry.number)
      entries[place] = { ...entry, outcome }
    },
  }
  return {
    table,
    clock,
    entries,
    ledger: () => ledger,
    apply: (goal, more = {}) => {
      const job: Job = { wanted: goal, limits: { maxRemove: { share: 0.3 } }, conflict: 'refuse' }
      const how: ApplyOptions = {
        journal,
        history,
        cause: { kind: 'operator' as const, command: 'apply', user: 'test', files: [] },
        keep: 50,
        wait: Number.POSITIVE_INFINITY,
      }
      return reconcile(
        { ...job, consent: 1000, ...more },
        { tables: [table], clock },
        { ...how, ...more },
      )
    },
    text: () => toText({ ...table.state(), sysctl: new Map(), timeouts: new Map() }),
  }
}
