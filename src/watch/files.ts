/**
 * Follows configuration files: tells what `readSources` would give, whenever it has changed and
 * stood still.
 *
 * Events only say "look now". The truth is the fingerprint of all files, which is taken from time
 * to time as well, since no file system tells of everything (inotify(7), Limitations and caveats).
 */
import { isFault, readSource, type Sources } from '../config/read.ts'
import { Breath } from './breath.ts'
import { type Doing, type Doors, makeDoors } from './doors.ts'
import { absent, lookAt, printOf, type Sight, samePrint, type View } from './fingerprint.ts'
import { Heard } from './heard.ts'
import { report, sameOr, sameReport, type Taken } from './report.ts'
import { type Moment, type Moving, type Patience, type Settling, settle } from './settle.ts'

export interface FileWatch {
  /** Looks at once, and tells even if nothing has changed. */
  again(): void
  /** Nothing is told from now on. */
  close(): Promise<void>
}

export interface WatchOptions {
  /** Milliseconds that a file must stand still that is written in place, or gone. */
  readonly settle: number
  /** Milliseconds that a file must stand still that was put in place whole (50). */
  readonly settleNew?: number
  /** Milliseconds between looks that nothing has asked for (2000). */
  readonly poll?: number
  /** Milliseconds that files wait for others to stand still (8 times `settle`, at least 2000). */
  readonly limit?: number
  /** False: do without the kernel's events, as on file systems that have none (true). */
  readonly events?: boolean
  /**
   * Told what `changed` will be told if files that were put in place whole go on standing still: who
   * makes ready for it does so while it has to be waited anyway.
   */
  readonly coming?: (now: Sources) => void
}

/**
 * Calls `changed` once with what is there, as soon as it has stood still, then after each change.
 *
 * Sources of files whose texts are the same are the same objects as before. A file that is written
 * to all the time keeps its last text, with a warning. Standard input (`-`) cannot be followed and
 * is left out. Never throws for anything that happens to files.
 */
export function followFiles(
  paths: readonly string[],
  options: WatchOptions,
  changed: (now: Sources) => void,
): FileWatch {
  const followed = paths.filter(path => path !== '-')
  const follower = new Follower(followed, options, changed)
  follower.again()
  return follower
}

/** Looks are at least so many milliseconds apart, however many events there are. */
const gap = 10

/** More files at once than these are no edit, but a roll-out: that takes its time anyway. */
const few = 4

/** Looks that nothing asked for take at most one part in so many of the time. */
const idleShare = 50

