/**
 * What the engine does next: events come in at any time, tasks go out one at a time.
 *
 * Events of a kind that comes again while one waits are one: of the files only the latest texts count.
 */
import type { Sources } from '../config/read.ts'
import type { Clock } from '../model/clock.ts'
import { defaultNode } from '../model/defaults.ts'
import type { DesiredNode } from '../model/desired.ts'
import type { Found } from './serving.ts'
import type { CommandLine, Report, Task } from './task.ts'

export interface ConductorEnds {
  readonly clock: Clock
  /** Does one task. Never rejects. */
  work(task: Task): Promise<Report>
  /** A look at everything that is under way is to end: something has come that cannot wait for it. */
  giveWay(): void
  /** Told of every report. */
  reported(report: Report, task: Task): void
}

/** A look at everything may take a 40th of the time: with all else that is under 5 % of a core. */
const share = 40
/** So many times the usual pause after the last look, the next one is done to its end, whatever comes. */
const patience = 3
/** After a look that gave way the next one waits so long, in milliseconds: more may come. */
const respite = 500
/** Between two looks at draining backends, in milliseconds. */
const drainPoll = 500
/** First wait after a failure that may pass, in milliseconds; doubled up to ten seconds. */
const firstRetry = 1000
const longestRetry = 10_000
/** A timer takes no more than 2^31 milliseconds; what is further off is looked at in between. */
const longest = 3_600_000

type Timer = 'look' | 'drains' | 'undo' | 'retry' | 'verdicts'

/** Keeps the queue and the timers. Times are monotonic milliseconds. */
export class Conductor {
  readonly #ends: ConductorEnds
  readonly #timers = new Map<Timer, NodeJS.Timeout>()
  readonly #commands: { readonly id: number; readonly line: CommandLine }[] = []
  readonly #due = new Set<'drains' | 'undo' | 'stop' | 'verdicts'>()
  /** The latest of each check, by its key. */
  readonly #found = new Map<string, Found>()
  #files: Sources | undefined
  #latest: Sources | undefined
  #look: 'all' | 'links' | undefined
  #retry = firstRetry
  #lookCost = 0
  /** Between two looks at everything, in milliseconds. */
  #pause = defaultNode.driftInterval
  /** What is under way. */
  #current: Task | undefined
  /** When the last look at everything was done to its end, or else the first task, in milliseconds. */
  #looked: number | undefined
  /** Files to make ready for, as soon as a look has given way to them. */
  #coming: Sources | undefined
  /** What was done last. */
  #after: Task['kind'] | undefined
  #stopped: (() => void) | undefined

  constructor(ends: ConductorEnds) {
    this.#ends = ends
  }

  /** These are the files now. */
  files(now: Sources): void {
    this.#files = now
    this.#latest = now
    this.#coming = undefined
    this.#urge()
  }

