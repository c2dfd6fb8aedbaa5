/** Protocol Buffers as far as gobgpd needs them: fields of numbers, texts and messages (encoding of proto3). */

/** What a field holds: a number, or the bytes of a text or of a message. */
export interface Field {
  readonly number: number
  readonly value: number | Buffer
}

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** A number, which is left out when it is 0, as proto3 has it. Up to 2^53. */
export function number(field: number, value: number | boolean): Buffer {
  const amount = Number(value)
  return amount === 0 ? Buffer.alloc(0) : Buffer.concat([tag(field, wire.varint), varint(amount)])
}

/** A text, which is left out when it is empty. */
export function text(field: number, value: string): Buffer {
  return value === '' ? Buffer.alloc(0) : message(field, Buffer.from(value))
}

/** A message inside another; an empty one is there, too. */
export function message(field: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([tag(field, wire.bytes), varint(length), ...parts])
}

/** Numbers as one field (packed), as proto3 has them. */
export function numbers(field: number, values: readonly number[]): Buffer {
  return values.length === 0 ? Buffer.alloc(0) : message(field, ...values.map(varint))
}

/** The fields of a message in their order. What is cut off is left out. */
export function fieldsOf(bytes: Buffer): readonly Field[] {
  const found: Field[] = []
  for (let at = 0; at < bytes.length; ) {
    const head = readVarint(bytes, at)
    const field = Math.floor(head.value / 8)
    const type = head.value % 8
    at = head.end
    if (type === wire.varint) {
      const { value, end } = readVarint(bytes, at)
      found.push({ number: field, value })
      at = end
    } else if (type === wire.bytes) {
      const { value: length, end } = readVarint(bytes, at)
      found.push({ number: field, value: bytes.subarray(end, end + length) })
      at = end + length
    } else if (type === wire.fixed64) at += 8
    else if (type === wire.fixed32) at += 4
    else break
  }
  return found
}

/** The last number of a field; 0 if there is none. */
export function numberIn(fields: readonly Field[], field: number): number {
  const value = fields.findLast(one => one.number === field)?.value
  return typeof value === 'number' ? value : 0
}

/** The last text of a field; empty if there is none. */
export function textIn(fields: readonly Field[], field: number): string {
  const value = fields.findLast(one => one.number === field)?.value
  return Buffer.isBuffer(value) ? value.toString() : ''
}

/** The last message of a field; without fields if there is none. */
export function messageIn(fields: readonly Field[], field: number): readonly Field[] {
  return messagesIn(fields, field).at(-1) ?? []
}

/** All messages of a repeated field. */
export function messagesIn(fields: readonly Field[], field: number): readonly (readonly Field[])[] {
  return fields.flatMap(({ number: at, value }) =>
    at === field && Buffer.isBuffer(value) ? [fieldsOf(value)] : [],
  )
}

/** All numbers of a repeated field, packed or not. */
export function numbersIn(fields: readonly Field[], field: number): readonly number[] {
  return fields.flatMap(({ number: at, value }) => {
    if (at !== field) return []
    if (typeof value === 'number') return [value]
    const all: number[] = []
    for (let place = 0; place < value.length; ) {
      const one = readVarint(value, place)
      all.push(one.value)
      place = one.end
    }
    return all
  })
}

function tag(field: number, type: number): Buffer {
  return varint(field * 8 + type)
}

/** Seven bits a byte, the lowest first; negative numbers do not occur here but for -1 of 32 bits. */
function varint(value: number): Buffer {
  if (value < 0) {
    const bytes = Buffer.alloc(10, 0xff)
    bytes[9] = 1
    return bytes
  }
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}

function readVarint(bytes: Buffer, from: number): { value: number; end: number } {
  let value = 0
  let factor = 1
  let at = from
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    value += (byte % 128) * factor
    factor *= 128
    if (byte < 128) break
  }
  return { value, end: at + 1 }
}
