/**
 * Netlink attributes to bytes and back, in memory that is allocated once.
 *
 * Every attribute starts at a multiple of four (NLA_ALIGN in linux/netlink.h), and its numbers are
 * in the byte order of the host: typed arrays over the same bytes read and write them as the kernel
 * does. Reading allocates nothing: callers walk with `nextAttribute` and take what they know.
 */

/** Memory that messages are written to or read from: three views of the same bytes. */
export interface Frame {
  readonly bytes: Buffer
  readonly u16: Uint16Array
  readonly u32: Uint32Array
}

/** A frame with the place where the next byte goes. */
export interface Writer extends Frame {
  at: number
}

const headerLength = 4
const nestedFlag = 0x8000
const typeMask = 0x3fff

/** Rounds up to the next multiple of four. */
export function align(length: number): number {
  return (length + 3) & ~3
}

/** Memory for `size` bytes; the size is rounded up to a multiple of four. */
export function frame(size: number): Frame {
  return frameOf(new ArrayBuffer(align(size)))
}

/** The views of a memory whose length is a multiple of four. */
export function frameOf(memory: ArrayBuffer): Frame {
  return {
    bytes: Buffer.from(memory),
    u16: new Uint16Array(memory),
    u32: new Uint32Array(memory),
  }
}

/** A copy of some bytes as a frame. */
export function frameFrom(bytes: Uint8Array): Frame {
  const copy = frame(bytes.length)
  copy.bytes.set(bytes)
  return copy
}

/** A writer at the start of fresh memory. */
export function writer(size: number): Writer {
  return { ...frame(size), at: 0 }
}

/** Opens an attribute for others inside it; give what it returns to `closeNest`. */
export function openNest(w: Writer, type: number): number {
  const start = w.at
  w.u16[(start >> 1) + 1] = type | nestedFlag
  w.at = start + headerLength
  return start
}

/** Closes what `openNest` opened: its length is now known. */
export function closeNest(w: Writer, start: number): void {
  w.u16[start >> 1] = w.at - start
}

export function putU8(w: Writer, type: number, value: number): void {
  putHeader(w, type, 1)
  w.u32[(w.at >> 2) + 1] = 0
  w.bytes[w.at + headerLength] = value
  w.at += 8
}

export function putU16(w: Writer, type: number, value: number): void {
  putHeader(w, type, 2)
  const half = (w.at >> 1) + 2
  w.u16[half] = value
  w.u16[half + 1] = 0
  w.at += 8
}

/** A 16-bit number in network order, as ports are. */
export function putBe16(w: Writer, type: number, value: number): void {
  putHeader(w, type, 2)
  w.u32[(w.at >> 2) + 1] = 0
  w.bytes[w.at + 4] = value >> 8
  w.bytes[w.at + 5] = value
  w.at += 8
}

export function putU32(w: Writer, type: number, value: number): void {
  putHeader(w, type, 4)
  w.u32[(w.at >> 2) + 1] = value
  w.at += 8
}

/** Text with the NUL that the kernel wants at its end. */
export function putString(w: Writer, type: number, text: string): void {
  const length = Buffer.byteLength(text) + 1
  const payload = putSpace(w, type, length)
  w.bytes.write(text, payload)
}

/** Bytes as they are. */
export function putBytes(w: Writer, type: number, bytes: Uint8Array): void {
  w.bytes.set(bytes, putSpace(w, type, bytes.length))
}

/** An attribute of `length` zero bytes; returns where they start. */
export function putSpace(w: Writer, type: number, length: number): number {
  putHeader(w, type, length)
  const payload = w.at + headerLength
  w.at = payload + align(length)
  for (let word = payload >> 2; word < w.at >> 2; word++) w.u32[word] = 0
  return payload
}

function putHeader(w: Writer, type: number, length: number): void {
  w.u16[w.at >> 1] = length + headerLength
  w.u16[(w.at >> 1) + 1] = type
}

/** The type of the attribute that starts at `at`, without the nested and byte-order bits. */
export function attributeType(f: Frame, at: number): number {
  return (f.u16[(at >> 1) + 1] ?? 0) & typeMask
}

/** Where the payload of the attribute that starts at `at` begins. */
export function payloadAt(at: number): number {
  return at + headerLength
}

/** Where the payload of the attribute that starts at `at` ends. */
export function payloadEnd(f: Frame, at: number): number {
  return at + (f.u16[at >> 1] ?? 0)
}

/** Where the next attribute starts. Always further on, so that a walk ends on any bytes. */
export function nextAttribute(f: Frame, at: number): number {
  return at + Math.max(headerLength, align(f.u16[at >> 1] ?? 0))
}

/** The payload readers take the place of the payload, not of the attribute. */
export function readU8(f: Frame, at: number): number {
  return f.bytes[at] ?? 0
}

export function readU16(f: Frame, at: number): number {
  return f.u16[at >> 1] ?? 0
}

/** A 16-bit number in network order. */
export function readBe16(f: Frame, at: number): number {
  return ((f.bytes[at] ?? 0) << 8) | (f.bytes[at + 1] ?? 0)
}

export function readU32(f: Frame, at: number): number {
  return f.u32[at >> 2] ?? 0
}

/** Text up to its NUL, or to the end of the payload. */
export function readString(f: Frame, at: number, end: number): string {
  let stop = at
  while (stop < end && f.bytes[stop] !== 0) stop++
  return f.bytes.toString('utf8', at, stop)
}
