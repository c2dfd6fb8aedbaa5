/** One peer: its session, its connection, and what it is told. */
import type { Peer, PeerStatus, Route } from '../model/announcement.ts'
import { SlbError } from '../model/error.ts'
import { familyOf, type Ip } from '../model/ip.ts'
import type { Agreement } from './agree.ts'
import type { Connection, Dial } from './connection.ts'
import { nextHopOf } from './next-hop.ts'
import { addressBeside, type Interfaces, routerIdOf } from './own-address.ts'
import type { ReadPassword } from './password.ts'
import { whyErrno } from './reason.ts'
import { RibOut, type Telling } from './rib-out.ts'
import { newSession, type Session, type SessionEvent, step, wakeAt } from './session.ts'
import { Teller } from './teller.ts'
import type { Fault } from './wire/fault.ts'
import { decode } from './wire/incoming.ts'
import { Framer } from './wire/message.ts'

/** What a neighbour needs of the world. Times in milliseconds. */
export interface NeighbourEnds {
  readonly now: () => number
  /** Calls after so long, once what has arrived by then has been read; returns how to call it off. */
  readonly after: (milliseconds: number, call: () => void) => () => void
  readonly random: () => number
  readonly dial: Dial
  readonly password: ReadPassword
  readonly interfaces: () => Interfaces
  readonly restarting: boolean
  /** What all peers are to be told of, by key. */
  readonly wanted: ReadonlyMap<string, Route>
  /** All routes are known. */
  complete(): boolean
  /** Nobody is to be told of any route. */
  quiet(): boolean
  /** This address is one that we announce. */
  announced(ip: Ip): boolean
  changed(status: PeerStatus): void
}

export class Neighbour {
  readonly #ends: NeighbourEnds
  readonly #rib: RibOut
  readonly #teller: Teller
  #peer: Peer
  #session: Session
  #connection: Connection | undefined
  /** The call that is being made or was; another object for each. */
  #call: object | undefined
  #local: Ip | undefined
  #callOff: (() => void) | undefined
  #closing: Promise<void> = Promise.resolve()
  #shown = ''

  constructor(peer: Peer, ends: NeighbourEnds) {
    this.#peer = peer
    this.#ends = ends
    this.#rib = new RibOut(ends.wanted)
    this.#teller = new Teller(this.#rib, ends.complete)
    this.#session = newSession(ends.now())
    this.#shown = this.#essence()
  }

  get teller(): Teller {
    return this.#teller
  }

  get peer(): Peer {
    return this.#peer
  }

  start(): void {
    this.#on({ type: 'tick' })
  }

  status(): PeerStatus {
    const { state, since, lastError } = this.#session
    const warning = this.#warning()
    return {
      address: this.#peer.address,
      state,
      since,
      ...(lastError === undefined ? {} : { lastError }),
      sent: this.#rib.size,
      ...(warning === undefined ? {} : { warning }),
    }
  }

  /** The same peer, configured otherwise; only what both sides have agreed upon needs a new session. */
  change(peer: Peer, notice: Fault): void {
    const needed = !samePeer({ ...this.#peer, maxPrefixes: 0 }, { ...peer, maxPrefixes: 0 })
    if (needed) this.#on({ type: 'end', notice })
    this.#peer = peer
    if (needed) {
      this.#session = { ...this.#session, dialAt: this.#ends.now() }
      this.#on({ type: 'tick' })
    } else this.#teller.touchAll()
  }

  /** Ends the session for good; absent = without a word. Resolves when the connection is closed. */
  close(notice?: Fault): Promise<void> {
    this.#on(notice === undefined ? { type: 'end' } : { type: 'end', notice })
    return this.#closing
  }

  #on(event: SessionEvent): void {
    const { now, random, restarting } = this.#ends
    const around = { peer: this.#peer, restarting, now: now(), random: random() }
    const { session, actions } = step(this.#session, event, around)
    this.#session = session
    for (const action of actions) {
      if (action.do === 'dial') void this.#dial()
      else if (action.do === 'send') this.#connection?.send(action.bytes)
      else if (action.do === 'hangUp') this.#hangUp(action.bytes)
      else if (action.do === 'begin') this.#begin(action.agreed)
      else if (action.do === 'forget') this.#teller.end()
      else this.#teller.repeat(action.family)
    }
    this.#arrange()
    this.noteChange()
  }

  #arrange(): void {
    this.#callOff?.()
    const at = wakeAt(this.#session)
    this.#callOff = Number.isFinite(at)
      ? this.#ends.after(Math.max(0, at - this.#ends.now()), () => this.#on({ type: 'tick' }))
      : undefined
  }

  async #dial(): Promise<void> {
    const call = {}
    this.#call = call
    const peer = this.#peer
    const current = (): boolean => this.#call === call
    try {
      await this.#closing
      const { password: source } = peer
      const password = source === undefined ? undefined : await this.#ends.password(source)
      if (!current()) return
      const framer = new Framer()
      this.#connection = this.#ends.dial(peer, password, {
        connected: local => {
          if (current()) this.#connected(local)
        },
        arrived: bytes => {
          if (!current()) return
          for (const part of framer.read(bytes)) {
            const message = part.kind === 'fault' ? part : decode(part)
            if (current()) this.#on({ type: 'heard', message })
          }
        },
        drained: () => {
          if (current()) this.#teller.go()
        },
        lost: code => {
          const why = code === undefined ? undefined : whyErrno(code, peer)
          if (current()) this.#on({ type: 'lost', why })
        },
      })
    } catch (error) {
      if (current()) this.#on({ type: 'lost', why: whyThrown(error, peer) })
    }
  }

