/** When a file has stood still for long enough to be read. Pure: time and sights come in. */
import { absent, type Print, samePrint } from './fingerprint.ts'

/** How long files must stand still, in milliseconds. */
export interface Patience {
  /** One that is written in place, or gone. */
  readonly inPlace: number
  /** One that was put in place whole, as by a rename. */
  readonly whole: number
  /** A file that moves for longer is restless: nobody waits for it. Nor does one wait for longer. */
  readonly limit: number
}

/** A path that is not, or not yet, as it was when it was taken last. */
export interface Moving {
  readonly print: Print
  /** Since when it is as it is now, as far as is known, and when it began to move, in milliseconds. */
  readonly since: number
  readonly began: number
  /** It is written where it stands: what is there now may be half of it. */
  readonly inPlace: boolean
}

/** What is seen of all paths in one look. */
export interface Moment {
  /** When the look began and when it ended, in milliseconds of a clock that only goes forward. */
  readonly from: number
  readonly now: number
  /** What is there; a path that is missing here is absent. */
  readonly prints: ReadonlyMap<string, Print>
  /** Whether somebody has written to the file since it has its present inode; undefined = not known. */
  readonly written: (path: string) => boolean | undefined
  /** When something was last heard of the file; undefined = nothing was. */
  readonly heard: (path: string) => number | undefined
}

export interface Settling {
  readonly moving: ReadonlyMap<string, Moving>
  /** Have stood still: to be taken. Empty while they wait for others. */
  readonly ripe: readonly string[]
  /** True while what moves has to come to rest first. */
  readonly waiting: boolean
  /** Move for so long that nobody waits for them. */
  readonly restless: readonly string[]
  /** When to look again at the latest, on the clock of `now`; undefined if nothing moves. */
  readonly next: number | undefined
}

/**
 * What is to be taken now.
 *
 * Files that change together are taken together: as long as one moves the others wait, so that a
 * service that moves from one file to the next is never seen in both or in none. A file that is
 * written to without an end keeps its last text, and nobody waits for others longer than `limit`.
 *
 * @param taken the prints of what was taken last.
 * @param before the moving paths of the last look.
 */
export function settle(
  taken: ReadonlyMap<string, Print>,
  before: ReadonlyMap<string, Moving>,
  moment: Moment,
  patience: Patience,
): Settling {
  const moving = new Map<string, Moving>()
  for (const path of new Set([...moment.prints.keys(), ...taken.keys()])) {
    const print = moment.prints.get(path) ?? absent
    const last = taken.get(path) ?? absent
    const was = before.get(path)
    if (!samePrint(print, last)) moving.set(path, moved(path, print, last, was, moment))
  }
  const still: string[] = []
  const restless: string[] = []
  const dues: number[] = []
  let restive = false
  let overdue = false
  for (const [path, one] of moving) {
    const due = one.since + (one.inPlace ? patience.inPlace : patience.whole)
    const late = moment.now - one.began > patience.limit
    if (due <= moment.from) {
      still.push(path)
      overdue ||= late
      continue
    }
    dues.push(due)
    if (late) restless.push(path)
    else restive = true
  }
  const waiting = restive && !overdue
  const next = dues.length === 0 ? undefined : dues.reduce((a, b) => Math.min(a, b))
  return { moving, ripe: waiting ? [] : still, waiting, restless, next }
}

function moved(
  path: string,
  print: Print,
  last: Print,
  was: Moving | undefined,
  { now, written, heard }: Moment,
): Moving {
  // Whoever tells of every write tells when the last thing happened: before it was looked at, mostly.
  const told = written(path) === false ? heard(path) : undefined
  // A write that the last look was too early to be told of.
  if (was && samePrint(was.print, print)) {
    if (!was.inPlace && written(path)) return { ...was, inPlace: true }
    return was.inPlace || told === undefined || told <= was.since ? was : { ...was, since: told }
  }
  const known = was ?? { print: last, began: now }
  const inPlace =
    print.inode === '' ||
    print.inode === known.print.inode ||
    print.empty ||
    (written(path) ?? print.bare)
  // Of one that moves on, what was heard may be about what it was a moment ago.
  const since = inPlace || was !== undefined ? now : (told ?? now)
  return { print, since, began: known.began, inPlace }
}
