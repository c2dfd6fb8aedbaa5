/**
 * The few functions of the C library that Node does not offer, by koffi: raw sockets, datagrams to
 * unix sockets, and setns.
 *
 * Calls block, which is right for netlink: the kernel answers within the send. koffi is loaded at
 * the first use, so that commands without a kernel do not pay for it.
 */
import { createRequire } from 'node:module'
import type koffi from 'koffi'

/** Memory for the datagrams of one `recvmmsg`. */
export interface Boxes {
  /** How many bytes the datagram in a box has. */
  lengthOf(box: number): number
  readonly count: number
  /** struct mmsghdr, one a box. */
  readonly headers: Uint8Array
  /** Everything that `headers` points to. */
  readonly kept: unknown
}

/** Like the C functions: -1 means that `errno()` says why. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: Uint8Array, length: number): number
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number
  /** Lets in only what a program of classic BPF lets in: struct sock_filter, one after another (socket(7)). */
  attachFilter(fd: number, program: Uint8Array): number
  /** Fills `value`, as long as it is. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number
  /** One datagram to an address (struct sockaddr_*). */
  sendto(
    fd: number,
    bytes: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: number,
  ): number
  /** Receives into one box after another; returns how many are filled. */
  recvmmsg(fd: number, boxes: Boxes, flags: number): number
  close(fd: number): number
  boxes(memory: readonly Uint8Array[]): Boxes
  setns(fd: number, type: number): number
  /** fcntl(2) for the commands that take a number. */
  fcntl(fd: number, command: number, value: number): number
  /** The error number of the last call that returned -1. */
  errno(): number
}

/** SOL_SOCKET and SO_ATTACH_FILTER, asm-generic/socket.h. */
const solSocket = 1
const attachFilterOption = 26
/** sizeof(struct sock_filter), linux/filter.h. */
const instructionLength = 8

let loaded: Libc | undefined

/** The C library of this process. */
export function libc(): Libc {
  loaded ??= load()
  return loaded
}

function load(): Libc {
  const ffi = createRequire(import.meta.url)('koffi') as typeof koffi
  const library = ffi.load(null)
  const recvmmsg = library.func(
    'int recvmmsg(int fd, void *boxes, unsigned int count, int flags, void *timeout)',
  )
  const getsockopt = library.func(
    'int getsockopt(int fd, int level, int name, void *value, _Inout_ uint32_t *length)',
  )
  const fcntl = library.func('int fcntl(int fd, int command, ...)')
  const setsockopt: Libc['setsockopt'] = library.func(
    'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
  )
  return {
    socket: library.func('int socket(int domain, int type, int protocol)'),
    bind: library.func('int bind(int fd, const void *address, uint32_t length)'),
    setsockopt,
    attachFilter(fd, program) {
      const value = programOf(ffi, program)
      return setsockopt(fd, solSocket, attachFilterOption, value, value.length)
    },
    getsockopt: (fd, level, name, value) => getsockopt(fd, level, name, value, [value.length]),
    send: library.func('intptr_t send(int fd, const void *bytes, size_t length, int flags)'),
    sendto: library.func(
      'intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t addressLength)',
    ),
    recvmmsg: (fd, boxes, flags) => recvmmsg(fd, boxes.headers, boxes.count, flags, null),
    close: library.func('int close(int fd)'),
    boxes: memory => boxesOf(ffi, memory),
    setns: library.func('int setns(int fd, int type)'),
    fcntl: (fd, command, value) => fcntl(fd, command, 'int', value),
    errno: () => ffi.errno(),
  }
}

/** struct sock_fprog (linux/filter.h); the kernel copies the program at once. */
function programOf(ffi: typeof koffi, program: Uint8Array): Uint8Array {
  const fprog = ffi.struct({ length: 'uint16_t', filter: 'uintptr_t' })
  const value = Buffer.alloc(ffi.sizeof(fprog))
  const length = program.length / instructionLength
  ffi.encode(value, fprog, { length, filter: ffi.address(program) })
  return value
}

/** The array of struct mmsghdr (recvmmsg(2)), each with a struct iovec of one box. */
function boxesOf(ffi: typeof koffi, memory: readonly Uint8Array[]): Boxes {
  const iovec = ffi.struct({ base: 'uintptr_t', length: 'size_t' })
  const msghdr = ffi.struct({
    name: 'uintptr_t',
    nameLength: 'uint32_t',
    iov: 'uintptr_t',
    iovLength: 'size_t',
    control: 'uintptr_t',
    controlLength: 'size_t',
    flags: 'int',
  })
  const mmsghdr = ffi.struct({ header: msghdr, length: 'uint32_t' })
  const size = ffi.sizeof(mmsghdr)
  const headers = Buffer.alloc(size * memory.length)
  const vectors = memory.map(bytes => {
    const vector = Buffer.alloc(ffi.sizeof(iovec))
    ffi.encode(vector, iovec, { base: ffi.address(bytes), length: bytes.length })
    return vector
  })
  vectors.forEach((vector, i) => {
    const header = {
      name: 0,
      nameLength: 0,
      iov: ffi.address(vector),
      iovLength: 1,
      control: 0,
      controlLength: 0,
      flags: 0,
    }
    ffi.encode(headers, i * size, mmsghdr, { header, length: 0 })
  })
  const lengths = new Uint32Array(headers.buffer, headers.byteOffset, headers.length >> 2)
  const first = ffi.offsetof(mmsghdr, 'length') >> 2
  // The addresses in `headers` do not keep what they point to alive: `kept` does.
  return {
    headers,
    count: memory.length,
    kept: [memory, vectors],
    lengthOf: box => lengths[first + box * (size >> 2)] ?? 0,
  }
}
