/** The TCP connection of a session: ours to make, bounded in time to end. */
import { readSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Peer } from '../model/announcement.ts'
import { type Ip, parseIp } from '../model/ip.ts'
import { acknowledgeAtOnce, closeDescriptor, secondDescriptor, socketTo } from './socket.ts'

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
/** A few messages, which have at most 4096 bytes each. */
const mostUnread = 16 << 10

/** Calls a peer by a socket of the kernel. */
export const dial: Dial = (peer, password, ends) => {
  const { address: host, port, localAddress } = peer
  const fd = socketTo(peer, password)
  const ear = secondDescriptor(fd)
  const socket = new Socket({ fd })
  let hears = true
  const stopHearing = (): void => {
    if (hears) closeDescriptor(ear)
    hears = false
  }
  let code: string | undefined
  socket.setNoDelay(true)
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code ?? error.message
  })
  socket.on('connect', () => ends.connected(parseIp(socket.localAddress ?? '') ?? host))
  socket.on('data', bytes => ends.arrived(bytes))
  socket.on('drain', () => ends.drained())
  socket.on('close', () => {
    // A failed write makes Node close the socket at once, whatever the peer has said last.
    const rest = code === undefined ? Buffer.alloc(0) : unread(ear)
    stopHearing()
    if (rest.length > 0) ends.arrived(rest)
    ends.lost(code)
  })
  const family = host.includes(':') ? 6 : 4
  try {
    socket.connect({
      host,
      port,
      family,
      ...(localAddress === undefined ? {} : { localAddress }),
    })
  } catch (error) {
    socket.removeAllListeners('close')
    socket.destroy()
    stopHearing()
    throw error
  }
  return {
    get blocked() {
      return socket.writableNeedDrain
    },
    send: (bytes, handed) =>
      void socket.write(bytes, () => {
        if (hears) acknowledgeAtOnce(ear)
        handed?.()
      }),
    hangUp: bytes => {
      stopHearing()
      return hangUp(socket, bytes)
    },
  }
}

/** What has arrived and was not read; a NOTIFICATION is at its end. */
function unread(fd: number): Buffer {
  const parts: Buffer[] = []
  try {
    for (;;) {
      const part = Buffer.alloc(mostUnread)
      const length = readSync(fd, part)
      if (length === 0) break
      parts.push(part.subarray(0, length))
    }
  } catch {
    // EAGAIN: that was all; another error: there will be no more.
  }
  return Buffer.concat(parts)
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
