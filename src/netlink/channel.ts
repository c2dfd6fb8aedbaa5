/** One netlink socket as a place to send to and receive from, with its options set. */
import { type Frame, frame } from './attr.ts'
import { errnoNumber, kernelError } from './errno.ts'
import type { Libc } from './libc.ts'

const family = 16
/** SOCK_RAW | SOCK_CLOEXEC. */
const socketType = 3 | 0x80000
const generic = 16

const solSocket = 1
const solNetlink = 270
/** asm-generic/socket.h. The FORCE forms pass the limits of net.core and need CAP_NET_ADMIN. */
const option = {
  sendBuffer: 7,
  receiveBuffer: 8,
  timeoutOld: 20,
  sendBufferForce: 32,
  receiveBufferForce: 33,
  timeout: 66,
  capAck: 10,
  extendedAck: 11,
  strictCheck: 12,
} as const
const dontWait = 0x40
const waitForOne = 0x10000
/** With this the length of a datagram is told as it was, also where the box was too small for it. */
const trueLength = 0x20

/**
 * An answer and its end come as two datagrams, which one call takes: half the system calls of a
 * dump. The kernel fills at most 32 KB a datagram of a dump (netlink_dump in af_netlink.c).
 */
const boxCount = 2
const boxSize = 64 << 10

/**
 * Room for the answers to a whole chunk: each error of a batch occupies about 1 KB here, so 8 MB
 * holds more of them than a chunk has messages.
 */
const receiveBuffer = 8 << 20
const sendBuffer = 512 << 10

export interface ChannelOptions {
  readonly protocol: number
  /** How long `receive` waits, in milliseconds. */
  readonly timeout: number
}

export interface Channel {
  /** Hands bytes to the kernel: 0, or the error number. */
  send(bytes: Uint8Array, length: number): number
  /**
   * Takes what has come, into `inbox`: the number of datagrams, or minus the error number. Waits for
   * the first one if told to; EAGAIN = nothing came in time.
   */
  receive(wait: boolean): number
  readonly inbox: readonly Datagram[]
  /** Forgets what is still under way: a fresh socket takes the place of the old one. */
  renew(): void
  close(): void
}

export interface Datagram {
  readonly frame: Frame
  /** Bytes; of those received last. */
  length: number
}

/** Opens a socket; it belongs to the network namespace that the calling thread is in. */
export function openChannel(c: Libc, options: ChannelOptions): Channel {
  const eintr = errnoNumber('EINTR')
  let fd = openSocket(c, options)
  const inbox = Array.from({ length: boxCount }, () => ({ frame: frame(boxSize), length: 0 }))
  const boxes = c.boxes(inbox.map(datagram => datagram.frame.bytes))
  return {
    inbox,
    send(bytes, length) {
      for (;;) {
        if (c.send(fd, bytes, length, 0) >= 0) return 0
        const errno = c.errno()
        if (errno !== eintr) return errno
      }
    },
    receive(wait) {
      for (;;) {
        const count = c.recvmmsg(fd, boxes, (wait ? waitForOne : dontWait) | trueLength)
        for (let i = 0; i < count; i++) {
          const datagram = inbox[i]
          if (datagram) datagram.length = boxes.lengthOf(i)
          if (boxes.lengthOf(i) > boxSize) return -errnoNumber('EMSGSIZE')
        }
        if (count >= 0) return count
        const errno = c.errno()
        if (errno !== eintr) return -errno
      }
    },
    renew() {
      c.close(fd)
      fd = -1
      fd = openSocket(c, options)
    },
    close() {
      if (fd >= 0) c.close(fd)
      fd = -1
    },
  }
}

function openSocket(c: Libc, options: ChannelOptions): number {
  const fd = c.socket(family, socketType, options.protocol)
  if (fd < 0) throw kernelError(c.errno(), 'open a netlink socket')
  // struct sockaddr_nl: the kernel chooses the port.
  const address = new Uint8Array(12)
  new Uint16Array(address.buffer)[0] = family
  if (c.bind(fd, address, address.length) < 0) {
    const errno = c.errno()
    c.close(fd)
    throw kernelError(errno, 'bind a netlink socket')
  }
  configure(c, fd, options)
  return fd
}

/** Options that an old kernel or a process without privilege lacks are done without. */
function configure(c: Libc, fd: number, options: ChannelOptions): void {
  const set = (level: number, name: number, value: Uint8Array) =>
    c.setsockopt(fd, level, name, value, value.length) === 0
  const int = (value: number) => new Uint8Array(new Int32Array([value]).buffer)
  set(solSocket, option.receiveBufferForce, int(receiveBuffer)) ||
    set(solSocket, option.receiveBuffer, int(receiveBuffer))
  set(solSocket, option.sendBufferForce, int(sendBuffer)) ||
    set(solSocket, option.sendBuffer, int(sendBuffer))
  const seconds = Math.floor(options.timeout / 1000)
  const micros = (options.timeout % 1000) * 1000
  const timeval = new Uint8Array(new BigInt64Array([BigInt(seconds), BigInt(micros)]).buffer)
  set(solSocket, option.timeout, timeval) || set(solSocket, option.timeoutOld, timeval)
  set(solNetlink, option.capAck, int(1))
  set(solNetlink, option.extendedAck, int(1))
  // Lets rtnetlink filter dumps, by interface for one. Generic netlink has no use for it.
  if (options.protocol !== generic) set(solNetlink, option.strictCheck, int(1))
}
