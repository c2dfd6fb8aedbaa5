/** What one peer has been told, and what it is to be told (the Adj-RIB-Out of RFC 4271, 3.2). */
import type { Route } from '../model/announcement.ts'
import { type Family, familyOf, type Ip } from '../model/ip.ts'
import { attributesKey, haveSameAttributes, type Path } from './wire/attributes.ts'
import { encodeAnnouncement, encodeWithdrawal } from './wire/update.ts'

/** How routes are told in a session. */
export interface Telling {
  readonly path: Path
  /** Whether the peer is to know of this route. */
  wants(route: Route): boolean
  /** None if there is no address that packets could be sent to. */
  nextHop(route: Route): Ip | undefined
  /** 0 = any number. */
  readonly most: number
}

interface Told {
  readonly route: Route
  readonly nextHop: Ip
}

interface Group extends Told {
  readonly prefixes: Route[]
}

export class RibOut {
  /** What all peers are to be told of, by key. */
  readonly #wanted: ReadonlyMap<string, Route>
  readonly #told = new Map<string, Told>()
  /** What is to be looked at first: what the peer knows, and perhaps wrongly. */
  readonly #stale = new Set<string>()
  /** What is to be looked at, too. */
  readonly #touched = new Set<string>()
  /** What the peer wants to hear once more. */
  readonly #repeated = new Set<string>()
  /** What there was no room for. */
  readonly #excess = new Set<string>()
  /** What has no next hop. */
  readonly #stranded = new Set<string>()

  constructor(wanted: ReadonlyMap<string, Route>) {
    this.#wanted = wanted
  }

  /** How many routes the peer knows of. */
  get size(): number {
    return this.#told.size
  }

  /** How many it is not told of because they are too many. */
  get excess(): number {
    return this.#excess.size
  }

  /** How many it is not told of because they have no next hop. */
  get stranded(): number {
    return this.#stranded.size
  }

  get upToDate(): boolean {
    return this.#stale.size + this.#touched.size === 0
  }

  touch(key: string): void {
    if (this.#told.has(key)) this.#stale.add(key)
    else this.#touched.add(key)
  }

  touchAll(): void {
    for (const key of this.#told.keys()) this.#stale.add(key)
    for (const key of this.#wanted.keys()) this.touch(key)
  }

  /** The peer asks for all routes of a family (RFC 2918). */
  repeat(family: Family): void {
    for (const [key, { route }] of this.#told)
      if (familyOf(route.address) === family) {
        this.#touched.add(key)
        this.#repeated.add(key)
      }
  }

  /** The session is over: the peer knows nothing any more. */
  forget(): void {
    this.#told.clear()
    this.#stale.clear()
    for (const set of [this.#touched, this.#repeated, this.#excess, this.#stranded]) set.clear()
  }

  /** The messages for up to so many of those touched, which count as told then. */
  take(count: number, telling: Telling): readonly Buffer[] {
    const gone: Record<Family, Route[]> = { ipv4: [], ipv6: [] }
    const fresh: (readonly [key: string, told: Told])[] = []
    for (const key of this.#next(count)) {
      const route = this.#wanted.get(key)
      const wanted = route !== undefined && telling.wants(route) ? route : undefined
      const nextHop = wanted === undefined ? undefined : telling.nextHop(wanted)
      const told = this.#told.get(key)
      const repeated = this.#repeated.size > 0 && this.#repeated.delete(key)
      const over = told !== undefined && telling.most > 0 && this.#told.size > telling.most
      note(this.#stranded, key, wanted !== undefined && nextHop === undefined)
      note(this.#excess, key, wanted !== undefined && nextHop !== undefined && over)
      if (wanted === undefined || nextHop === undefined || over) {
        if (told === undefined) continue
        this.#told.delete(key)
        gone[familyOf(told.route.address)].push(told.route)
      } else if (repeated || !isSame(told, wanted, nextHop))
        fresh.push([key, { route: wanted, nextHop }])
    }
    const withdrawals = [
      ...encodeWithdrawal('ipv4', gone.ipv4),
      ...encodeWithdrawal('ipv6', gone.ipv6),
    ]
    const groups = this.#admit(fresh, telling.most)
    // Those that there was no room for take the place of those that have gone.
    if (withdrawals.length > 0) for (const key of this.#excess) this.#touched.add(key)
    return [
      ...withdrawals,
      ...groups.flatMap(({ route, nextHop, prefixes }) =>
        encodeAnnouncement(route, nextHop, prefixes, telling.path),
      ),
    ]
  }

  /** Takes so many of those touched away. */
  #next(count: number): readonly string[] {
    const keys: string[] = []
    for (const set of [this.#stale, this.#touched])
      for (const key of set) {
        if (keys.length >= count) return keys
        keys.push(key)
        set.delete(key)
      }
    return keys
  }

  /** Notes them as told as far as there is room, in groups with equal attributes. */
  #admit(fresh: readonly (readonly [string, Told])[], most: number): readonly Group[] {
    const groups = new Map<string, Group>()
    let last: Group | undefined
    for (const [key, told] of fresh) {
      if (most > 0 && this.#told.size >= most && !this.#told.has(key)) {
        this.#excess.add(key)
        continue
      }
      this.#told.set(key, told)
      const { route, nextHop } = told
      // Most routes have the attributes of the one before.
      if (last === undefined || !areTogether(last, told)) {
        const name = `${familyOf(route.address)} ${nextHop} ${attributesKey(route)}`
        last = groups.get(name) ?? { ...told, prefixes: [] }
        groups.set(name, last)
      }
      last.prefixes.push(route)
    }
    return [...groups.values()]
  }
}

function isSame(told: Told | undefined, route: Route, nextHop: Ip): boolean {
  if (told === undefined || told.nextHop !== nextHop) return false
  return told.route === route || haveSameAttributes(told.route, route)
}

/** Whether one message can tell of both. */
function areTogether(a: Told, b: Told): boolean {
  return (
    a.nextHop === b.nextHop &&
    familyOf(a.route.address) === familyOf(b.route.address) &&
    haveSameAttributes(a.route, b.route)
  )
}

function note(set: Set<string>, key: string, is: boolean): void {
  if (is) set.add(key)
  else if (set.size > 0) set.delete(key)
}
