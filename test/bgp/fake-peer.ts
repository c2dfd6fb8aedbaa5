/** A router that says what a test wants it to: real sockets on loopback. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Capabilities } from '../../src/bgp/wire/capability.ts'
import { Framer, keepalive } from '../../src/bgp/wire/message.ts'
import { decodeNotification, describeCodes } from '../../src/bgp/wire/notification.ts'
import { decodeOpen, encodeOpen, type Open } from '../../src/bgp/wire/open.ts'
import { type ReadUpdate, readUpdate } from './read-update.ts'
import { ip } from './rig.ts'

/** One message in the words of a test: the type, or what an UPDATE or a NOTIFICATION says. */
export type Heard =
  | { readonly type: 'open'; readonly open: Open }
  | { readonly type: 'update'; readonly update: ReadUpdate }
  | {
      readonly type: 'notification'
      readonly words: string
      readonly code: number
      readonly subcode: number
    }
  | { readonly type: 'closed' }

export class FakePeer {
  readonly #server: Server
  readonly #all: FakeSession[] = []
  #sessions: FakeSession[] = []
  #waiting: ((session: FakeSession) => void)[] = []

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', socket => {
      const session = new FakeSession(socket)
      this.#all.push(session)
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#sessions.push(session)
      else waiting(session)
    })
  }

  static async listen(host = '127.0.0.1'): Promise<FakePeer> {
    const server = createServer()
    server.listen(0, host)
    await once(server, 'listening')
    return new FakePeer(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The next connection that is made to it. */
  call(): Promise<FakeSession> {
    const session = this.#sessions.shift()
    if (session !== undefined) return Promise.resolve(session)
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** The next session, up to where it stands. */
  async session(says: Partial<Open> = {}): Promise<FakeSession> {
    const session = await this.call()
    await session.establish(says)
    return session
  }

  /** Ends it, and all connections to it. */
  async close(): Promise<void> {
    this.#server.close()
    for (const session of this.#all) session.socket.destroy()
    await once(this.#server, 'close')
  }
}

const usualCapabilities: Capabilities = {
  families: ['ipv4', 'ipv6'],
  as4: 65000,
  routeRefresh: true,
  extendedNextHop: false,
}

export class FakeSession {
  readonly socket: Socket
  /** Whether KEEPALIVEs are answered by KEEPALIVEs. */
  awake = true
  /** How many KEEPALIVEs have come. */
  keepalives = 0
  #heard: Heard[] = []
  #waiting: ((heard: Heard) => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    const framer = new Framer()
    socket.on('data', bytes => {
      for (const part of framer.read(bytes)) if (part.kind === 'frame') this.#take(part)
    })
    socket.on('error', () => {})
    socket.on('close', () => this.#hear({ type: 'closed' }))
  }

  /** The next message but KEEPALIVEs, or the end. */
  next(): Promise<Heard> {
    const heard = this.#heard.shift()
    if (heard !== undefined) return Promise.resolve(heard)
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** The next UPDATE; anything else is not what the test expects. */
  async update(): Promise<ReadUpdate> {
    const heard = await this.next()
    if (heard.type !== 'update') throw new Error(`heard ${JSON.stringify(heard)}`)
    return heard.update
  }

  /** What has been heard and not asked for. */
  get unheard(): readonly Heard[] {
    return this.#heard
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  open(says: Partial<Open> = {}): void {
    const { as = 65000, hold = 9, routerId = ip('192.0.2.254'), capabilities } = says
    this.send(
      encodeOpen({
        kind: 'open',
        as,
        hold,
        routerId,
        capabilities: { ...usualCapabilities, as4: as, ...capabilities },
      }),
    )
  }

  /** Returns what we were told in the OPEN. */
  async establish(says: Partial<Open> = {}): Promise<Open> {
    const heard = await this.next()
    if (heard.type !== 'open') throw new Error(`heard ${JSON.stringify(heard)}`)
    this.open(says)
    this.send(keepalive)
    return heard.open
  }

  #take({ type, body }: { readonly type: number; readonly body: Buffer }): void {
    if (type === 1) this.#hear({ type: 'open', open: decodeOpen(body) as Open })
    else if (type === 2) this.#hear({ type: 'update', update: readUpdate(body) })
    else if (type === 3) {
      const notification = decodeNotification(body)
      const { code, subcode } = notification
      this.#hear({ type: 'notification', words: describeCodes(notification), code, subcode })
    } else {
      this.keepalives++
      if (this.awake) this.send(keepalive)
    }
  }

  #hear(heard: Heard): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#heard.push(heard)
    else waiting(heard)
  }
}
