/**
 * Sockets for sessions, made before Node has them: signatures and the TTL must stand when the first
 * packet leaves (tcp(7), ip(7), ipv6(7)).
 */
import { endianness } from 'node:os'
import type { Peer } from '../model/announcement.ts'
import { type Ip, writeIp } from '../model/ip.ts'
import { kernelError } from '../netlink/errno.ts'
import { type Libc, libc } from '../netlink/libc.ts'

/** AF_INET, AF_INET6; SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC. */
const inet = 2
const inet6 = 10
const stream = 1 | 0o4000 | 0o2000000

/** Levels and options of linux/in.h, linux/in6.h and linux/tcp.h. */
const tcp = { level: 6, quickAck: 12, md5Signature: 14 } as const
const ipv4 = { level: 0, tos: 1, ttl: 2, minTtl: 21 } as const
const ipv6 = { level: 41, tos: 67, ttl: 16, minTtl: 73 } as const

/** Network control, as routing protocols have it (RFC 4594, 3.2): class selector 6. */
const networkControl = 0xc0
const farthest = 255
/** TCP_MD5SIG_MAXKEYLEN */
const longestPassword = 80

/**
 * The descriptor of a new socket for a session with this peer; needs no privilege.
 *
 * Packets go no further than `multihop` to another AS; with TTL security (RFC 5082) they leave with 255,
 * and those that come from further away than `multihop` are not taken.
 *
 * @throws SlbError without the password in it.
 */
export function socketTo(peer: Peer, password: Uint8Array | undefined, c: Libc = libc()): number {
  const { address, as, localAs, multihop, ttlSecurity } = peer
  const wide = address.includes(':')
  const ip = wide ? ipv6 : ipv4
  const fd = c.socket(wide ? inet6 : inet, stream, 0)
  if (fd < 0) throw kernelError(c.errno(), 'make a socket')
  const set = (what: string, level: number, option: number, value: Uint8Array): void => {
    if (c.setsockopt(fd, level, option, value, value.length) !== 0)
      throw kernelError(c.errno(), `set the ${what} of the session with ${address}`)
  }
  try {
    set('traffic class', ip.level, ip.tos, int(networkControl))
    if (ttlSecurity) {
      set('TTL', ip.level, ip.ttl, int(farthest))
      set('least TTL', ip.level, ip.minTtl, int(farthest + 1 - Math.max(1, multihop)))
    } else if (as !== localAs && multihop > 0) set('TTL', ip.level, ip.ttl, int(multihop))
    if (password !== undefined)
      set('password', tcp.level, tcp.md5Signature, md5Of(address, password))
    return fd
  } catch (error) {
    c.close(fd)
    throw error
  }
}

/**
 * Has the kernel acknowledge at once what arrives, until something is sent the next time (TCP_QUICKACK,
 * tcp(7)). It would wait up to 40 ms for something to send along with that, and for so long the peer's
 * kernel keeps back the next small message (RFC 896), which may be why it ends the session: if the peer
 * then closes its socket with something of ours unread, its kernel throws that message away.
 */
export function acknowledgeAtOnce(fd: number, c: Libc = libc()): void {
  const on = int(1)
  c.setsockopt(fd, tcp.level, tcp.quickAck, on, on.length)
}

/** F_DUPFD_CLOEXEC, linux/fcntl.h. */
const duplicate = 1030

/** Another descriptor of the same socket, by which it can be read when the first one is closed. */
export function secondDescriptor(fd: number, c: Libc = libc()): number {
  const second = c.fcntl(fd, duplicate, 0)
  if (second >= 0) return second
  const error = kernelError(c.errno(), 'make a second descriptor of a socket')
  c.close(fd)
  throw error
}

/** Node warns of descriptors that it closes in a thread and has not opened: not by its call, then. */
export function closeDescriptor(fd: number, c: Libc = libc()): void {
  c.close(fd)
}

/** struct tcp_md5sig: a struct sockaddr_storage of 128 bytes, then 4 fields, then the key. */
function md5Of(address: Ip, password: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(128 + 8 + longestPassword)
  const wide = address.includes(':')
  writeNative16(bytes, wide ? inet6 : inet, 0)
  writeIp(address, bytes, wide ? 8 : 4)
  writeNative16(bytes, password.length, 128 + 2)
  bytes.set(password.subarray(0, longestPassword), 128 + 8)
  return bytes
}

function int(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  if (endianness() === 'LE') bytes.writeInt32LE(value)
  else bytes.writeInt32BE(value)
  return bytes
}

function writeNative16(bytes: Buffer, value: number, at: number): void {
  if (endianness() === 'LE') bytes.writeUInt16LE(value, at)
  else bytes.writeUInt16BE(value, at)
}
