/** The speaker `gobgp`: a gobgpd of 3.x or 4.x, by its API. Routes there stand when slb ends. */
import {
  type PasswordSource,
  type Peer,
  type PeerStatus,
  type Route,
  routeKey,
} from '../model/announcement.ts'
import { type ChangeOf, describeChange, type Failure } from '../model/change.ts'
import { SlbError } from '../model/error.ts'
import { familyOf } from '../model/ip.ts'
import type { Speaker, SpeakerChange } from '../table/announce/speaker.ts'
import { type Channel, openChannel, Unimplemented } from './call.ts'
import { type Dialect, fourth, third } from './dialect.ts'
import { familyMessage, pathOf, routeOf, withdrawalOf } from './path.ts'
import { neighbourOf, rowOf, statusOf } from './peer.ts'
import {
  type Field,
  fieldsOf,
  message,
  messageIn,
  messagesIn,
  number,
  numberIn,
  text,
} from './protobuf.ts'

export interface GobgpOptions {
  /** `unix:/PATH` of a socket, or `HOST:PORT`. */
  readonly address: string
  /** Throws an SlbError without the password in it. */
  readonly password: (source: PasswordSource) => Promise<Uint8Array>
  readonly channel?: Channel
}

/** A daemon that has been asked who it is. */
interface Known {
  readonly dialect: Dialect
  /** 0 = it has not been told yet, and has no peers and no routes. */
  readonly as: number
}

/** So many paths go in one message: a few hundred KB. */
const bulk = 1000

/**
 * Opens a speaker for a daemon that runs. What others have made there is left alone: neighbours by
 * their description, paths by their path identifier.
 */
export function gobgpSpeaker(options: GobgpOptions): Speaker {
  const channel = options.channel ?? openChannel(options.address)
  return new GobgpSpeaker(channel, options)
}

class GobgpSpeaker implements Speaker {
  readonly name = 'gobgp'
  readonly #channel: Channel
  readonly #options: GobgpOptions

  constructor(channel: Channel, options: GobgpOptions) {
    this.#channel = channel
    this.#options = options
  }

  async read() {
    const known = await this.#know()
    if (known.as === 0) return { peers: [], routes: [] }
    const peers = (await this.#neighbours(known, false)).flatMap(fields => rowOf(fields) ?? [])
    return { peers, routes: await this.#routes(known) }
  }

  async apply(changes: readonly SpeakerChange[]): Promise<readonly Failure[]> {
    const failures: Failure[] = []
    let known = await this.#know()
    for (const change of changes)
      if (change.kind === 'peer')
        try {
          if (known.as === 0 && change.op !== 'delete') known = await this.#begin(known, change.row)
          await this.#changePeer(known, change.op, change.row)
        } catch (error) {
          failures.push({ change, error: asFault(error, change) })
        }
    failures.push(...(await this.#changeRoutes(known, changes)))
    return failures
  }

  async status(): Promise<readonly PeerStatus[]> {
    const known = await this.#know()
    if (known.as === 0) return []
    const now = { monotonic: Number(process.hrtime.bigint() / 1000n) / 1000, wall: Date.now() }
    return (await this.#neighbours(known, true)).flatMap(fields =>
      rowOf(fields) === undefined ? [] : (statusOf(fields, now) ?? []),
    )
  }

  async close(how: 'withdraw' | 'keep'): Promise<void> {
    try {
      if (how === 'withdraw') await this.#withdrawAll()
    } finally {
      this.#channel.close()
    }
  }

  /** Asked anew each time: the daemon may have been exchanged. */
  async #know(): Promise<Known> {
    try {
      return await this.#ask(fourth)
    } catch (error) {
      if (error instanceof Unimplemented) return this.#ask(third)
      throw error
    }
  }

  async #ask(dialect: Dialect): Promise<Known> {
    const [answer] = await this.#call(dialect, 'GetBgp', [Buffer.alloc(0)])
    return { dialect, as: numberIn(messageIn(fieldsOf(answer ?? Buffer.alloc(0)), 1), 1) }
  }

  #call(dialect: Dialect, method: string, messages: readonly Buffer[]): Promise<readonly Buffer[]> {
    return this.#channel.call(`/${dialect.service}/${method}`, messages)
  }

  /** Tells a daemon that has just been started who it is. It calls and does not listen. */
  async #begin({ dialect }: Known, peer: Peer): Promise<Known> {
    const { localAs, routerId } = peer
    if (routerId === undefined)
      throw new SlbError('invalid', 'a gobgpd that has just been started needs a router id', {
        hint: 'set [bgp] router_id',
      })
    const global = message(1, number(1, localAs), text(2, routerId), number(3, -1))
    await this.#call(dialect, 'StartBgp', [global])
    return { dialect, as: localAs }
  }