  /** These may be the files soon. Done only while there is nothing else to do but to look. */
  coming(now: Sources): void {
    if (this.#stopped !== undefined || (this.#current !== undefined && !this.#mayGiveWay())) return
    this.#coming = now
    this.#urge()
  }

  /** Something about links and addresses changed, or may have. */
  links(): void {
    this.#look ??= 'links'
    this.#pump()
  }

  /** Something that no event tells of has changed. */
  everything(): void {
    this.#look = 'all'
    this.#pump()
  }

  /** Checks have found this. */
  verdicts(found: readonly Found[]): void {
    for (const one of found) this.#found.set(one.key, one)
    this.#due.add('verdicts')
    this.#urge()
  }

  command(id: number, line: CommandLine): void {
    this.#commands.push({ id, line })
    this.#urge()
  }

  /** Takes a command back. False if it has begun, or has ended. */
  withdraw(id: number): boolean {
    const at = this.#commands.findIndex(one => one.id === id)
    if (at >= 0) this.#commands.splice(at, 1)
    return at >= 0
  }

  /** The commands that have not begun. */
  get waiting(): readonly number[] {
    return this.#commands.map(({ id }) => id)
  }

  /** Ends what is under way, then does what `[node] on_stop` says. Resolves when it is done. */
  stop(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    return new Promise(resolve => {
      this.#stopped = resolve
      this.#due.add('stop')
      this.#urge()
    })
  }

  #next(): Task | undefined {
    if (this.#due.delete('stop')) return { kind: 'stop' }
    if (this.#stopped !== undefined) return undefined
    // However many commands come, between two of them what is due gets its turn.
    const task = this.#after === 'command' ? (this.#event() ?? this.#command()) : undefined
    return task ?? this.#command() ?? this.#event()
  }

  #command(): Task | undefined {
    const command = this.#commands.shift()
    return command && { kind: 'command', ...command }
  }

  #event(): Task | undefined {
    if (this.#due.delete('undo')) return { kind: 'undo' }
    if (this.#due.delete('verdicts')) {
      const found = [...this.#found.values()]
      this.#found.clear()
      return { kind: 'verdicts', found }
    }
    if (this.#files !== undefined) {
      const now = this.#files
      this.#files = undefined
      return { kind: 'files', now }
    }
    if (this.#coming !== undefined) {
      const now = this.#coming
      this.#coming = undefined
      return { kind: 'prepare', now }
    }
    if (this.#look !== undefined) {
      const at = this.#look
      this.#look = undefined
      return { kind: 'look', at }
    }
    return this.#due.delete('drains') ? { kind: 'drains' } : undefined
  }

  /** What has come is done next. A look at thousands of services would hold it up for too long. */
  #urge(): void {
    if (this.#mayGiveWay()) this.#ends.giveWay()
    this.#pump()
  }

  #mayGiveWay(): boolean {
    const task = this.#current
    if (task?.kind !== 'look' || task.at === 'links') return false
    const now = this.#ends.clock.monotonic()
    return now - (this.#looked ?? now) < patience * this.#pause
  }

  #pump(): void {
    if (this.#current !== undefined) return
    const task = this.#next()
    if (task !== undefined) this.#begin(task)
  }

  #begin(task: Task): void {
    this.#current = task
    this.#after = task.kind
    void this.#ends.work(task).then(report => {
      this.#current = undefined
      this.#ends.reported(report, task)
      if (task.kind === 'stop') this.#stopped?.()
      else if (this.#stopped === undefined) this.#plan(task, report)
      this.#pump()
    })
  }

  #plan(task: Task, report: Report): void {
    const now = this.#ends.clock.monotonic()
    if (report.again) this.#files ??= this.#latest
    if (report.gaveWay) {
      // To its end it would have cost more.
      this.#lookCost = Math.max(this.#lookCost, report.cost)
      this.#at('look', respite)
    } else if (task.kind === 'look' && task.at === 'all') {
      this.#looked = now
      this.#lookCost = report.cost
    }
    this.#looked ??= now
    this.#pause = lookPause(report.node, this.#lookCost)
    if (!this.#timers.has('look')) this.#at('look', this.#pause)
    if (report.draining) this.#at('drains', drainPoll)
    if (report.next === undefined) this.#clear('verdicts')
    else this.#at('verdicts', Math.min(longest, Math.max(0, report.next - now)))
    if (report.trialEnds === undefined) this.#clear('undo')
    else {
      // One that is overdue and could not be undone is tried again, but not without a pause.
      const left = report.trialEnds - now
      this.#at('undo', Math.max(report.failed ? firstRetry : 0, left))
    }
    // Looks that fail, too, must not put off for ever what the first failure has arranged.
    if (report.failed && !this.#timers.has('retry')) {
      this.#at('retry', this.#retry)
      this.#retry = Math.min(this.#retry * 2, longestRetry)
    } else if (!report.failed && task.kind === 'files') this.#retry = firstRetry
  }

  #at(timer: Timer, milliseconds: number): void {
    this.#clear(timer)
    this.#timers.set(
      timer,
      setTimeout(() => {
        this.#timers.delete(timer)
        if (timer === 'look') this.#look = 'all'
        else if (timer === 'retry') this.#files ??= this.#latest
        else this.#due.add(timer)
        this.#pump()
      }, milliseconds),
    )
  }

  #clear(timer: Timer): void {
    clearTimeout(this.#timers.get(timer))
    this.#timers.delete(timer)
  }
}

/** How long after a look the next one at everything comes, in milliseconds. */
export function lookPause({ driftInterval }: DesiredNode, cost: number): number {
  return Math.max(driftInterval, cost * share)
}
