/** Network namespaces (network_namespaces(7)): entering one, and telling them apart. */
import { closeSync, openSync, statSync } from 'node:fs'
import { endianness } from 'node:os'
import { SlbError } from '../model/error.ts'
import { errnoNumber, kernelError } from './errno.ts'
import { type Libc, libc } from './libc.ts'

const cloneNewNet = 0x40000000

/**
 * Moves the calling thread into a network namespace: `/run/netns/NAME` of iproute2, or a path.
 *
 * Sockets opened and programs started afterwards belong to it, and so does what synchronous calls
 * see below /proc/sys/net. Asynchronous file calls run in other threads and may still see the old
 * one. Do it first of all, before any socket is open.
 */
export function enterNamespace(nameOrPath: string, c: Libc = libc()): void {
  const path = nameOrPath.includes('/') ? nameOrPath : `/run/netns/${nameOrPath}`
  const fd = openNamespace(path, nameOrPath)
  try {
    if (c.setns(fd, cloneNewNet) === 0) return
    const errno = c.errno()
    throw kernelError(errno, `enter network namespace ${nameOrPath}`, options(errno, path))
  } finally {
    closeSync(fd)
  }
}

function options(errno: number, path: string): { hint?: string; words?: string } {
  if (errno === errnoNumber('EPERM')) return { hint: 'run as root, or with CAP_SYS_ADMIN' }
  if (errno === errnoNumber('EINVAL'))
    return { words: `${path} is not a network namespace`, hint: 'list them with: ip netns list' }
  return {}
}

function openNamespace(path: string, nameOrPath: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? 'EIO'
    const missing = errno === 'ENOENT'
    throw new SlbError(
      missing ? 'missing' : errno === 'EACCES' ? 'denied' : 'io',
      `enter network namespace ${nameOrPath}: ${missing ? `${path} does not exist` : `cannot open ${path}`} (${errno})`,
      {
        errno,
        cause,
        hint: missing
          ? 'list them with: ip netns list; make one with: ip netns add NAME'
          : 'run as root',
      },
    )
  }
}

/** AF_UNIX and SOCK_DGRAM | SOCK_CLOEXEC: the lightest socket there is. */
const unix = 1
const datagram = 2 | 0o2000000
/** SOL_SOCKET and SO_NETNS_COOKIE, asm-generic/socket.h. */
const socketLevel = 1
const cookieOption = 71

/**
 * What tells the network namespace of the calling thread from all others of this boot: its cookie,
 * which the kernel never gives twice (net_cookie, since Linux 5.14 for all sockets), in decimal.
 *
 * An older kernel leaves only the inode number of the namespace, which it gives to the next one made
 * as soon as this one is gone.
 */
export function namespaceId(c: Libc = libc()): string {
  return namespaceCookie(c) ?? String(statSync('/proc/thread-self/ns/net').ino)
}

function namespaceCookie(c: Libc): string | undefined {
  const fd = c.socket(unix, datagram, 0)
  if (fd < 0) throw kernelError(c.errno(), 'open a socket to identify the network namespace', {})
  try {
    const value = Buffer.alloc(8)
    if (c.getsockopt(fd, socketLevel, cookieOption, value) === 0)
      return String(endianness() === 'LE' ? value.readBigUInt64LE() : value.readBigUInt64BE())
    const errno = c.errno()
    if (errno === errnoNumber('ENOPROTOOPT')) return undefined
    throw kernelError(errno, 'identify the network namespace', {})
  } finally {
    c.close(fd)
  }
}
