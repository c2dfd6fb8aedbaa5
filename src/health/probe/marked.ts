/** Sockets with a mark (SO_MARK, socket(7)): what IPVS services by firewall mark take. */
import { endianness } from 'node:os'
import { type Ip, writeIp } from '../../model/ip.ts'
import { errnoName } from '../../netlink/errno.ts'
import { type Libc, libc } from '../../netlink/libc.ts'

/** AF_INET, AF_INET6, SOCK_STREAM, SOCK_DGRAM, SOCK_NONBLOCK | SOCK_CLOEXEC. */
const inet = 2
const inet6 = 10
const types = { stream: 1, datagram: 2 } as const
const flags = 0o4000 | 0o2000000
/** SOL_SOCKET and SO_MARK (asm-generic/socket.h). */
const socketLevel = 1
const markOption = 36

/**
 * The descriptor of a new socket whose packets carry a mark; needs CAP_NET_ADMIN or, since Linux
 * 5.17, CAP_NET_RAW.
 *
 * @param source that it is bound to, at any port.
 * @throws an error with the errno's name as its code, like those of Node.
 */
export function markedSocket(
  type: keyof typeof types,
  address: string,
  mark: number,
  source?: Ip,
  c: Libc = libc(),
): number {
  const fd = c.socket(address.includes(':') ? inet6 : inet, types[type] | flags, 0)
  if (fd < 0) throw systemError(c.errno(), 'socket')
  try {
    setMark(fd, mark, c)
    if (source !== undefined) bindTo(fd, source, c)
    return fd
  } catch (error) {
    c.close(fd)
    throw error
  }
}

/** struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)). */
function bindTo(fd: number, source: Ip, c: Libc): void {
  const ipv6 = source.includes(':')
  const address = new Uint8Array(ipv6 ? 28 : 16)
  new Uint16Array(address.buffer, 0, 1)[0] = ipv6 ? inet6 : inet
  writeIp(source, address, ipv6 ? 8 : 4)
  if (c.bind(fd, address, address.length) !== 0) throw systemError(c.errno(), `bind ${source}`)
}

/** Marks the packets of a socket; throws like `markedSocket`. */
export function setMark(fd: number, mark: number, c: Libc): void {
  const value = Buffer.alloc(4)
  if (endianness() === 'LE') value.writeUInt32LE(mark)
  else value.writeUInt32BE(mark)
  if (c.setsockopt(fd, socketLevel, markOption, value, value.length) !== 0)
    throw systemError(c.errno(), `set the mark ${mark}`)
}

/** An error as Node throws them for system calls. */
export function systemError(errno: number, call: string): NodeJS.ErrnoException {
  const code = errnoName(errno)
  return Object.assign(new Error(`${call}: ${code}`), { errno, code, syscall: call })
}
