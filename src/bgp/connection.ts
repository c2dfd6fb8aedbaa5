/** The TCP connection of a session: ours to make, bounded in time to end. */
import { Socket } from 'node:net'
import type { Peer } from '../model/announcement.ts'
import { type Ip, parseIp } from '../model/ip.ts'
import { socketTo } from './socket.ts'

/** What is heard of a connection; nothing any more after `lost` or once we hang up. */
export interface ConnectionEnds {
  /** The address of ours that it goes from. */
  connected(local: Ip): void
  arrived(bytes: Uint8Array): void
  /** There is room again for what is to be sent. */
  drained(): void
  /** The name of the errno; absent = the peer closed it. */
  lost(code: string | undefined): void
}

export interface Connection {
  /** True while nothing more should be sent: the peer has not taken what was. */
  readonly blocked: boolean
  /** `handed` is called when the kernel has all of it, or never will. */
  send(bytes: Uint8Array, handed?: () => void): void
  /** Closes it after these bytes; resolves when it is closed, within a second. */
  hangUp(bytes?: Uint8Array): Promise<void>
}

/** Makes a connection. Errors of making a socket are thrown. */
export type Dial = (
  peer: Peer,
  password: Uint8Array | undefined,
  ends: ConnectionEnds,
) => Connection

/** How long the peer may take to have read what we say last, in milliseconds. */
const farewell = 1000

/** Calls a peer by a socket of the kernel. */
export const dial: Dial = (peer, password, ends) => {
  const { address: host, port, localAddress } = peer
  const socket = new Socket({ fd: socketTo(peer, password) })
  let code: string | undefined
  socket.setNoDelay(true)
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code ?? error.message
  })
  socket.on('connect', () => ends.connected(parseIp(socket.localAddress ?? '') ?? host))
  socket.on('data', bytes => ends.arrived(bytes))
  socket.on('drain', () => ends.drained())
  socket.on('close', () => ends.lost(code))
  const family = host.includes(':') ? 6 : 4
  try {
    socket.connect({
      host,
      port,
      family,
      ...(localAddress === undefined ? {} : { localAddress }),
    })
  } catch (error) {
    socket.destroy()
    throw error
  }
  return {
    get blocked() {
      return socket.writableNeedDrain
    },
    send: (bytes, handed) => void socket.write(bytes, handed),
    hangUp: bytes => hangUp(socket, bytes),
  }
}

/**
 * What is still to be read is read and forgotten: closing a socket before would reset the connection,
 * and the peer would lose what we say last (RFC 1122, 4.2.2.13).
 */
function hangUp(socket: Socket, bytes: Uint8Array | undefined): Promise<void> {
  for (const event of ['connect', 'data', 'drain', 'close']) socket.removeAllListeners(event)
  if (socket.connecting || socket.destroyed) {
    socket.destroy()
    return Promise.resolve()
  }
  return new Promise(resolve => {
    const timer = setTimeout(() => socket.destroy(), farewell)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.resume()
    if (bytes === undefined) socket.end()
    else socket.end(bytes)
  })
}
