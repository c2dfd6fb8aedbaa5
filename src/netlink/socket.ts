/**
 * A netlink socket that blocks: requests, dumps and batches (netlink(7), linux/netlink.h).
 *
 * The kernel answers within the send, so that waiting costs no time. Not in here: multicast
 * groups; whoever listens to events opens a socket of his own.
 */

import { setImmediate } from 'node:timers/promises'
import type { SlbError } from '../model/error.ts'
import { errnoOf, textOf } from './answer.ts'
import { type Frame, type Writer, writer } from './attr.ts'
import { type Batch, openBatch } from './batch.ts'
import { type Channel, openChannel } from './channel.ts'
import { errnoNumber, kernelError } from './errno.ts'
import { type Libc, libc } from './libc.ts'
import {
  addFlags,
  answerFlag,
  finishMessage,
  flag,
  flagsOf,
  headerLength,
  lengthOf,
  messageType,
  nextMessage,
  sequenceOf,
  typeOf,
} from './message.ts'

/** The protocols of AF_NETLINK that are spoken here. */
export const protocol = { route: 0, generic: 16 } as const

/** Writes one whole message: `startMessage`, then its body. */
export type Encode = (w: Writer) => void

/** Reads one answer, from behind its header to its end; undefined = of no interest. */
export type Decode<T> = (f: Frame, at: number, end: number, type: number) => T | undefined

/** All errors are SlbErrors; `what` says in them what was tried: `create link slb0`. */
export interface Netlink {
  /** Sends one message and waits until it is acknowledged. Returns the last answer before that. */
  request<T>(what: string, encode: Encode, decode?: Decode<T>): T | undefined
  /**
   * All answers to a dump; NLM_F_DUMP is set here. Starts again, at most 20 times, while the kernel
   * says that its table changed meanwhile. Not all tables say so.
   */
  dump<T>(what: string, encode: Encode, decode: Decode<T>): T[]
  /**
   * A dump that lets other work of the process run between datagrams, for long tables. Nothing else
   * may use this socket until it is done.
   *
   * @param signal ends it between two datagrams, with the reason of the signal.
   */
  scan<T>(what: string, encode: Encode, decode: Decode<T>, signal?: AbortSignal): Promise<T[]>
  /** Many messages in few sends. Requests may be made between, but only one batch at a time. */
  batch<Tag>(): Batch<Tag>
  close(): void
}

export interface NetlinkOptions {
  /** The C library, or what stands in for it. */
  readonly libc?: Libc
  /** How long to wait for an answer, in milliseconds. */
  readonly timeout?: number
}

const nothing = () => undefined
const dumpTries = 20
const requestSize = 8 << 10

/** Opens a socket in the network namespace of the calling thread. */
export function openNetlink(number: number, options: NetlinkOptions = {}): Netlink {
  const channel = openChannel(options.libc ?? libc(), {
    protocol: number,
    timeout: options.timeout ?? 10_000,
  })
  const out = writer(requestSize)
  const sequence = counter()
  return {
    request(what, encode, decode) {
      const mine = post(channel, out, sequence(), what, encode, flag.ack)
      const harvest = openHarvest(mine, what, decode ?? nothing, false)
      while (!receive(channel, harvest));
      return harvest.rows.at(-1)
    },
    dump(what, encode, decode) {
      for (let attempt = 1; attempt <= dumpTries; attempt++) {
        const mine = post(channel, out, sequence(), what, encode, flag.dump)
        const harvest = openHarvest(mine, what, decode, true)
        while (!receive(channel, harvest));
        if (!harvest.interrupted) return harvest.rows
      }
      throw restless(what)
    },
    async scan(what, encode, decode, signal) {
      for (let attempt = 1; attempt <= dumpTries; attempt++) {
        const mine = post(channel, out, sequence(), what, encode, flag.dump)
        const harvest = openHarvest(mine, what, decode, true)
        while (!receive(channel, harvest)) {
          await setImmediate()
          if (signal?.aborted !== true) continue
          // The rest of the dump is still to come: nobody shall take it for an answer to something else.
          channel.renew()
          throw signal.reason
        }
        if (!harvest.interrupted) return harvest.rows
      }
      throw restless(what)
    },
    batch: () => openBatch(channel, sequence),
    close: () => channel.close(),
  }
}

/** Numbers from 1 to 2^32 - 1; 0 is what the kernel uses for events. */
function counter(): () => number {
  let last = 0
  return () => {
    last = last === 0xffffffff ? 1 : last + 1
    return last
  }
}

/** Writes and sends one message; returns its sequence number. */
function post(
  channel: Channel,
  out: Writer,
  sequence: number,
  what: string,
  encode: Encode,
  flags: number,
): number {
  out.at = 0
  encode(out)
  addFlags(out, 0, flags)
  finishMessage(out, 0, sequence)
  const errno = channel.send(out.bytes, out.at)
  if (errno !== 0) throw kernelError(errno, what)
  return sequence
}

/** What came of a request or dump so far. */
interface Harvest<T> {
  readonly sequence: number
  readonly what: string
  readonly decode: Decode<T>
  readonly rows: T[]
  /** True for a dump, which is made again when it is interrupted. */
  readonly again: boolean
  /** True if the rows may be wrong, as the kernel says, or incomplete. */
  interrupted: boolean
}

function openHarvest<T>(
  sequence: number,
  what: string,
  decode: Decode<T>,
  again: boolean,
): Harvest<T> {
  return { sequence, what, decode, rows: [], again, interrupted: false }
}

/**
 * Takes in what has come; true = the answer is complete. After an error of the socket itself it is a
 * new one, so that no late answer is taken for another.
 */
function receive<T>(channel: Channel, harvest: Harvest<T>): boolean {
  const count = channel.receive(true)
  if (count < 0) {
    channel.renew()
    // Answers of a dump were lost: it is of no use, and made again.
    if (harvest.again && -count === errnoNumber('ENOBUFS')) {
      harvest.interrupted = true
      return true
    }
    const errno = -count === errnoNumber('EAGAIN') ? errnoNumber('ETIMEDOUT') : -count
    throw kernelError(errno, harvest.what)
  }
  let complete = false
  for (let i = 0; i < count; i++) {
    const datagram = channel.inbox[i]
    if (datagram && gather(harvest, datagram.frame, datagram.length)) complete = true
  }
  return complete
}

/** Takes in one datagram; true = its last message ends the answer. */
function gather<T>(harvest: Harvest<T>, f: Frame, length: number): boolean {
  for (let at = 0; at + headerLength <= length; at = nextMessage(f, at)) {
    if (sequenceOf(f, at) !== harvest.sequence) continue
    if ((flagsOf(f, at) & answerFlag.interrupted) !== 0) harvest.interrupted = true
    const type = typeOf(f, at)
    if (type === messageType.done || type === messageType.error) {
      check(f, at, harvest.what)
      return true
    }
    const row = harvest.decode(f, at + headerLength, at + lengthOf(f, at), type)
    if (row !== undefined) harvest.rows.push(row)
  }
  return false
}

function restless(what: string): SlbError {
  return kernelError(errnoNumber('EBUSY'), what, {
    words: `the table changed during each of ${dumpTries} reads`,
    hint: 'find out which program changes it all the time, or try again later',
  })
}

function check(f: Frame, at: number, what: string): void {
  const errno = errnoOf(f, at)
  if (errno !== 0) throw kernelError(errno, what, { text: textOf(f, at) })
}