  async #neighbours({ dialect }: Known, counted: boolean): Promise<readonly (readonly Field[])[]> {
    const answers = await this.#call(dialect, 'ListPeer', [number(2, counted)])
    return answers.map(answer => messageIn(fieldsOf(answer), 1))
  }

  async #routes({ dialect }: Known): Promise<readonly Route[]> {
    const found: Route[] = []
    for (const family of ['ipv4', 'ipv6'] as const) {
      const request = Buffer.concat([number(1, dialect.globalTable), familyMessage(3, family)])
      for (const answer of await this.#call(dialect, 'ListPath', [request])) {
        const paths = messagesIn(messageIn(fieldsOf(answer), 1), 2)
        found.push(...paths.flatMap(fields => routeOf(dialect, fields) ?? []))
      }
    }
    return found
  }

  async #changePeer(known: Known, op: SpeakerChange['op'], peer: Peer): Promise<void> {
    const { dialect, as } = known
    if (op === 'delete' || op === 'drain') {
      await this.#call(dialect, 'DeletePeer', [text(1, peer.address)])
      return
    }
    const password =
      peer.password === undefined ? undefined : await this.#options.password(peer.password)
    const neighbour = message(1, neighbourOf(peer, password, as))
    await this.#call(dialect, op === 'update' ? 'UpdatePeer' : 'AddPeer', [neighbour])
  }

  /** In the order of the changes, as one stream: the daemon takes all of a message or none. */
  async #changeRoutes(
    known: Known,
    changes: readonly SpeakerChange[],
  ): Promise<readonly Failure[]> {
    const { dialect, as } = known
    const failures: Failure[] = []
    const routes = changes.filter(change => {
      if (change.kind !== 'route') return false
      const error = change.op === 'delete' ? undefined : hindrance(change.row)
      if (error !== undefined) failures.push({ change, error })
      return error === undefined
    }) as readonly ChangeOf<'route'>[]
    const messages: Buffer[] = []
    for (let at = 0; at < routes.length; at += bulk) {
      const paths = routes
        .slice(at, at + bulk)
        .map(({ op, row }) =>
          message(3, op === 'delete' ? withdrawalOf(dialect, row) : pathOf(dialect, row, as)),
        )
      messages.push(Buffer.concat([number(1, dialect.globalTable), ...paths]))
    }
    if (messages.length === 0) return failures
    try {
      await this.#call(dialect, 'AddPathStream', messages)
      return failures
    } catch (error) {
      return [...failures, ...routes.map(change => ({ change, error: asFault(error, change) }))]
    }
  }

  async #withdrawAll(): Promise<void> {
    const known = await this.#know()
    if (known.as === 0) return
    const rows = (await this.#routes(known)).filter(({ owned }) => owned)
    const changes = rows.map((row): SpeakerChange => ({ op: 'delete', kind: 'route', row }))
    const [failure] = await this.#changeRoutes(known, changes)
    if (failure !== undefined) throw failure.error
  }
}

/**
 * In a session over IPv4, gobgpd makes an IPv4-mapped address of its own one for an IPv6 route, which
 * leads nowhere.
 */
function hindrance(route: Route): SlbError | undefined {
  if (route.nextHop !== undefined || familyOf(route.address) === 'ipv4') return undefined
  return new SlbError('invalid', `${routeKey(route)}: gobgpd has no next hop for an IPv6 route`, {
    hint: 'set [bgp] next_hop.ipv6',
  })
}

/** What went wrong outside, with the change in the words; bugs go on. */
function asFault(error: unknown, change: SpeakerChange): SlbError {
  if (!(error instanceof SlbError)) throw error
  const { code, message: words, hint } = error
  return new SlbError(code, `${describeChange(change)}: ${words}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  })
}
