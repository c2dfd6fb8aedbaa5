/** Connections to what a check asks: from its source address, with its mark, and closed without a trace. */
import { createSocket, type Socket as Datagram } from 'node:dgram'
import { Socket } from 'node:net'
import type { Check } from '../../model/check.ts'
import type { Ip } from '../../model/ip.ts'
import { markedSocket } from './marked.ts'
import { routeTo } from './way.ts'

/**
 * Without a source the kernel would ask the VIP from the VIP itself, which is an address of this host: a
 * backend that has it, too, would drop that. What IPVS sends on finds its way by the backend alone.
 */
function sourceOf({ source, through }: Check): Ip | undefined {
  return source ?? (through === undefined ? undefined : routeTo(through).source)
}

/** A TCP connection that is being made. Errors come as events of the socket, or are thrown. */
export function dial(check: Check): Socket {
  const { address: host, port, mark } = check
  const family = host.includes(':') ? 6 : 4
  const source = sourceOf(check)
  const socket =
    mark === undefined ? new Socket() : new Socket({ fd: markedSocket('stream', host, mark) })
  try {
    // `family` spares the search for it; `localAddress` is bound before connecting.
    return socket.connect(
      source === undefined ? { host, port, family } : { host, port, family, localAddress: source },
    )
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/**
 * Closes a connection by a reset: no TIME_WAIT stays on either side, of which 5,000 checks a second
 * would leave 300,000 (RFC 9293, 3.5.2 and 3.10.7). A connection that the other side has ended needs
 * none, and libuv would refuse it. What happens to the socket afterwards is not told to anybody.
 */
export function hangUp(socket: Socket): void {
  socket.removeAllListeners('error')
  socket.on('error', () => {})
  if (socket.connecting || socket.destroyed || socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

/**
 * A UDP socket that is bound as the check asks, and connected: so that it takes answers of nobody
 * else, and an unreachable port comes back as an error (udp(7)). Errors come as events, or are thrown.
 */
export function dialDatagram(check: Check, connected: (socket: Datagram) => void): Datagram {
  const { address, port, mark } = check
  const source = sourceOf(check)
  const fd = mark === undefined ? undefined : markedSocket('datagram', address, mark, source)
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.once('connect', () => connected(socket))
  const connect = (): void => socket.connect(port, address)
  if (fd !== undefined) socket.bind({ fd }, connect)
  else if (source !== undefined) socket.bind({ address: source, port: 0 }, connect)
  else connect()
  return socket
}

/** Closes a UDP socket, whatever it is at: Node itself listens to `listening`, to close it later. */
export function hangUpDatagram(socket: Datagram): void {
  for (const event of ['message', 'connect', 'error']) socket.removeAllListeners(event)
  socket.on('error', () => {})
  socket.close()
}
