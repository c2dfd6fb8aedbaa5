/** A C library whose socket says what a test tells it to say. */
import { frame, type Writer, writer } from '../../src/netlink/attr.ts'
import { errnoNumber } from '../../src/netlink/errno.ts'
import type { Boxes, Libc } from '../../src/netlink/libc.ts'
import {
  flagsOf,
  headerLength,
  lengthOf,
  messageType,
  nextMessage,
  sequenceOf,
  typeOf,
} from '../../src/netlink/message.ts'

/** One message that was sent. */
export interface Sent {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly body: Buffer
}

/** What a call finds: a datagram, or the name of an error number. */
export type Happening = Buffer | string

export interface Script {
  readonly libc: Libc
  /** All messages, send by send. */
  readonly sends: Sent[][]
  /** How many sockets were opened and closed. */
  readonly sockets: { opened: number; closed: number }
  /** What waits to be received. */
  readonly queue: Happening[]
}

/**
 * `answer` is called for every send, with the messages in it; what it returns is then received, one
 * datagram a box. With nothing left to receive, EAGAIN: the time is up. `failSend` names the error
 * numbers of the first sends.
 */
export function script(
  answer: (messages: readonly Sent[]) => readonly Happening[],
  failSend: string[] = [],
): Script {
  const sends: Sent[][] = []
  const queue: Happening[] = []
  const sockets = { opened: 0, closed: 0 }
  let errno = 0
  const fail = (name: string): -1 => {
    errno = errnoNumber(name)
    return -1
  }
  const libc: Libc = {
    socket: () => {
      queue.length = 0
      return ++sockets.opened
    },
    bind: () => 0,
    setsockopt: () => 0,
    attachFilter: () => 0,
    sendto: () => fail('ENOTCONN'),
    fcntl: () => 0,
    getsockopt: () => fail('ENOPROTOOPT'),
    send(_fd, bytes, length) {
      const failure = failSend.shift()
      if (failure !== undefined) return fail(failure)
      const messages = parse(bytes.subarray(0, length))
      sends.push(messages)
      queue.push(...answer(messages))
      return length
    },
    recvmmsg(_fd, boxes) {
      const { memory, lengths } = boxes.kept as Kept
      let count = 0
      while (count < boxes.count && Buffer.isBuffer(queue[0])) {
        const datagram = queue.shift() as Buffer
        memory[count]?.set(datagram.subarray(0, memory[count]?.length))
        lengths[count++] = datagram.length
      }
      if (count > 0) return count
      return fail(String(queue.shift() ?? 'EAGAIN'))
    },
    close: () => {
      sockets.closed++
      return 0
    },
    boxes: scriptedBoxes,
    setns: () => 0,
    errno: () => errno,
  }
  return { libc, sends, sockets, queue }
}

interface Kept {
  readonly memory: readonly Uint8Array[]
  readonly lengths: number[]
}

function scriptedBoxes(memory: readonly Uint8Array[]): Boxes {
  const kept: Kept = { memory, lengths: [] }
  const { length } = memory
  return {
    count: length,
    headers: new Uint8Array(),
    kept,
    lengthOf: box => kept.lengths[box] ?? 0,
  }
}

function parse(bytes: Uint8Array): Sent[] {
  const f = frame(bytes.length)
  f.bytes.set(bytes)
  const messages: Sent[] = []
  for (let at = 0; at + headerLength <= bytes.length; at = nextMessage(f, at))
    messages.push({
      type: typeOf(f, at),
      flags: flagsOf(f, at),
      sequence: sequenceOf(f, at),
      body: Buffer.from(f.bytes.subarray(at + headerLength, at + lengthOf(f, at))),
    })
  return messages
}

/** One message of the kernel. */
export function message(
  sequence: number,
  type: number,
  flags: number,
  body: (w: Writer) => void = () => {},
): Buffer {
  const w = writer(1024)
  w.u16[2] = type
  w.u16[3] = flags
  w.u32[2] = sequence
  w.at = headerLength
  body(w)
  w.u32[0] = w.at
  return Buffer.from(w.bytes.subarray(0, w.at))
}

/** NLMSG_ERROR without more; 0 is an acknowledgement. */
export function error(sequence: number, name?: string): Buffer {
  return message(sequence, messageType.error, 0x100, w => {
    w.u32[w.at >> 2] = name === undefined ? 0 : -errnoNumber(name) >>> 0
    w.at += 20
  })
}

/** NLMSG_DONE, with the error number that a dump ended with. */
export function done(sequence: number, name?: string, flags = 0): Buffer {
  return message(sequence, messageType.done, 2 | flags, w => {
    w.u32[w.at >> 2] = name === undefined ? 0 : -errnoNumber(name) >>> 0
    w.at += 4
  })
}

/** One row of a table: a number. */
export function row(sequence: number, value: number, flags = 2): Buffer {
  return message(sequence, 100, flags, w => {
    w.u32[w.at >> 2] = value
    w.at += 4
  })
}