class Follower implements FileWatch {
  readonly #paths: readonly string[]
  readonly #patience: Patience
  readonly #poll: number
  readonly #changed: (now: Sources) => void
  readonly #coming: ((now: Sources) => void) | undefined
  readonly #doors: Doors | undefined
  readonly #taken = new Map<string, Taken>()
  /** What was read before it stood still: it does not count. */
  readonly #early = new Map<string, Taken>()
  #moving: ReadonlyMap<string, Moving> = new Map()
  #told: Sources | undefined
  /** Somebody wants to be told, whatever there is. */
  #asked = false
  readonly #heard = new Heard()
  /** An event has asked for the next look. */
  #announced = false
  /** A look is under way: the next one begins after it. */
  #looking = false
  #timer: NodeJS.Timeout | undefined
  #due = Number.POSITIVE_INFINITY
  #looked = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(
    paths: readonly string[],
    { settle, settleNew = 50, poll = 2000, limit, events = true, coming }: WatchOptions,
    changed: (now: Sources) => void,
  ) {
    this.#paths = paths
    this.#poll = poll
    this.#changed = changed
    this.#coming = coming
    this.#patience = {
      inPlace: settle,
      whole: Math.min(settle, settleNew),
      limit: limit ?? Math.max(2000, 8 * settle),
    }
    this.#doors = events
      ? makeDoors({
          told: (doing, path) => this.#hear(doing, path),
          opened: () => this.#lookWithin(0),
        })
      : undefined
    this.#openDoors()
  }

  again(): void {
    this.#asked = true
    this.#lookWithin(0)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#doors?.close()
  }

  #hear(doing: Doing, path: string | undefined): void {
    if (!this.#heard.note(doing, path, performance.now())) return
    this.#announced = true
    this.#lookWithin(0)
  }

  /** The next look is due then, unless it is due sooner. */
  #lookWithin(milliseconds: number): void {
    if (this.#closed) return
    const due = Math.max(performance.now() + milliseconds, this.#looked + gap)
    if (due >= this.#due) return
    this.#due = due
    if (!this.#looking) this.#arm()
  }

  /** Sets the one timer there is. It counts from when the loop last read its clock, so it may ring early. */
  #arm(): void {
    clearTimeout(this.#timer)
    const left = Math.max(this.#due, this.#looked + gap) - performance.now()
    this.#timer = setTimeout(
      () => {
        if (performance.now() < this.#due) this.#arm()
        else void this.#look()
      },
      Math.max(0, Math.ceil(left)),
    )
  }

  async #look(): Promise<void> {
    this.#due = Number.POSITIVE_INFINITY
    this.#looking = true
    const breath = new Breath()
    const from = performance.now()
    const announced = this.#announced
    this.#announced = false
    const view = await lookAt(this.#paths, breath)
    const moment: Moment = {
      from,
      now: performance.now(),
      prints: new Map(Array.from(view, ([path, { print }]) => [path, print])),
      written: await this.#written(view, announced, breath),
      heard: path => this.#heard.last(path),
    }
    const taken = new Map(Array.from(this.#taken, ([path, { print }]) => [path, print]))
    const settling = settle(taken, this.#moving, moment, this.#patience)
    const left = new Map(settling.moving)
    for (const path of settling.ripe) {
      if (this.#take(path, view.get(path))) left.delete(path)
      if (breath.due) await breath.take()
    }
    if (settling.ripe.length === 0) this.#foretell(view, left)
    this.#looking = false
    if (!this.#closed) this.#conclude(view, { ...settling, moving: left }, announced, from)
  }

  /** What was seen is taken as far as it stands still: arranges the next look, and tells. */
  #conclude(view: View, settling: Settling, announced: boolean, from: number): void {
    const { ripe, restless, next, moving, waiting } = settling
    const missed = ripe.some(path => moving.has(path))
    this.#moving = moving
    if (!announced) this.#retry(view)
    const idle = Math.max(this.#poll, (performance.now() - from) * idleShare)
    this.#looked = performance.now()
    // What was heard during the look is about what comes next.
    if (moving.size === 0 && !this.#announced) this.#heard.forget()
    const due = next === undefined ? idle : next - this.#looked
    if (this.#due < Number.POSITIVE_INFINITY) this.#arm()
    this.#lookWithin(Math.min(due, idle, missed ? this.#patience.whole : idle))
    // So that whatever it does finds the next look arranged.
    if (!waiting && !missed) this.#tell(view, restless)
    // Whoever waits for the files does not wait for that.
    if (!this.#closed && (ripe.length > 0 || !announced)) this.#openDoors()
  }

  /** Which of the files that are not as they were taken were written to, as far as the events tell. */
  async #written(view: View, announced: boolean, breath: Breath): Promise<Moment['written']> {
    const written = new Map<string, boolean | undefined>()
    const covered = (directory: string): boolean => this.#doors?.covers(directory) === true
    for (const path of new Set([...view.keys(), ...this.#taken.keys()])) {
      const print = view.get(path)?.print ?? absent
      if (samePrint(print, this.#taken.get(path)?.print ?? absent)) continue
      written.set(path, this.#heard.wasWritten(path, announced, covered))
      if (breath.due) await breath.take()
    }
    return path => written.get(path)
  }

  /** Reads a file that stands still; false if it no longer does. */
  #take(path: string, sight: Sight | undefined): boolean {
    if (sight === undefined) {
      this.#heard.gone(path)
      this.#taken.delete(path)
      return true
    }
    const early = this.#early.get(path)?.found
    const found = sight.fault ?? readSource(path, early && !isFault(early) ? early : undefined)
    if (!sight.fault) {
      if (!samePrint(sight.print, printOf(path))) return false
      this.#heard.taken(path)
    }
    this.#early.delete(path)
    const last = this.#taken.get(path)?.found
    this.#taken.set(path, { print: sight.print, found: sameOr(last, found) })
    return true
  }

  /** Reads a few files early. Half of a save, or a fault, is nothing to make ready for. */
  #foretell(view: View, moving: ReadonlyMap<string, Moving>): void {
    if (this.#coming === undefined || this.#told === undefined || moving.size > few) return
    let news = false
    for (const [path, { inPlace, print }] of moving) {
      const sight = view.get(path)
      if (inPlace || sight === undefined || sight.fault) return
      const known = this.#early.get(path)
      if (known !== undefined && samePrint(known.print, print)) continue
      this.#early.set(path, { print, found: readSource(path) })
      news = true
    }
    if (news) this.#coming(report([...view.keys()], new Map([...this.#taken, ...this.#early]), []))
  }

  /** What could not be read for a passing reason, like too many open files, shows no change. */
  #retry(view: View): void {
    for (const [path, { found }] of this.#taken) {
      const sight = view.get(path)
      if (sight && !sight.fault && isFault(found) && !this.#moving.has(path))
        this.#take(path, sight)
    }
  }

  #openDoors(): void {
    const { roots, files } = this.#heard.reach(this.#paths)
    this.#doors?.open(roots, files)
  }

  #tell(view: View, restless: readonly string[]): void {
    const now = report([...view.keys()], this.#taken, restless)
    if (this.#closed || (!this.#asked && sameReport(this.#told, now))) return
    this.#asked = false
    this.#told = now
    this.#changed(now)
  }
}
