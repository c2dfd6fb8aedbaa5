/** What all messages have in common: the header (RFC 4271, 4.1), and how one follows another. */
import { type Fault, fault } from './fault.ts'
import { maxMessage, Writer } from './writer.ts'

export const headerLength = 19
const markerLength = 16

/** RFC 4271, 4.1; RFC 2918 for the last. */
export const messageType = {
  open: 1,
  update: 2,
  notification: 3,
  keepalive: 4,
  refresh: 5,
} as const

/** The shortest message of each type (RFC 4271, 6.1), and the longest where it has one length only. */
const lengths: Readonly<Record<number, { readonly least: number; readonly most: number }>> = {
  [messageType.open]: { least: 29, most: maxMessage },
  [messageType.update]: { least: 23, most: maxMessage },
  // One that is cut off cannot be answered by another (RFC 4271, 6.4): it is taken as it comes.
  [messageType.notification]: { least: headerLength, most: maxMessage },
  [messageType.keepalive]: { least: headerLength, most: headerLength },
  // Longer ones have filters with them (RFC 5291), which we have not offered and do not read.
  [messageType.refresh]: { least: 23, most: maxMessage },
}

/** A message without its header. */
export interface Frame {
  readonly kind: 'frame'
  readonly type: number
  readonly body: Buffer
}

/** A whole message; `write` writes its body. */
export function message(type: number, write: (writer: Writer) => void): Buffer {
  const writer = new Writer().raw(new Uint8Array(markerLength).fill(0xff)).u16(0).u8(type)
  write(writer)
  return writer.u16At(writer.length, markerLength).bytes()
}

/** The message that says that we are there, and nothing else. */
export const keepalive: Buffer = message(messageType.keepalive, () => {})

/** Cuts what arrives into messages. After a fault nothing more can be read. */
export class Framer {
  readonly #held = Buffer.alloc(maxMessage)
  #length = 0
  /** How long the message is that is being read; the header alone until that is known. */
  #until = headerLength

  /** What is complete with this chunk; a fault is the last. */
  read(chunk: Uint8Array): readonly (Frame | Fault)[] {
    const all: (Frame | Fault)[] = []
    let at = 0
    while (at < chunk.length) {
      const taken = chunk.subarray(at, at + this.#until - this.#length)
      this.#held.set(taken, this.#length)
      this.#length += taken.length
      at += taken.length
      if (this.#length < this.#until) break
      if (this.#length === headerLength) {
        const wrong = faultOfHeader(this.#held)
        if (wrong !== undefined) return [...all, wrong]
        this.#until = this.#held.readUInt16BE(markerLength)
        if (this.#until > headerLength) continue
      }
      const body = Buffer.from(this.#held.subarray(headerLength, this.#until))
      this.#length = 0
      this.#until = headerLength
      all.push({ kind: 'frame', type: this.#held.readUInt8(headerLength - 1), body })
    }
    return all
  }
}

/** RFC 4271, 6.1. */
function faultOfHeader(header: Buffer): Fault | undefined {
  if (!header.subarray(0, markerLength).every(byte => byte === 0xff))
    return fault('notSynchronized')
  const field = header.subarray(markerLength, markerLength + 2)
  const length = field.readUInt16BE()
  const type = header.readUInt8(headerLength - 1)
  if (length < headerLength || length > maxMessage) return fault('badMessageLength', field)
  const known = lengths[type]
  if (known === undefined) return fault('badMessageType', [type])
  if (length < known.least || length > known.most) return fault('badMessageLength', field)
  return undefined
}
