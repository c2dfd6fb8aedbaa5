/** One attempt to reach a peer, and the messages that come of it. */
import type { Peer } from '../model/announcement.ts'
import { SlbError } from '../model/error.ts'
import type { Ip } from '../model/ip.ts'
import type { Connection, Dial } from './connection.ts'
import type { ReadPassword } from './password.ts'
import { whyErrno } from './reason.ts'
import { decode, type Incoming } from './wire/incoming.ts'
import { Framer } from './wire/message.ts'

/** How peers are reached. */
export interface Means {
  readonly dial: Dial
  readonly password: ReadPassword
}

/** What is heard of a call; nothing any more after `lost` or once we hang up. */
export interface CallEnds {
  /** The address of ours that it goes from. */
  connected(local: Ip): void
  heard(message: Incoming): void
  /** There is room again for what is to be sent. */
  drained(): void
  /** In words; absent = the peer closed the connection. */
  lost(why: string | undefined): void
}

export class Call {
  readonly #peer: Peer
  readonly #ends: CallEnds
  #connection: Connection | undefined
  #over = false

  /** Calls when what is to be waited for has happened. */
  constructor(peer: Peer, means: Means, ends: CallEnds, wait: Promise<void>) {
    this.#peer = peer
    this.#ends = ends
    void this.#make(means, wait)
  }

  /** Absent before there is a socket. */
  get connection(): Connection | undefined {
    return this.#connection
  }

  /** Ends it, after these bytes; resolves when the connection is closed. */
  hangUp(bytes: Uint8Array | undefined): Promise<void> {
    this.#over = true
    return this.#connection?.hangUp(bytes) ?? Promise.resolve()
  }

  async #make({ dial, password: read }: Means, wait: Promise<void>): Promise<void> {
    const { password: source } = this.#peer
    try {
      await wait
      const password = source === undefined ? undefined : await read(source)
      if (!this.#over) this.#connection = dial(this.#peer, password, this.#ears())
    } catch (error) {
      this.#lose(whyThrown(error, this.#peer))
    }
  }

  #ears(): Parameters<Dial>[2] {
    const framer = new Framer()
    return {
      connected: local => {
        if (!this.#over) this.#ends.connected(local)
      },
      arrived: bytes => {
        if (this.#over) return
        for (const part of framer.read(bytes)) {
          const message = part.kind === 'fault' ? part : decode(part)
          if (!this.#over) this.#ends.heard(message)
        }
      },
      drained: () => {
        if (!this.#over) this.#ends.drained()
      },
      lost: code => this.#lose(code === undefined ? undefined : whyErrno(code, this.#peer)),
    }
  }

  #lose(why: string | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#ends.lost(why)
  }
}

function whyThrown(error: unknown, peer: Peer): string {
  if (error instanceof SlbError) return error.message
  if (error instanceof Error && 'code' in error) return whyErrno(`${error.code}`, peer)
  throw error
}
