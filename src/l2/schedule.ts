/** When which address is announced: a state machine that is told the time. */
import { type Arp, arpKey } from '../model/announcement.ts'
import { countFrames } from './frames.ts'

/**
 * Milliseconds from one announcement of an address to the next: three at once, in case one is lost,
 * then every second for five seconds, for neighbours that are about to ask, then every minute, which
 * heals what no event tells of: a switch that was restarted, a partition that ended.
 */
const waits = [0, 0, 1000, 1000, 1000, 1000, 1000] as const
const repeat = 60_000
/** So many announcements make the first burst. */
const firstBurst = 3

/**
 * At most so many frames in so many milliseconds, for all addresses together: 5,000 frames a second are
 * 3.4 Mbit/s. The first announcements of 1,000 IPv4 addresses are out in 0.4 s.
 */
const pace = { frames: 500, per: 100 } as const

/** Times are milliseconds of a clock that never goes back. */
export interface Schedule {
  /** Begins to announce an address. One that is announced already goes on as it was. */
  add(row: Arp, now: number): void
  remove(row: Arp): void
  /** Begins again with all addresses of a link. */
  restart(link: string, now: number): void
  /**
   * What is to be said now, in order: addresses that have been announced less often come first. What is
   * over the pace stays due.
   */
  take(now: number): Arp[]
  /** When `take` will have something to give; undefined = never. */
  next(now: number): number | undefined
  /** True when every address has had its first burst. */
  settled(): boolean
  /** In the order in which they came. */
  rows(): readonly Arp[]
}

interface Entry {
  readonly row: Arp
  readonly key: string
  /** The queue that it is in: how often it was announced. */
  count: number
  due: number
}

/** A schedule without addresses. */
export function openSchedule(): Schedule {
  const entries = new Map<string, Entry>()
  // One for each number of announcements, and a last one for all higher numbers: all in one have waited
  // equally long, so that whoever came first is due first.
  const queues = Array.from({ length: waits.length + 2 }, () => new Map<string, Entry>())
  const last = queues.length - 1
  const budget = { at: Number.NEGATIVE_INFINITY, frames: pace.frames as number }

  const enqueue = (entry: Entry, count: number, due: number): void => {
    queues[entry.count]?.delete(entry.key)
    entry.count = count
    entry.due = due
    queues[count]?.set(entry.key, entry)
  }
  const begin = (row: Arp, now: number): void => {
    const entry = { row, key: arpKey(row), count: 0, due: now }
    entries.set(entry.key, entry)
    enqueue(entry, 0, now)
  }
  return {
    add(row, now) {
      if (!entries.has(arpKey(row))) begin(row, now)
    },
    remove(row) {
      const entry = entries.get(arpKey(row))
      if (entry === undefined) return
      entries.delete(entry.key)
      queues[entry.count]?.delete(entry.key)
    },
    restart(link, now) {
      for (const entry of entries.values()) if (entry.row.link === link) enqueue(entry, 0, now)
    },
    take(now) {
      const gained = ((now - budget.at) * pace.frames) / pace.per
      budget.frames = Math.min(pace.frames, budget.frames + gained)
      budget.at = now
      const taken: Arp[] = []
      for (const [count, queue] of queues.entries())
        for (const entry of queue.values()) {
          const frames = countFrames(entry.row.address)
          if (entry.due > now) break
          if (frames > budget.frames) return taken
          budget.frames -= frames
          taken.push(entry.row)
          enqueue(entry, Math.min(count + 1, last), now + (waits[count] ?? repeat))
        }
      return taken
    },
    next(now) {
      let due: number | undefined
      for (const queue of queues)
        for (const entry of queue.values()) {
          due = Math.min(due ?? entry.due, entry.due)
          break
        }
      if (due === undefined || due > now || budget.frames >= 2) return due
      return budget.at + pace.per
    },
    settled() {
      return queues.slice(0, firstBurst).every(queue => queue.size === 0)
    },
    rows: () => [...entries.values()].map(({ row }) => row),
  }
}
