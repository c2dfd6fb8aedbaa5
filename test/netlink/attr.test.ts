import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  attributeType,
  closeNest,
  frame,
  nextAttribute,
  openNest,
  payloadAt,
  payloadEnd,
  putBe16,
  putBytes,
  putSpace,
  putString,
  putU8,
  putU16,
  putU32,
  readBe16,
  readString,
  readU8,
  readU16,
  readU32,
  type Writer,
  writer,
} from '../../src/netlink/attr.ts'
import { check } from '../property/runs.ts'

/** A writer over memory that was used before: what is not written shows. */
function used(): Writer {
  const w = writer(1024)
  w.bytes.fill(0xee)
  return w
}

const hex = (w: Writer): string => w.bytes.toString('hex', 0, w.at)

test('every attribute has length and type, and is filled with zeros to a multiple of four', () => {
  const w = used()
  putU8(w, 1, 0xab)
  putU16(w, 2, 0xabcd)
  putBe16(w, 3, 0xabcd)
  putU32(w, 4, 0xabcdef01)
  putString(w, 5, 'slb0')
  putBytes(w, 6, Uint8Array.of(1, 2, 3))
  putSpace(w, 7, 2)
  assert.is(
    hex(w),
    [
      '05000100ab000000',
      '06000200cdab0000',
      '06000300abcd0000',
      '0800040001efcdab',
      '09000500736c623000000000',
      '0700060001020300',
      '0600070000000000',
    ].join(''),
  )
})

test('an attribute may hold others; its length covers them, and the nested flag is set', () => {
  const w = used()
  const outer = openNest(w, 1)
  const inner = openNest(w, 2)
  putU8(w, 3, 7)
  closeNest(w, inner)
  closeNest(w, outer)
  assert.is(hex(w), '10000180' + '0c000280' + '0500030007000000')
})

test('reading walks from attribute to attribute and takes the flags off the type', () => {
  const w = used()
  const nest = openNest(w, 9)
  putString(w, 1, 'eth0')
  putU16(w, 2, 513)
  putBe16(w, 3, 80)
  putU32(w, 4, 0xffffffff)
  putU8(w, 5, 255)
  closeNest(w, nest)
  assert.is(attributeType(w, 0), 9)
  assert.is(payloadEnd(w, 0), w.at)
  const found: unknown[] = []
  for (let a = payloadAt(0); a + 4 <= payloadEnd(w, 0); a = nextAttribute(w, a)) {
    const at = payloadAt(a)
    const read = [
      () => readString(w, at, payloadEnd(w, a)),
      () => readU16(w, at),
      () => readBe16(w, at),
      () => readU32(w, at),
      () => readU8(w, at),
    ]
    found.push(read[attributeType(w, a) - 1]?.())
  }
  assert.equal(found, ['eth0', 513, 80, 0xffffffff, 255])
})

test('text without a NUL ends where its attribute does', () => {
  const w = used()
  putBytes(w, 1, Buffer.from('abcd'))
  assert.is(readString(w, payloadAt(0), payloadEnd(w, 0)), 'abcd')
})

test('a walk over any bytes ends', async () => {
  await check(
    'walks',
    500,
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      const f = frame(bytes.length)
      f.bytes.set(bytes)
      let steps = 0
      for (let a = 0; a + 4 <= bytes.length; a = nextAttribute(f, a)) steps++
      assert.ok(steps <= bytes.length / 4)
    }),
  )
})

test.run()
