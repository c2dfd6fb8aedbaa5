/**
 * Follows configuration files: tells what `readSources` would give, whenever it has changed and
 * stood still.
 *
 * Events only say "look now". The truth is the fingerprint of all files, which is taken from time
 * to time as well, since no file system tells of everything (inotify(7), Limitations and caveats).
 */
import { basename, dirname, resolve } from 'node:path'
import { isConfigName, isFault, readSource, type Sources } from '../config/read.ts'
import { type Doing, type Doors, follow, makeDoors, type Way } from './doors.ts'
import { lookAt, printOf, type Sight, samePrint, type View } from './fingerprint.ts'
import { report, sameOr, sameReport, type Taken } from './report.ts'
import { type Moment, type Moving, type Patience, settle } from './settle.ts'

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

/** Looks that nothing asked for take at most one part in so many of the time. */
const idleShare = 50

class Follower implements FileWatch {
  readonly #paths: readonly string[]
  readonly #patience: Patience
  readonly #poll: number
  readonly #changed: (now: Sources) => void
  readonly #doors: Doors | undefined
  readonly #taken = new Map<string, Taken>()
  #moving: ReadonlyMap<string, Moving> = new Map()
  #told: Sources | undefined
  /** Somebody wants to be told, whatever there is. */
  #asked = false
  /** Absolute paths that were written to since they have their present inode. */
  readonly #written = new Set<string>()
  /** The ways to the texts that were taken, where they go through links. */
  readonly #ways = new Map<string, Way>()
  /** Absolute paths whose events count, besides names of configuration in a directory. */
  #names: ReadonlySet<string> = new Set()
  /** An event has asked for the next look. */
  #announced = false
  #timer: NodeJS.Timeout | undefined
  #due = Number.POSITIVE_INFINITY
  #looked = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(
    paths: readonly string[],
    { settle, settleNew = 50, poll = 2000, limit, events = true }: WatchOptions,
    changed: (now: Sources) => void,
  ) {
    this.#paths = paths
    this.#poll = poll
    this.#changed = changed
    this.#patience = {
      inPlace: settle,
      whole: Math.min(settle, settleNew),
      limit: limit ?? Math.max(2000, 8 * settle),
    }
    this.#doors = events
      ? makeDoors({
          told: (doing, path) => this.#heard(doing, path),
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

  #heard(doing: Doing, path: string | undefined): void {
    if (path !== undefined) {
      const counts = this.#names.has(path) || this.#names.has(dirname(path))
      if (!counts || !(this.#names.has(path) || isConfigName(basename(path)))) return
      if (doing === 'write') this.#written.add(path)
      else this.#written.delete(path)
    }
    this.#announced = true
    this.#lookWithin(0)
  }

  /** Sets the one timer there is, unless it is due sooner. */
  #lookWithin(milliseconds: number): void {
    if (this.#closed) return
    const now = performance.now()
    const due = Math.max(now + milliseconds, this.#looked + gap)
    if (due >= this.#due) return
    this.#due = due
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, due - now))
  }

  /** A timer counts from when the loop last read its clock, so it rings early by what was done since. */
  #wake(): void {
    const left = this.#due - performance.now()
    if (left > 0) this.#timer = setTimeout(() => this.#wake(), Math.ceil(left))
    else this.#look()
  }

  #look(): void {
    this.#due = Number.POSITIVE_INFINITY
    const now = performance.now()
    const announced = this.#announced
    this.#announced = false
    const view = lookAt(this.#paths)
    const moment: Moment = {
      now,
      prints: new Map(Array.from(view, ([path, { print }]) => [path, print])),
      written: path => this.#wasWritten(path, announced),
    }
    const taken = new Map(Array.from(this.#taken, ([path, { print }]) => [path, print]))
    const settling = settle(taken, this.#moving, moment, this.#patience)
    const { ripe, restless, next } = settling
    const left = new Map(settling.moving)
    for (const path of ripe) if (this.#take(path, view.get(path))) left.delete(path)
    const missed = ripe.some(path => left.has(path))
    this.#moving = left
    if (!announced) this.#retry(view)
    if (ripe.length > 0 || !announced) this.#openDoors()
    const idle = Math.max(this.#poll, (performance.now() - now) * idleShare)
    this.#looked = performance.now()
    if (left.size === 0) this.#written.clear()
    const due = next === undefined ? idle : next - this.#looked
    this.#lookWithin(Math.min(due, idle, missed ? this.#patience.whole : idle))
    // Last, so that whatever it does finds the next look arranged.
    if (!settling.waiting && !missed) this.#tell(view, restless)
  }

  /** As far as the events tell. */
  #wasWritten(path: string, announced: boolean): boolean | undefined {
    const { end } = follow(resolve(path))
    if (this.#written.has(end)) return true
    // A link that leads elsewhere was put in place, as everything behind it.
    const last = this.#ways.get(path)?.end ?? end
    return announced && (last !== end || this.#doors?.covers(dirname(end))) ? false : undefined
  }

  /** Reads a file that stands still; false if it no longer does. */
  #take(path: string, sight: Sight | undefined): boolean {
    if (sight === undefined) {
      this.#ways.delete(path)
      this.#taken.delete(path)
      return true
    }
    const found = sight.fault ?? readSource(path)
    if (!sight.fault) {
      if (!samePrint(sight.print, printOf(path))) return false
      const way = follow(resolve(path))
      if (way.links.length > 0) this.#ways.set(path, way)
      else this.#ways.delete(path)
    }
    const last = this.#taken.get(path)?.found
    this.#taken.set(path, { print: sight.print, found: sameOr(last, found) })
    return true
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
    const roots = this.#paths.map(path => follow(resolve(path)))
    const ways = [...roots, ...this.#ways.values()]
    this.#names = new Set(ways.flatMap(({ links, end }) => [...links, end]))
    this.#doors?.open(roots, this.#ways.values())
  }

  #tell(view: View, restless: readonly string[]): void {
    const now = report([...view.keys()], this.#taken, restless)
    if (this.#closed || (!this.#asked && sameReport(this.#told, now))) return
    this.#asked = false
    this.#told = now
    this.#changed(now)
  }
}
