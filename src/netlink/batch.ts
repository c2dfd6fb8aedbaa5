/**
 * Many messages in one send: the kernel works through them in order and does not stop at an error.
 *
 * A message answers only if it fails, and its answer has its sequence number. A chunk ends with an
 * NLMSG_NOOP that asks to be acknowledged: when that answer is here, so are all others. (The last
 * real message would not do: the kernel leaves out the answer of one that fails with EINTR, as
 * stopping a sync daemon does that has not run yet; netlink_rcv_skb in af_netlink.c.)
 */
import { setImmediate } from 'node:timers/promises'
import { errnoOf, textOf } from './answer.ts'
import { type Frame, type Writer, writer } from './attr.ts'
import type { Channel } from './channel.ts'
import { errnoNumber } from './errno.ts'
import {
  finishMessage,
  flag,
  headerLength,
  messageType,
  nextMessage,
  sequenceOf,
  startMessage,
  typeOf,
} from './message.ts'

/** A message that the kernel did not carry out, or of which it is not known whether it did. */
export interface BatchFailure<Tag> {
  readonly tag: Tag
  /** ENOBUFS or ETIMEDOUT mean that the answer was lost: read again. */
  readonly errno: number
  /** What the kernel itself says. */
  readonly text: string | undefined
}

export interface Batch<Tag> {
  /** Write one whole message here (`startMessage`, then its body), then call `commit`. */
  readonly writer: Writer
  /** Ends the message just written; `tag` comes back with its error. */
  commit(tag: Tag): void
  /** True when it is time to flush: always ask before writing the next message. */
  full(): boolean
  /** Sends what was committed, gathers the errors, and lets other work of the process run. */
  flush(): Promise<void>
  /** The errors of all chunks flushed so far, in the order in which they came. */
  readonly failures: readonly BatchFailure<Tag>[]
}

/** A chunk of this size keeps the kernel busy for 2 to 9 ms. Bytes. */
const chunkSize = 150 << 10
/** Room for the last message of a chunk. */
const slack = 8 << 10

/** A batch on a channel; `sequence` gives the next number. */
export function openBatch<Tag>(channel: Channel, sequence: () => number): Batch<Tag> {
  const out = writer(chunkSize + slack)
  const failures: BatchFailure<Tag>[] = []
  let chunk = emptyChunk<Tag>()
  return {
    writer: out,
    failures,
    commit(tag) {
      const number = sequence()
      finishMessage(out, chunk.length, number)
      chunk.numbers.push(number)
      chunk.tags.push(tag)
      chunk.length = out.at
    },
    full: () => out.at >= chunkSize,
    async flush() {
      if (chunk.tags.length === 0) return
      const sent = chunk
      const end = sequence()
      startMessage(out, messageType.noop, flag.ack)
      finishMessage(out, sent.length, end)
      const errno = channel.send(out.bytes, out.at)
      out.at = 0
      chunk = emptyChunk()
      if (errno === 0) drain(channel, sent, end, failures)
      else for (const tag of sent.tags) failures.push({ tag, errno, text: undefined })
      await setImmediate()
    },
  }
}

interface Chunk<Tag> {
  readonly tags: Tag[]
  readonly numbers: number[]
  /** Of its messages, in bytes. */
  length: number
}

function emptyChunk<Tag>(): Chunk<Tag> {
  return { tags: [], numbers: [], length: 0 }
}

/** Reads until the end of the chunk is acknowledged. */
function drain<Tag>(
  channel: Channel,
  chunk: Chunk<Tag>,
  end: number,
  failures: BatchFailure<Tag>[],
): void {
  const failed = new Set<number>()
  let lost = 0
  for (;;) {
    // Once answers are lost, that of the end may be among them: take what is there and do not wait.
    const count = channel.receive(lost === 0)
    let ended = false
    for (const { frame, length } of channel.inbox.slice(0, Math.max(0, count)))
      ended = gather(frame, length, chunk, end, failed, failures) || ended
    if (ended) break
    if (count >= 0) continue
    if (lost !== 0) break
    lost = -count
    if (lost === errnoNumber('ENOBUFS')) continue
    if (lost === errnoNumber('EAGAIN')) lost = errnoNumber('ETIMEDOUT')
    channel.renew()
    break
  }
  if (lost === 0) return
  chunk.tags.forEach((tag, place) => {
    if (!failed.has(place)) failures.push({ tag, errno: lost, text: undefined })
  })
}

/** Notes the answers in one datagram; true = the end was among them. */
function gather<Tag>(
  f: Frame,
  length: number,
  chunk: Chunk<Tag>,
  end: number,
  failed: Set<number>,
  failures: BatchFailure<Tag>[],
): boolean {
  for (let at = 0; at + headerLength <= length; at = nextMessage(f, at)) {
    if (typeOf(f, at) !== messageType.error) continue
    const number = sequenceOf(f, at)
    if (number === end) return true
    const place = chunk.numbers.indexOf(number)
    const errno = errnoOf(f, at)
    if (place < 0 || errno === 0) continue
    failed.add(place)
    failures.push({ tag: chunk.tags[place] as Tag, errno, text: textOf(f, at) })
  }
  return false
}
