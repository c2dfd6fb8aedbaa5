/** Tells the neighbours where addresses are, again and again (RFC 5227, 2.3; RFC 4861, 7.2.6). */
import { type Arp, arpKey } from '../model/announcement.ts'
import { SlbError } from '../model/error.ts'
import { announcementOf } from './frames.ts'
import { epochOf, isReady, type L2Link, unfitness } from './links.ts'
import { isPassing, sendError } from './packet-socket.ts'
import { type Ears, Rivals } from './rivals.ts'
import { openSchedule } from './schedule.ts'

/** What an announcer speaks through. */
export interface Air extends Ears {
  /** Makes sure that frames can be sent. @throws SlbError `denied` without CAP_NET_RAW */
  open(): void
  /** A link as it is now; undefined = there is none. @throws SlbError if that cannot be asked */
  look(link: string): L2Link | undefined
  /** Sends a frame on the link of this number; 0, or the error number. */
  send(index: number, frame: Uint8Array): number
  close(): void
}

/** Time, and being called back. */
export interface Alarm {
  /** Milliseconds of a clock that never goes back. */
  now(): number
  /**
   * Calls back once after so many milliseconds, unless it is called off.
   *
   * @param holds whether the process must not end before that
   */
  after(milliseconds: number, holds: boolean, call: () => void): () => void
}

export interface Refusal {
  readonly row: Arp
  readonly error: SlbError
}

export interface Announcer {
  /**
   * Begins to announce addresses: three times before this returns, as far as the pace allows, and as the
   * schedule has it from then on, and once more from the beginning whenever their link comes up. Those
   * that are announced already go on. One whose link is down is announced when it comes up.
   *
   * @returns those that cannot be announced, and are not
   */
  announce(rows: readonly Arp[]): readonly Refusal[]
  /** Nothing is sent for these from now on. Neighbours keep what they know until they ask again. */
  forget(rows: readonly Arp[]): void
  /** What is announced, in the order in which it was begun. */
  standing(): readonly Arp[]
  /** Resolves when all of them have had their first three announcements. */
  settled(): Promise<void>
  close(): void
}

/** Milliseconds between two looks at the links, which tell what no frame does: that they came up. */
const lookInterval = 1000

/** A link that something is announced on. */
interface Watched {
  /** As it was seen last; undefined while it is not there. */
  link: L2Link | undefined
  /** How many addresses. */
  rows: number
  /** The error number of its last frame. */
  errno: number
  /** Since when it is watched. */
  readonly since: number
  /** True while it cannot be listened to. */
  deaf: boolean
}

/**
 * An announcer that has nothing to announce yet. It does not keep the process from ending.
 *
 * @param onTrouble told of what stops the frames of a link, or the looking at links, once until it goes
 * again; and of other hosts that claim what is announced
 */
export function openAnnouncer(
  air: Air,
  alarm: Alarm,
  onTrouble: (error: SlbError) => void = () => {},
): Announcer {
  return new Repeater(air, alarm, onTrouble)
}

class Repeater implements Announcer {
  readonly #air: Air
  readonly #alarm: Alarm
  readonly #onTrouble: (error: SlbError) => void
  readonly #schedule = openSchedule()
  readonly #rows = new Set<string>()
  readonly #links = new Map<string, Watched>()
  readonly #waiting: (() => void)[] = []
  readonly #rivals: Rivals
  #looked = Number.NEGATIVE_INFINITY
  /** True while links cannot be looked at. */
  #blind = false
  #callOff: () => void = () => {}

  constructor(air: Air, alarm: Alarm, onTrouble: (error: SlbError) => void) {
    this.#air = air
    this.#alarm = alarm
    this.#onTrouble = onTrouble
    this.#rivals = new Rivals(air, onTrouble)
  }

