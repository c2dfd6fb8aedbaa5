/**
 * The few functions of the C library that Node does not offer, by koffi: raw sockets and setns.
 *
 * Calls block, which is right for netlink: the kernel answers within the send. koffi is loaded at
 * the first use, so that commands without a kernel do not pay for it.
 */
import { createRequire } from 'node:module'
import type koffi from 'koffi'

/** Like the C functions: -1 means that `errno()` says why. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: Uint8Array, length: number): number
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number
  recv(fd: number, bytes: Uint8Array, length: number, flags: number): number
  close(fd: number): number
  setns(fd: number, type: number): number
  /** The error number of the last call that returned -1. */
  errno(): number
}

let loaded: Libc | undefined

/** The C library of this process. */
export function libc(): Libc {
  loaded ??= load()
  return loaded
}

function load(): Libc {
  const ffi = createRequire(import.meta.url)('koffi') as typeof koffi
  const library = ffi.load(null)
  return {
    socket: library.func('int socket(int domain, int type, int protocol)'),
    bind: library.func('int bind(int fd, const void *address, uint32_t length)'),
    setsockopt: library.func(
      'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
    ),
    send: library.func('intptr_t send(int fd, const void *bytes, size_t length, int flags)'),
    recv: library.func('intptr_t recv(int fd, void *bytes, size_t length, int flags)'),
    close: library.func('int close(int fd)'),
    setns: library.func('int setns(int fd, int type)'),
    errno: () => ffi.errno(),
  }
}
