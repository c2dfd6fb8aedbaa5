/** The history: one entry per apply that changed something, with what is needed to undo it. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { GuardLimits } from '../model/desired.ts'
import { SlbError } from '../model/error.ts'
import type { Summary } from '../plan/summary.ts'
import type { Withdrawal } from '../plan/types.ts'
import { readFileIfThere, replaceFile } from './durable.ts'

/**
 * What began an apply: the files changed, somebody gave a command, somebody asked for a drain or a
 * weight beside the files, the kernel was not as it was left, a health check, the daemon was stopped.
 */
export type CauseKind = 'file' | 'operator' | 'override' | 'drift' | 'check' | 'stop'

/** Why and by whom an apply was made. */
export interface Cause {
  readonly kind: CauseKind
  /** `apply`, `rollback 2`, `undo`. */
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
  /** `begun` = at work still, or killed. */
  readonly outcome: 'begun' | 'done' | 'failed'
  /** The rows that the apply touched, as they were, as snapshot text. */
  readonly before: string
  /** Keys of the rows that it touched and that did not exist. */
  readonly absent: readonly string[]
  /** Names and drain times, by service key, of the services among `before`. */
  readonly policies: Readonly<Record<string, { readonly name: string; readonly drain: number }>>
  /**
   * How announcements were made that the apply makes otherwise: keys of those that were made only while
   * all services behind them could serve, and of those that were not; how routes were taken back.
   */
  readonly announcing?: {
    readonly strict: readonly string[]
    readonly loose: readonly string[]
    readonly withdrawal?: Withdrawal
  }
  /** The machine that it was made on. */
  readonly node?: string
  /** What the guard held it against. */
  readonly limits?: GuardLimits
}

/** An entry that cannot be read. */
export interface DamagedEntry {
  readonly number: number
  readonly path: string
}

export interface History {
  /** The entries that can be read, newest first. `damaged` is told of the others. */
  list(damaged?: (entry: DamagedEntry) => void): readonly HistoryEntry[]
  /** Records an apply that is about to begin, and forgets what is older than `keep` entries. */
  begin(entry: Omit<HistoryEntry, 'version' | 'number' | 'outcome'>, keep: number): HistoryEntry
  /** Records how it ended. */
  end(entry: HistoryEntry, outcome: 'done' | 'failed'): void
}

const name = /^(\d{6,})\.json$/

/**
 * Opens the history below a scene's directory. Nothing is read or made yet.
 *
 * @param spared entries newer than this number are never forgotten: a trial goes back over them.
 */
export function openHistory(
  directory: string,
  spared: () => number = () => Number.POSITIVE_INFINITY,
): History {
  const folder = join(directory, 'history')
  const path = (number: number): string => join(folder, `${String(number).padStart(6, '0')}.json`)
  return {
    list(damaged) {
      const entries: HistoryEntry[] = []
      for (const number of numbers(folder)) {
        const entry = read(path(number), number)
        if (entry !== undefined) entries.push(entry)
        else damaged?.({ number, path: path(number) })
      }
      return entries
    },
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
      const needed = spared()
      for (const number of known.slice(Math.max(keep - 1, 0)))
        if (number <= needed) rmSync(path(number), { force: true })
      return whole
    },
    end(entry, outcome) {
      replaceFile(path(entry.number), `${JSON.stringify({ ...entry, outcome })}\n`)
    },
  }
}

/**
 * True for what somebody applied, by a file or a command; false for the repair of drift, for what
 * checks found, and for what is taken back in another way: a drain by undrain, a stop by the next start.
 */
export function isApply({ cause }: HistoryEntry): boolean {
  return cause.kind === 'file' || cause.kind === 'operator'
}

/**
 * The newest entries, without a gap: as many as hold so many applies. Repairs of drift are in between,
 * and are none: whoever goes back does not mean the damage that was repaired.
 *
 * @param count how many applies; there are fewer when the history is shorter.
 * @throws SlbError `io` if one of them is damaged or missing.
 */
export function newestEntries(history: History, count: number): readonly HistoryEntry[] {
  let applies = 0
  return newestWhile(history, last => {
    if (last !== undefined && isApply(last)) applies++
    return applies < count
  })
}

/** The newest entries, without a gap, as long as more are asked for after the last one. */
function newestWhile(
  history: History,
  more: (last: HistoryEntry | undefined, number: number) => boolean,
): readonly HistoryEntry[] {
  const damaged = new Map<number, string>()
  const list = history.list(entry => damaged.set(entry.number, entry.path))
  const entries = new Map(list.map(entry => [entry.number, entry]))
  const known = [...entries.keys(), ...damaged.keys()]
  const oldest = known.reduce((least, number) => Math.min(least, number), Number.POSITIVE_INFINITY)
  const found: HistoryEntry[] = []
  for (let number = newestNumber(known); number >= oldest && more(found.at(-1), number); number--) {
    const entry = entries.get(number)
    if (entry === undefined) throw broken(number, damaged.get(number), found.length)
    found.push(entry)
  }
  return found
}

/**
 * All entries after this number, newest first: what a trial goes back over.
 *
 * @throws SlbError `io` if one of them is damaged or missing.
 */
export function entriesAfter(history: History, after: number): readonly HistoryEntry[] {
  const newest = newestOf(history)
  const found = newestWhile(history, (_, number) => number > after)
  if (found.length !== Math.max(0, newest - after))
    throw broken(newest - found.length, undefined, found.length)
  return found
}

/** The number of the last apply that anything is known of; 0 = none was made. */
export function newestOf(history: History): number {
  const damaged: DamagedEntry[] = []
  const entries = history.list(entry => damaged.push(entry))
  return newestNumber([...entries, ...damaged].map(({ number }) => number))
}

/** A history that also says of each apply where it was made, and under which limits. */
export function noting(history: History, notes: Pick<HistoryEntry, 'node' | 'limits'>): History {
  return {
    list: damaged => history.list(damaged),
    begin: (entry, keep) => history.begin({ ...entry, ...notes }, keep),
    end: (entry, outcome) => history.end(entry, outcome),
  }
}

/** The number of the last apply, from those that are known; 0 = none was made. */
export function newestNumber(known: readonly number[]): number {
  return known.reduce((most, number) => Math.max(most, number), 0)
}

function broken(number: number, path: string | undefined, whole: number): SlbError {
  const what =
    path === undefined
      ? `entry ${number} of the history is missing`
      : `the history entry ${path} is damaged`
  const hint =
    whole > 0
      ? `slb rollback ${whole} goes back as far as it can`
      : 'the applies before it cannot be undone without it; apply the configuration that you want'
  return new SlbError('io', `${what}: nobody knows what it was before that apply`, { hint })
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

/** An entry, or undefined if its file is damaged or cannot be read. */
function read(path: string, number: number): HistoryEntry | undefined {
  try {
    const entry = JSON.parse(readFileIfThere(path) ?? '') as HistoryEntry
    if (!isWhole(entry, number)) return undefined
    // Until there was a daemon, only operators applied, and no entry said so.
    return { ...entry, cause: { ...entry.cause, kind: entry.cause.kind ?? 'operator' } }
  } catch {
    return undefined
  }
}

/** As far as this program goes by what stands there. */
function isWhole(entry: HistoryEntry, number: number): boolean {
  return (
    entry.version === 1 &&
    entry.number === number &&
    typeof entry.at === 'string' &&
    typeof entry.before === 'string' &&
    Array.isArray(entry.absent) &&
    Array.isArray(entry.cause.files) &&
    typeof entry.policies === 'object' &&
    typeof entry.summary === 'object'
  )
}