  announce(rows: readonly Arp[]): readonly Refusal[] {
    const now = this.#alarm.now()
    const refusals: Refusal[] = []
    const fits = new Map<string, SlbError | undefined>()
    for (const row of rows) {
      if (this.#rows.has(arpKey(row))) continue
      const known = fits.has(row.link)
      const error = known ? fits.get(row.link) : this.#hindrance(row.link, now)
      if (!known) fits.set(row.link, error)
      if (error !== undefined) {
        refusals.push({ row, error })
        continue
      }
      this.#rows.add(arpKey(row))
      const watched = this.#links.get(row.link)
      if (watched !== undefined) watched.rows++
      this.#schedule.add(row, now)
    }
    this.#work()
    return refusals
  }

  forget(rows: readonly Arp[]): void {
    for (const row of rows) {
      if (!this.#rows.delete(arpKey(row))) continue
      this.#schedule.remove(row)
      const watched = this.#links.get(row.link)
      if (watched === undefined || --watched.rows > 0) continue
      this.#links.delete(row.link)
      this.#rivals.leave(row.link)
    }
    this.#work()
  }

  standing(): readonly Arp[] {
    return this.#schedule.rows()
  }

  settled(): Promise<void> {
    if (this.#schedule.settled()) return Promise.resolve()
    return new Promise(resolve => {
      this.#waiting.push(resolve)
      this.#arm()
    })
  }

  close(): void {
    this.#callOff()
    this.#callOff = () => {}
    this.#rivals.close()
    this.#air.close()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Why nothing can be announced on a link; undefined = it can, and the link is watched. */
  #hindrance(name: string, now: number): SlbError | undefined {
    try {
      this.#air.open()
      const link = this.#air.look(name)
      const error = unfitness(name, link, `announce on ${name}`)
      if (error !== undefined) return error
      const watched = this.#links.get(name)
      if (watched === undefined)
        this.#links.set(name, { link, rows: 0, errno: 0, since: now, deaf: false })
      else this.#see(name, watched, link, now)
      return undefined
    } catch (error) {
      if (error instanceof SlbError) return error
      throw error
    }
  }

  /** Does what is due, and sees to being called when more is. */
  #work(): void {
    const now = this.#alarm.now()
    if (now - this.#looked >= lookInterval) this.#look(now)
    for (const row of this.#schedule.take(now)) this.#tell(row)
    if (this.#schedule.settled()) for (const resolve of this.#waiting.splice(0)) resolve()
    this.#arm()
  }

  #arm(): void {
    this.#callOff()
    this.#callOff = () => {}
    if (this.#rows.size === 0) return
    const now = this.#alarm.now()
    const due = this.#schedule.next(now) ?? Number.POSITIVE_INFINITY
    const wait = Math.max(0, Math.min(due, this.#looked + lookInterval) - now)
    this.#callOff = this.#alarm.after(wait, this.#waiting.length > 0, () => this.#work())
  }

  #look(now: number): void {
    this.#looked = now
    try {
      for (const [name, watched] of this.#links) {
        const link = this.#air.look(name)
        const fits = unfitness(name, link, `announce on ${name}`) === undefined
        this.#see(name, watched, fits ? link : undefined, now)
        // Not at once: a command that ends soon has no use for it.
        if (fits && now - watched.since >= lookInterval) this.#listen(watched, now)
      }
      this.#blind = false
    } catch (error) {
      if (!(error instanceof SlbError)) throw error
      if (!this.#blind) this.#onTrouble(error)
      this.#blind = true
    }
  }

  /** Whether others claim what is announced on a link. */
  #listen(watched: Watched, now: number): void {
    const { link } = watched
    if (link === undefined) return
    try {
      this.#rivals.look(link, address => this.#rows.has(arpKey({ link: link.name, address })), now)
      watched.deaf = false
    } catch (error) {
      if (!(error instanceof SlbError)) throw error
      if (!watched.deaf) this.#onTrouble(error)
      watched.deaf = true
    }
  }

  /** Begins again with a link that came up, was made anew or got another hardware address. */
  #see(name: string, watched: Watched, link: L2Link | undefined, now: number): void {
    const before = watched.link
    watched.link = link
    if (link === undefined || !isReady(link)) return
    const steady = before !== undefined && isReady(before) && epochOf(before) === epochOf(link)
    if (!steady) this.#schedule.restart(name, now)
  }

  #tell({ link: name, address }: Arp): void {
    const watched = this.#links.get(name)
    const link = watched?.link
    if (watched === undefined || link?.mac === undefined || !isReady(link)) return
    for (const frame of announcementOf(address, link.mac, link.router)) {
      const errno = this.#air.send(link.index, frame)
      if (errno !== 0 && errno !== watched.errno && !isPassing(errno))
        this.#onTrouble(sendError(errno, name))
      watched.errno = errno
    }
  }
}
