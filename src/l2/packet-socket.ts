/** Sockets for whole Ethernet frames (packet(7), linux/if_packet.h). They need CAP_NET_RAW. */
import type { SlbError } from '../model/error.ts'
import { errnoName, errnoNumber, kernelError } from '../netlink/errno.ts'
import type { Libc } from '../netlink/libc.ts'

const afPacket = 17
/** SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC. */
const socketType = 3 | 0x800 | 0x80000
/** sizeof(struct sockaddr_ll). */
const addressLength = 20

const solSocket = 1
/** SO_* of asm-generic/socket.h. The FORCE forms pass the limits of net.core and need CAP_NET_ADMIN. */
const option = {
  sendBuffer: 7,
  receiveBuffer: 8,
  sendBufferForce: 32,
  receiveBufferForce: 33,
} as const
/** A probe for thousands of addresses may be answered by as many at once. */
const receiveBuffer = 4 << 20
/** A burst of 500 frames on a link that is slow to take them: each occupies about 1 KB. */
const sendBuffer = 1 << 20

const dontWait = 0x40
const boxCount = 64
/** So many calls, then others have their turn: what comes may come faster than it is taken. */
const callsAtOnce = 64
/** An ARP packet has 42 octets, and padding. */
const boxSize = 128

/**
 * Lets in what is meant for this link. What is not, PACKET_OTHERHOST, is above all a frame of a VLAN
 * that nobody here is in, which the kernel hands on without its tag (__netif_receive_skb_core in
 * net/core/dev.c): an address there is none here.
 */
const meantForUs = instructions(
  // ld #pkttype: SKF_AD_OFF + SKF_AD_PKTTYPE (linux/filter.h).
  [0x20, 0, 0, 0xfffff004],
  // jeq #PACKET_OTHERHOST, 0, 1
  [0x15, 0, 1, 3],
  // ret #0
  [0x06, 0, 0, 0],
  // ret #-1
  [0x06, 0, 0, 0xffffffff],
)

const deniedHint = 'run as root or with the capability CAP_NET_RAW'

/** Sends frames on any link. */
export interface FrameSender {
  /** Sends one frame; 0, or the error number. */
  send(index: number, frame: Uint8Array): number
  close(): void
}

/** Hears the frames of one kind that come by one link. */
export interface FrameListener extends FrameSender {
  /** Gives what has come to `take`, some thousands at most; the bytes are good only within the call. */
  receive(take: (frame: Uint8Array) => void): void
}

/**
 * Opens a socket that only sends, in the network namespace of the calling thread.
 *
 * @throws SlbError `denied` without CAP_NET_RAW
 */
export function openFrameSender(c: Libc): FrameSender {
  const fd = openSocket(c)
  return {
    send: (index, frame) => send(c, fd, index, frame),
    close: () => void c.close(fd),
  }
}

/**
 * Opens a socket that hears what comes by one link with one Ethernet type, and sends.
 *
 * @throws SlbError `denied` without CAP_NET_RAW, `missing` if the link is gone
 */
export function openFrameListener(c: Libc, index: number, etherType: number): FrameListener {
  const fd = openSocket(c)
  setSize(c, fd, option.receiveBufferForce, option.receiveBuffer, receiveBuffer)
  if (
    c.attachFilter(fd, meantForUs) !== 0 ||
    c.bind(fd, addressOf(index, etherType), addressLength) !== 0
  ) {
    const errno = c.errno()
    c.close(fd)
    throw kernelError(errno, 'listen on a link')
  }
  const memory = Array.from({ length: boxCount }, () => new Uint8Array(boxSize))
  const boxes = c.boxes(memory)
  return {
    send: (place, frame) => send(c, fd, place, frame),
    receive(take) {
      for (let call = 0; call < callsAtOnce; call++) {
        const count = c.recvmmsg(fd, boxes, dontWait)
        if (count < 0 && c.errno() === errnoNumber('EINTR')) continue
        // EAGAIN: nothing more. ENETDOWN: the link went down, and says so once.
        if (count <= 0) return
        for (let i = 0; i < count; i++)
          take((memory[i] ?? new Uint8Array()).subarray(0, boxes.lengthOf(i)))
        if (count < boxCount) return
      }
    },
    close: () => void c.close(fd),
  }
}

/** Without a protocol it hears nothing (packet(7)). */
function openSocket(c: Libc): number {
  const fd = c.socket(afPacket, socketType, 0)
  if (fd >= 0) {
    setSize(c, fd, option.sendBufferForce, option.sendBuffer, sendBuffer)
    return fd
  }
  const errno = c.errno()
  const what = 'open a socket for Ethernet frames'
  throw errnoName(errno) === 'EPERM'
    ? kernelError(errno, what, { hint: deniedHint })
    : kernelError(errno, what)
}

/** A limit that cannot be lifted is lived with. */
function setSize(c: Libc, fd: number, force: number, plain: number, bytes: number): void {
  const size = new Uint8Array(new Int32Array([bytes]).buffer)
  if (c.setsockopt(fd, solSocket, force, size, size.length) !== 0)
    c.setsockopt(fd, solSocket, plain, size, size.length)
}

function send(c: Libc, fd: number, index: number, frame: Uint8Array): number {
  const etherType = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0)
  const address = addressOf(index, etherType)
  for (;;) {
    if (c.sendto(fd, frame, frame.length, 0, address, addressLength) >= 0) return 0
    const errno = c.errno()
    if (errno !== errnoNumber('EINTR')) return errno
  }
}

/** struct sock_filter, each: code, how far to jump if true and if false, operand. */
function instructions(
  ...program: readonly (readonly [code: number, yes: number, no: number, operand: number])[]
): Uint8Array {
  const memory = new ArrayBuffer(program.length * 8)
  program.forEach(([code, yes, no, operand], place) => {
    new Uint16Array(memory)[place * 4] = code
    new Uint8Array(memory).set([yes, no], place * 8 + 2)
    new Uint32Array(memory)[place * 2 + 1] = operand
  })
  return new Uint8Array(memory)
}

/** struct sockaddr_ll: family and index in the order of the host, the Ethernet type in network order. */
function addressOf(index: number, etherType: number): Uint8Array {
  const memory = new ArrayBuffer(addressLength)
  new Uint16Array(memory)[0] = afPacket
  new DataView(memory).setUint16(2, etherType)
  new Int32Array(memory)[1] = index
  return new Uint8Array(memory)
}

/** An error of a send that passes by itself: the link is down or gone, or its queue is full. */
export function isPassing(errno: number): boolean {
  return passing.has(errnoName(errno))
}

const passing: ReadonlySet<string> = new Set([
  'ENETDOWN',
  'ENODEV',
  'ENXIO',
  'ENOBUFS',
  'EAGAIN',
  'ENOMEM',
])

/** What a send that failed for another reason means. */
export function sendError(errno: number, link: string): SlbError {
  return kernelError(errno, `announce on ${link}`)
}
