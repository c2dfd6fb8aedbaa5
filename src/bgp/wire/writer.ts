/** Bytes in network order, written one after another, as many as a message has room for. */
import { type Ip, writeIp } from '../../model/ip.ts'

/** The longest message (RFC 4271, 4.1; we do not offer RFC 8654). */
export const maxMessage = 4096

/** Most of what is written is short: attributes. */
const firstRoom = 128

/** Writes up to `maxMessage` bytes; more than that throws a RangeError. */
export class Writer {
  #bytes = Buffer.allocUnsafe(firstRoom)
  #length = 0

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#take(1)
    this.#bytes[at] = value
    return this
  }

  u16(value: number): this {
    const at = this.#take(2)
    this.#bytes.writeUInt16BE(value, at)
    return this
  }

  u32(value: number): this {
    const at = this.#take(4)
    this.#bytes.writeUInt32BE(value, at)
    return this
  }

  raw(bytes: Uint8Array | readonly number[]): this {
    const at = this.#take(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** The 4 or 16 bytes of an address. */
  ip(ip: Ip): this {
    const at = this.#take(ip.includes(':') ? 16 : 4)
    writeIp(ip, this.#bytes, at)
    return this
  }

  /** The length of a prefix in bits, and as many octets of its address as hold them (RFC 4271, 4.3). */
  prefix(address: Ip, bits: number): this {
    const octets = (bits + 7) >> 3
    const start = this.u8(bits).length
    this.ip(address)
    this.#length = start + octets
    const unused = 8 * octets - bits
    if (unused > 0) {
      const last = this.#bytes[this.#length - 1] ?? 0
      this.#bytes[this.#length - 1] = (last >> unused) << unused
    }
    return this
  }

  /** Writes over what stands there. */
  u16At(value: number, at: number): this {
    this.#bytes.writeUInt16BE(value, at)
    return this
  }

  /** Everything that was written. Nothing is to be written afterwards. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #take(count: number): number {
    const at = this.#length
    const length = at + count
    if (length > maxMessage) throw new RangeError('longer than a message')
    if (length > this.#bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(length, 4 * this.#bytes.length))
      bytes.set(this.#bytes.subarray(0, at))
      this.#bytes = bytes
    }
    this.#length = length
    return at
  }
}
