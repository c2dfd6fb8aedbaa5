/** The history: one entry per apply that changed something, with what is needed to undo it. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SlbError } from '../model/error.ts'
import type { Summary } from '../plan/summary.ts'
import { readFileIfThere, replaceFile } from './durable.ts'

/** Why and by whom an apply was made. */
export interface Cause {
  /** `apply`, `rollback 2`. */
  readonly command: string
  /** Who gave the command. */
  readonly user: string
  /** The files that were applied. */
  readonly files: readonly string[]
}

export interface HistoryEntry {
  readonly version: 1
  /** Counts from 1; the newest is the highest. */
  readonly number: number
  /** ISO 8601, for people. */
  readonly at: string
  readonly cause: Cause
  readonly revision: string
  readonly summary: Summary
  /** `begun` that never became anything else = the apply was killed. */
  readonly outcome: 'begun' | 'done' | 'failed'
  /** The rows that the apply touched, as they were, as snapshot text. */
  readonly before: string
  /** Keys of the rows that it touched and that did not exist. */
  readonly absent: readonly string[]
  /** Names and drain times, by service key, of the services among `before`. */
  readonly policies: Readonly<Record<string, { readonly name: string; readonly drain: number }>>
}

export interface History {
  /** Newest first. */
  list(): readonly HistoryEntry[]
  /** Records an apply that is about to begin, and forgets what is older than `keep` entries. */
  begin(entry: Omit<HistoryEntry, 'version' | 'number' | 'outcome'>, keep: number): HistoryEntry
  /** Records how it ended. */
  end(entry: HistoryEntry, outcome: 'done' | 'failed'): void
}

const name = /^(\d{6,})\.json$/

/** Opens the history below a scene's directory. Nothing is read or made yet. */
export function openHistory(directory: string): History {
  const folder = join(directory, 'history')
  const path = (number: number): string => join(folder, `${String(number).padStart(6, '0')}.json`)
  return {
    list: () => numbers(folder).map(number => read(path(number))),
    begin(entry, keep) {
      const known = numbers(folder)
      discardUnfinished(folder)
      const whole: HistoryEntry = {
        version: 1,
        number: (known[0] ?? 0) + 1,
        ...entry,
        outcome: 'begun',
      }
      replaceFile(path(whole.number), `${JSON.stringify(whole)}\n`)
      for (const number of known.slice(Math.max(keep - 1, 0))) rmSync(path(number), { force: true })
      return whole
    },
    end(entry, outcome) {
      replaceFile(path(entry.number), `${JSON.stringify({ ...entry, outcome })}\n`)
    },
  }
}

/** What an apply leaves that was killed while it wrote: nothing else would ever remove it. */
function discardUnfinished(folder: string): void {
  for (const name of namesIn(folder))
    if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true })
}

/** Numbers of the entries, newest first. */
function numbers(folder: string): number[] {
  return namesIn(folder)
    .map(one => Number(name.exec(one)?.[1]))
    .filter(number => number > 0)
    .sort((a, b) => b - a)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function read(path: string): HistoryEntry {
  const text = readFileIfThere(path)
  try {
    const entry = JSON.parse(text ?? '') as HistoryEntry
    if (entry.version === 1) return entry
  } catch {
    // Falls through to the one message.
  }
  throw new SlbError('io', `the history entry ${path} is damaged`, {
    hint: 'move it away; older entries can still be rolled back to one by one',
  })
}
