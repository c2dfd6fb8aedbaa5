/**
 * The speaker of `slb run` itself: announces routes, learns none. What it announces is gone when it is.
 *
 * A peer that is called anew is told of all routes that are known then. Its End-of-RIB follows when
 * `complete` has been called, or after `deferral`: a speaker that takes the place of another one
 * (`restarting`) is told of its routes bit by bit, and a peer that has kept the old ones (RFC 4724) forgets
 * those that it has not been told of by then.
 */
import { networkInterfaces } from 'node:os'
import { type Peer, type PeerStatus, peerKey, type Route, routeKey } from '../model/announcement.ts'
import type { Failure } from '../model/change.ts'
import { SlbError } from '../model/error.ts'
import type { Ip } from '../model/ip.ts'
import type { Speaker, SpeakerChange, Standing } from '../table/announce/speaker.ts'
import { type Dial, dial } from './connection.ts'
import { Neighbour, type NeighbourEnds } from './neighbour.ts'
import type { Interfaces } from './own-address.ts'
import { type ReadPassword, readPassword } from './password.ts'
import { Portions } from './portions.ts'
import { fault } from './wire/fault.ts'
import { shutdown } from './wire/notification.ts'
import { fits } from './wire/update.ts'

/** Times in milliseconds. */
export interface SpeakerOptions {
  /** True if it takes the place of one whose routes the peers may have kept. */
  readonly restarting?: boolean
  /** For how long `complete` is waited for when restarting. */
  readonly deferral?: number
  /** A session has come up or ended, or there is another error or warning. */
  readonly changed?: (status: PeerStatus) => void
  /** For how long `apply` waits for the kernel to take what is to be sent. */
  readonly handing?: number
  readonly now?: () => number
  readonly after?: NeighbourEnds['after']
  readonly random?: () => number
  readonly dial?: Dial
  readonly password?: ReadPassword
  readonly interfaces?: () => Interfaces
}

export interface EmbeddedSpeaker extends Speaker {
  /** All routes are known now. Needed once, and only when restarting. */
  complete(): void
  /** True takes all routes back from all peers, and keeps the sessions; false announces them again. */
  quiet(is: boolean): void
}

/** Opens a speaker that knows no peer yet. It keeps the process alive while it has some. */
export function openSpeaker(options: SpeakerOptions = {}): EmbeddedSpeaker {
  return new BgpSpeaker(options)
}

const usualDeferral = 60_000
const usualHanding = 1000

class BgpSpeaker implements EmbeddedSpeaker {
  readonly name = 'embedded'
  readonly #ends: NeighbourEnds
  readonly #handing: number
  readonly #routes = new Map<string, Route>()
  /** How many routes each address has. */
  readonly #announced = new Map<Ip, number>()
  readonly #neighbours = new Map<string, Neighbour>()
  #complete: boolean
  #quiet = false
  #callOff: (() => void) | undefined

