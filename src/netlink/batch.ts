/**
 * Many messages in one send: the kernel works through them in order and does not stop at an error.
 *
 * Only the last message of a chunk asks to be acknowledged; the others answer only if they fail.
 * Each answer names its message by sequence number.
 */
import { setImmediate } from 'node:timers/promises'
import { errnoOf, textOf } from './answer.ts'
import { type Frame, type Writer, writer } from './attr.ts'
import type { Channel } from './channel.ts'
import { errnoNumber } from './errno.ts'
import {
  addFlags,
  finishMessage,
  flag,
  headerLength,
  messageType,
  nextMessage,
  sequenceOf,
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
      finishMessage(out, chunk.end, number)
      chunk.numbers.push(number)
      chunk.tags.push(tag)
      chunk.last = chunk.end
      chunk.end = out.at
    },
    full: () => out.at >= chunkSize,
    async flush() {
      if (chunk.tags.length === 0) return
      const sent = chunk
      addFlags(out, sent.last, flag.ack)
      const errno = channel.send(out.bytes, sent.end)
      out.at = 0
      chunk = emptyChunk()
      if (errno === 0) drain(channel, sent, failures)
      else for (const tag of sent.tags) failures.push({ tag, errno, text: undefined })
      await setImmediate()
    },
  }
}

interface Chunk<Tag> {
  readonly tags: Tag[]
  readonly numbers: number[]
  /** Where its last message starts and ends. */
  last: number
  end: number
}

function emptyChunk<Tag>(): Chunk<Tag> {
  return { tags: [], numbers: [], last: 0, end: 0 }
}

/** Reads until the last message of the chunk is answered. */
function drain<Tag>(channel: Channel, chunk: Chunk<Tag>, failures: BatchFailure<Tag>[]): void {
  const answered = new Set<number>()
  let lost = 0
  while (!answered.has(chunk.tags.length - 1)) {
    // Once answers are lost the last one may be among them: take what is there and do not wait.
    const count = channel.receive(lost === 0)
    for (const { frame, length } of channel.inbox.slice(0, Math.max(0, count)))
      gather(frame, length, chunk, answered, failures)
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
    if (!answered.has(place)) failures.push({ tag, errno: lost, text: undefined })
  })
}

/** Notes the answers in one datagram. */
function gather<Tag>(
  f: Frame,
  length: number,
  chunk: Chunk<Tag>,
  answered: Set<number>,
  failures: BatchFailure<Tag>[],
): void {
  for (let at = 0; at + headerLength <= length; at = nextMessage(f, at)) {
    // From the end, where the one answer of a chunk without errors belongs.
    const place = chunk.numbers.lastIndexOf(sequenceOf(f, at))
    if (place < 0 || typeOf(f, at) !== messageType.error) continue
    answered.add(place)
    const errno = errnoOf(f, at)
    const tag = chunk.tags[place] as Tag
    if (errno !== 0) failures.push({ tag, errno, text: textOf(f, at) })
  }
}
