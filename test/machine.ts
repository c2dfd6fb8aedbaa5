/** A whole slb on a kernel in memory: journal, history and time stand in memory, too. */

import type { Live } from '../src/engine/live.ts'
import {
  type Job,
  type Preview,
  type Progress,
  preview,
  type Round,
  reconcile,
} from '../src/engine/reconcile.ts'
import type { Clock } from '../src/model/clock.ts'
import type { Desired } from '../src/model/desired.ts'
import type { State } from '../src/model/state.ts'
import type { Ledger } from '../src/plan/types.ts'
import { want } from '../src/plan/want.ts'
import type { History, HistoryEntry } from '../src/state/history.ts'
import { emptyLedger, type Journal } from '../src/state/journal.ts'
import { type MemoryOptions, type MemoryTable, memoryTable } from '../src/table/memory.ts'

/** Time that passes only when somebody sleeps. */
export interface ManualClock extends Clock {
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): void
}

export function manualClock(): ManualClock {
  let now = 1_000_000
  return {
    monotonic: () => now,
    wall: () => new Date(1_800_000_000_000 + now),
    async sleep(milliseconds) {
      now += milliseconds
    },
    pass(milliseconds) {
      now += milliseconds
    },
  }
}

/** A journal that forgets with the process. */
export function memoryJournal(first: Ledger = emptyLedger): Journal {
  let ledger = first
  return {
    path: 'memory',
    read: () => ledger,
    write(next) {
      ledger = next
      return true
    },
  }
}

/** A history that forgets with the process. */
export function memoryHistory(): History {
  const entries: HistoryEntry[] = []
  return {
    list: () => [...entries].reverse(),
    begin(entry) {
      const whole: HistoryEntry = {
        version: 1,
        number: entries.length + 1,
        ...entry,
        outcome: 'begun',
      }
      entries.push(whole)
      return whole
    },
    end(entry, outcome) {
      entries[entry.number - 1] = { ...entry, outcome }
    },
  }
}

export interface Machine {
  readonly table: MemoryTable
  readonly live: Live
  readonly clock: ManualClock
  readonly journal: Journal
  readonly history: History
  preview(desired: Desired, extra?: Partial<Job>): Promise<Preview>
  /** Applies and waits for drains, unless `wait` says otherwise (milliseconds). */
  apply(desired: Desired, extra?: Partial<Job>, wait?: number): Promise<Round>
}

/** The job of an apply of this configuration. */
export function jobOf(desired: Desired, extra: Partial<Job> = {}): Job {
  return {
    wanted: want(desired),
    limits: desired.guard,
    conflict: desired.conflict,
    ...extra,
  }
}

export function machine(initial?: State, options: MemoryOptions = {}): Machine {
  const table = memoryTable(initial, options)
  const clock = manualClock()
  const journal = memoryJournal()
  const history = memoryHistory()
  const live: Live = { tables: [table], clock }
  const cause = { kind: 'operator' as const, command: 'apply', user: 'test', files: [] }
  const progress = (_: Progress): void => {}
  return {
    table,
    live,
    clock,
    journal,
    history,
    preview: (desired, extra) => preview(jobOf(desired, extra), live, journal.read()),
    apply: (desired, extra, wait = 1e12) =>
      reconcile(jobOf(desired, extra), live, { journal, history, cause, keep: 50, wait, progress }),
  }
}