  constructor(options: SpeakerOptions) {
    const { restarting = false, deferral = usualDeferral, handing = usualHanding } = options
    this.#handing = handing
    this.#complete = !restarting
    const now = options.now ?? monotonic
    this.#ends = {
      now,
      portions: new Portions(now),
      after: options.after ?? after,
      random: options.random ?? Math.random,
      dial: options.dial ?? dial,
      password: options.password ?? (source => readPassword(source)),
      interfaces: options.interfaces ?? networkInterfaces,
      restarting,
      wanted: this.#routes,
      complete: () => this.#complete,
      quiet: () => this.#quiet,
      announced: ip => this.#announced.has(ip),
      changed: options.changed ?? (() => {}),
    }
    if (restarting) this.#callOff = this.#ends.after(deferral, () => this.complete())
  }

  read(): Promise<Standing> {
    return Promise.resolve({
      peers: [...this.#neighbours.values()].map(({ peer }) => peer),
      routes: [...this.#routes.values()],
    })
  }

  async apply(changes: readonly SpeakerChange[]): Promise<readonly Failure[]> {
    const failures: Failure[] = []
    const touched: string[] = []
    for (const change of changes) {
      if (change.kind === 'peer') this.#changePeer(change.op, change.row)
      else {
        const key = routeKey(change.row)
        const error = this.#changeRoute(change.op, key, change.row)
        if (error === undefined) touched.push(key)
        else failures.push({ change, error })
      }
    }
    await this.#all(neighbour => neighbour.teller.touch(touched))
    return failures
  }

  status(): Promise<readonly PeerStatus[]> {
    return Promise.resolve([...this.#neighbours.values()].map(one => one.status()))
  }

  async close(how: 'withdraw' | 'keep'): Promise<void> {
    this.#callOff?.()
    if (how === 'withdraw') {
      this.#quiet = true
      await this.#all(({ teller }) => teller.touchAll())
    }
    const neighbours = [...this.#neighbours.values()]
    this.#neighbours.clear()
    await Promise.all(
      neighbours.map(one =>
        how === 'keep' && one.peer.gracefulRestart > 0
          ? one.close()
          : one.close(shutdown('slb is stopping')),
      ),
    )
  }

  complete(): void {
    this.#callOff?.()
    this.#complete = true
    for (const { teller } of this.#neighbours.values()) teller.go()
  }

  quiet(is: boolean): void {
    if (this.#quiet === is) return
    this.#quiet = is
    for (const { teller } of this.#neighbours.values()) teller.touchAll()
  }

  #changePeer(op: SpeakerChange['op'], peer: Peer): void {
    const key = peerKey(peer)
    const neighbour = this.#neighbours.get(key)
    if (op === 'delete' || op === 'drain') {
      this.#neighbours.delete(key)
      void neighbour?.close(fault('peerDeconfigured'))
    } else if (neighbour !== undefined) neighbour.change(peer, fault('configurationChange'))
    else {
      const fresh = new Neighbour(peer, this.#ends)
      this.#neighbours.set(key, fresh)
      fresh.start()
    }
  }

  #changeRoute(op: SpeakerChange['op'], key: string, route: Route): SlbError | undefined {
    if (op === 'delete' || op === 'drain') {
      if (this.#routes.delete(key)) this.#count(route, -1)
      return undefined
    }
    if (!fits(route))
      return new SlbError('invalid', `${key}: its attributes are longer than a BGP message`, {
        hint: 'give it fewer communities',
      })
    if (!this.#routes.has(key)) this.#count(route, 1)
    this.#routes.set(key, route)
    return undefined
  }

  /** One address can have routes of several lengths. */
  #count({ address }: Route, more: number): void {
    const count = (this.#announced.get(address) ?? 0) + more
    if (count > 0) this.#announced.set(address, count)
    else this.#announced.delete(address)
  }

  /** Does this for all peers, and waits until the kernel has what they are told, or for long enough. */
  async #all(act: (neighbour: Neighbour) => void): Promise<void> {
    const neighbours = [...this.#neighbours.values()]
    for (const neighbour of neighbours) act(neighbour)
    let callOff: (() => void) | undefined
    const enough = new Promise<void>(resolve => {
      callOff = this.#ends.after(this.#handing, resolve)
    })
    await Promise.race([Promise.all(neighbours.map(({ teller }) => teller.idle())), enough])
    callOff?.()
    for (const neighbour of neighbours) neighbour.noteChange()
  }
}

/** A turn later: what has arrived is read before anybody is blamed for silence. */
function after(milliseconds: number, call: () => void): () => void {
  let turn: NodeJS.Immediate | undefined
  const timer = setTimeout(
    () => {
      turn = setImmediate(call)
    },
    Math.min(Math.ceil(milliseconds), 0x7fff_ffff),
  )
  return () => {
    clearTimeout(timer)
    clearImmediate(turn)
  }
}

/** Milliseconds of CLOCK_MONOTONIC, with their fractions: the clock that the other threads go by. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
