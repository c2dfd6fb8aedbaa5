/**
 * ICMP echo for many probes over one socket: a ping socket (icmp(7): SOCK_DGRAM with IPPROTO_ICMP),
 * which the kernel gives to groups in net.ipv4.ping_group_range, for IPv6 as well.
 *
 * The kernel writes the identifier and checksums, and hands over only the replies to this socket.
 * Made by the C library, it is Node's to read and write: for libuv it is a datagram socket.
 */
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import type { Check } from '../../model/check.ts'
import { type Ip, writeIp } from '../../model/ip.ts'
import { errnoNumber } from '../../netlink/errno.ts'
import { libc } from '../../netlink/libc.ts'
import type { Release } from './attempt.ts'
import { OwnFault } from './fault.ts'
import { setMark, systemError } from './marked.ts'

/** Called once: with nothing when the echo has come back. */
type Echoed = (error?: Error) => void

/** What is the same for all sockets of a family: RFC 792, RFC 4443 (4.1, 4.2), and the kernel's numbers. */
interface Kind {
  readonly type: 'udp4' | 'udp6'
  readonly domain: number
  readonly protocol: number
  readonly request: number
  readonly reply: number
}

const v4: Kind = { type: 'udp4', domain: 2, protocol: 1, request: 8, reply: 0 }
const v6: Kind = { type: 'udp6', domain: 10, protocol: 58, request: 128, reply: 129 }
/** SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC. */
const datagram = 2 | 0o4000 | 0o2000000
/** Type, code, checksum, identifier, sequence number; then a token of 12 bytes. */
const headerLength = 8
const tokenLength = 12

const sockets = new Map<string, PingSocket>()

/**
 * The socket for a check: one for each family, source address and mark.
 *
 * @throws an error with the errno's name as its code; EACCES where the sysctl excludes this process.
 */
export function pingSocket(check: Check): PingSocket {
  const kind = check.address.includes(':') ? v6 : v4
  const key = `${kind.type} ${check.source ?? ''} ${check.mark ?? ''}`
  const known = sockets.get(key)
  if (known !== undefined) return known
  const made = new PingSocket(openPing(kind, check), kind, () => sockets.delete(key))
  sockets.set(key, made)
  return made
}

interface Waiting {
  readonly to: Ip
  readonly token: Buffer
  readonly echoed: Echoed
}

/** Echo requests that wait for their replies; the socket is closed when none does. */
export class PingSocket {
  readonly #socket: Socket
  readonly #kind: Kind
  readonly #closed: () => void
  readonly #waiting = new Map<number, Waiting>()
  #sequence = 0

  constructor(fd: number, kind: Kind, closed: () => void) {
    this.#kind = kind
    this.#closed = closed
    this.#socket = createSocket(kind.type)
    this.#socket.on('error', error => this.#failAll(error))
    this.#socket.on('message', (message, { address }) => this.#take(message, address))
    this.#socket.bind({ fd })
  }

  /** Sends one request; the answer does not come after the release. */
  ping(to: Ip, echoed: Echoed): Release {
    const sequence = this.#next()
    const token = randomBytes(tokenLength)
    this.#waiting.set(sequence, { to, token, echoed })
    const message = Buffer.alloc(headerLength + tokenLength)
    message[0] = this.#kind.request
    message.writeUInt16BE(sequence, 6)
    token.copy(message, headerLength)
    // The port means nothing here, but Node wants one.
    this.#socket.send(message, 1, to, error => {
      if (error !== null) this.#waiting.get(sequence)?.echoed(error)
    })
    return () => this.#forget(sequence)
  }

  /** A sequence number that nobody waits for. */
  #next(): number {
    if (this.#waiting.size > 0xffff)
      throw systemError(errnoNumber('ENOBUFS'), 'more than 65536 echo requests at a time')
    do this.#sequence = (this.#sequence + 1) & 0xffff
    while (this.#waiting.has(this.#sequence))
    return this.#sequence
  }

  #take(message: Buffer, from: string): void {
    if (message[0] !== this.#kind.reply || message.length < headerLength + tokenLength) return
    const waiting = this.#waiting.get(message.readUInt16BE(6))
    const token = message.subarray(headerLength)
    if (waiting?.to === from && waiting.token.equals(token)) waiting.echoed()
  }

  #forget(sequence: number): void {
    this.#waiting.delete(sequence)
    if (this.#waiting.size > 0) return
    this.#closed()
    this.#socket.close()
  }

  #failAll(error: Error): void {
    for (const { echoed } of [...this.#waiting.values()]) echoed(error)
  }
}

/** The descriptor of a new ping socket. */
function openPing(kind: Kind, { source, mark }: Check): number {
  const c = libc()
  const fd = c.socket(kind.domain, datagram, kind.protocol)
  if (fd < 0) {
    const errno = c.errno()
    throw errno === errnoNumber('EACCES') ? excluded() : systemError(errno, 'open a ping socket')
  }
  try {
    if (mark !== undefined) setMark(fd, mark, c)
    if (source !== undefined) {
      const address = socketAddress(kind, source)
      if (c.bind(fd, address, address.length) !== 0) throw systemError(c.errno(), 'bind')
    }
    return fd
  } catch (error) {
    c.close(fd)
    throw error
  }
}

/** struct sockaddr_in or sockaddr_in6, without a port. */
function socketAddress(kind: Kind, ip: Ip): Buffer {
  const bytes = Buffer.alloc(kind === v6 ? 28 : 16)
  new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0] = kind.domain
  writeIp(ip, bytes, kind === v6 ? 8 : 4)
  return bytes
}

function excluded(): OwnFault {
  return new OwnFault(
    'net.ipv4.ping_group_range keeps this process from sending echo requests: set it to "0 2147483647"',
  )
}
