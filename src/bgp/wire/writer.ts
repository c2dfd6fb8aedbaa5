/** Bytes in network order, written one after another into the room of one message. */
import { type Ip, writeIp } from '../../model/ip.ts'

/** The longest message (RFC 4271, 4.1; we do not offer RFC 8654). */
export const maxMessage = 4096

/** Writes up to `maxMessage` bytes; more is a bug of the caller and throws a RangeError. */
export class Writer {
  readonly #bytes = Buffer.alloc(maxMessage)
  #length = 0

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    this.#length = this.#bytes.writeUInt8(value, this.#length)
    return this
  }

  u16(value: number): this {
    this.#length = this.#bytes.writeUInt16BE(value, this.#length)
    return this
  }

  u32(value: number): this {
    this.#length = this.#bytes.writeUInt32BE(value, this.#length)
    return this
  }

  raw(bytes: Uint8Array): this {
    if (this.#length + bytes.length > maxMessage) throw new RangeError('longer than a message')
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  /** The 4 or 16 bytes of an address. */
  ip(ip: Ip): this {
    const bytes = new Uint8Array(ip.includes(':') ? 16 : 4)
    writeIp(ip, bytes, 0)
    return this.raw(bytes)
  }

  /** Writes over what stands there. */
  u16At(value: number, at: number): this {
    this.#bytes.writeUInt16BE(value, at)
    return this
  }

  /** Everything that was written; stays as it is whatever is written later. */
  bytes(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }
}
