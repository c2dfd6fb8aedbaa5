/** One peer: its session, its connection, and what it is told. */
import type { Peer, PeerStatus, Route } from '../model/announcement.ts'
import { familyOf, type Ip } from '../model/ip.ts'
import type { Agreement } from './agree.ts'
import { Call, type Means } from './call.ts'
import { nextHopOf, type OwnAddresses } from './next-hop.ts'
import { addressBeside, type Interfaces, routerIdOf } from './own-address.ts'
import type { Portions } from './portions.ts'
import { RibOut, type Telling } from './rib-out.ts'
import { newSession, type Session, type SessionEvent, wakeAt } from './session.ts'
import { step } from './step.ts'
import { Teller } from './teller.ts'
import type { Fault } from './wire/fault.ts'
import type { Incoming } from './wire/incoming.ts'

/** What a neighbour needs of the world. Times in milliseconds. */
export interface NeighbourEnds extends Means {
  readonly now: () => number
  /** Calls after so long, once what has arrived by then has been read; returns how to call it off. */
  readonly after: (milliseconds: number, call: () => void) => () => void
  readonly random: () => number
  readonly interfaces: () => Interfaces
  readonly restarting: boolean
  /** What all peers are to be told of, by key. */
  readonly wanted: ReadonlyMap<string, Route>
  /** The turns that all peers share. */
  readonly portions: Portions
  /** All routes are known. */
  complete(): boolean
  /** Nobody is to be told of any route. */
  quiet(): boolean
  /** This address is one that we announce. */
  announced(ip: Ip): boolean
  changed(status: PeerStatus): void
}

/** For so long a peer may take nothing, in milliseconds, or for twice the hold time. */
const leastSendHold = 60_000

export class Neighbour {
  readonly #ends: NeighbourEnds
  readonly #rib: RibOut
  readonly #teller: Teller
  #peer: Peer
  #session: Session
  /** The one that is being made, or that the session is in. */
  #call: Call | undefined
  #local: Ip | undefined
  #callOff: (() => void) | undefined
  #closing: Promise<void> = Promise.resolve()
  /** Since when the peer has been seen to take nothing. */
  #blockedSince: number | undefined
  #shown = ''

  constructor(peer: Peer, ends: NeighbourEnds) {
    this.#peer = peer
    this.#ends = ends
    this.#rib = new RibOut(ends.wanted)
    this.#teller = new Teller(this.#rib, ends.portions, ends.complete)
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
    const needed = !agreesAlike(this.#peer, peer)
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
      if (action.do === 'dial') this.#dial()
      else if (action.do === 'send') this.#call?.connection?.send(action.bytes)
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
      ? this.#ends.after(Math.max(0, at - this.#ends.now()), () => this.#tick())
      : undefined
  }

  /** What the peer does not take is not told: after a while another session is better (RFC 9687). */
  #tick(): void {
    const now = this.#ends.now()
    const { agreed } = this.#session
    if (this.#call?.connection?.blocked !== true) this.#blockedSince = undefined
    else this.#blockedSince ??= now
    const most = Math.max(leastSendHold, 2 * (agreed?.hold ?? 0))
    const stuck = this.#blockedSince !== undefined && now - this.#blockedSince >= most
    this.#on({ type: stuck ? 'stuck' : 'tick' })
  }

  #dial(): void {
    const ends = {
      connected: (local: Ip) => this.#connected(local),
      heard: (message: Incoming) => this.#on({ type: 'heard', message }),
      drained: () => this.#teller.go(),
      lost: (why: string | undefined) => this.#on({ type: 'lost', why }),
    }
    this.#call = new Call(this.#peer, this.#ends, ends, this.#closing)
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
    this.#closing = this.#call?.hangUp(bytes) ?? Promise.resolve()
    this.#call = undefined
    this.#blockedSince = undefined
  }

  #begin(agreed: Agreement): void {
    const connection = this.#call?.connection
    const local = this.#local
    if (connection === undefined || local === undefined) return
    const { families, as4, extendedNextHop } = agreed
    let beside: { readonly ip: Ip | undefined } | undefined
    const own: OwnAddresses = {
      local,
      extendedNextHop,
      // Most routes are of the family of the session, and to ask for all interfaces takes a while.
      get beside() {
        beside ??= { ip: look() }
        return beside.ip
      },
    }
    const peer = (): Peer => this.#peer
    const look = (): Ip | undefined => this.#beside(local)
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
    const local = this.#local
    const moves = local !== undefined && this.#ends.announced(local)
    const warnings = [
      moves
        ? `the session is made from ${local}, which is announced: set local_address`
        : undefined,
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

/** Whether two rows of a peer differ in nothing that was agreed upon, or that its socket was made with. */
function agreesAlike(a: Peer, b: Peer): boolean {
  const text = ({ keepalive: _, maxPrefixes: __, ...rest }: Peer): string =>
    JSON.stringify(Object.entries(rest).sort())
  return text(a) === text(b)
}