  #connected(local: Ip): void {
    this.#local = local
    const beside = familyOf(local) === 'ipv4' ? undefined : this.#beside(local)
    this.#on({ type: 'connected', routerId: this.#peer.routerId ?? routerIdOf(local, beside) })
  }

  /** An address of ours of the other family. */
  #beside(local: Ip): Ip | undefined {
    const family = familyOf(local) === 'ipv4' ? 'ipv6' : 'ipv4'
    return addressBeside(local, family, this.#ends.interfaces(), this.#ends.announced)
  }

  #hangUp(bytes: Buffer | undefined): void {
    this.#closing = this.#connection?.hangUp(bytes) ?? Promise.resolve()
    this.#connection = undefined
    this.#call = undefined
  }

  #begin(agreed: Agreement): void {
    const connection = this.#connection
    const local = this.#local
    if (connection === undefined || local === undefined) return
    const { families, as4, extendedNextHop } = agreed
    const own = { local, beside: this.#beside(local), extendedNextHop }
    const peer = (): Peer => this.#peer
    const { as, localAs } = peer()
    const telling: Telling = {
      path: { external: as !== localAs, localAs, as4 },
      wants: ({ address }) => !this.#ends.quiet() && families.includes(familyOf(address)),
      nextHop: route => nextHopOf(route, own),
      get most() {
        return peer().maxPrefixes
      },
    }
    this.#teller.begin(connection, telling, families)
  }

  #warning(): string | undefined {
    if (this.#session.state !== 'established') return undefined
    const { excess, stranded } = this.#rib
    const warnings = [
      this.#lacking(),
      excess === 0 ? undefined : `${excess} more routes than max_prefixes are not announced`,
      stranded === 0
        ? undefined
        : `${stranded} routes are not announced: this host has no address of their family towards the peer, set next_hop`,
    ].filter(warning => warning !== undefined)
    return warnings.length === 0 ? undefined : warnings.join('; ')
  }

  /** That the peer takes no routes of a family matters as soon as there is one. */
  #lacking(): string | undefined {
    const { agreed } = this.#session
    if (agreed?.warning === undefined) return undefined
    const { families } = this.#peer
    for (const { address } of this.#ends.wanted.values()) {
      const family = familyOf(address)
      if (families.includes(family) && !agreed.families.includes(family)) return agreed.warning
    }
    return undefined
  }

  /** Tells of a change that an operator should know of, if there is one. */
  noteChange(): void {
    const essence = this.#essence()
    if (essence === this.#shown) return
    this.#shown = essence
    this.#ends.changed(this.status())
  }

  #essence(): string {
    const { state, lastError } = this.#session
    return JSON.stringify([state === 'established', lastError, this.#warning()])
  }
}

function whyThrown(error: unknown, peer: Peer): string {
  if (error instanceof SlbError) return error.message
  if (error instanceof Error && 'code' in error) return whyErrno(`${error.code}`, peer)
  throw error
}

/** Rows of peers are plain data. */
function samePeer(a: Peer, b: Peer): boolean {
  const sorted = (peer: Peer): string => JSON.stringify(Object.entries(peer).sort())
  return sorted(a) === sorted(b)
}
