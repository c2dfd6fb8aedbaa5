import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readIpv6, writeIpv6 } from '../../src/model/ipv6.ts'
import { check } from '../property/runs.ts'

const examples: readonly [text: string, hex: string][] = [
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['1::', '00010000000000000000000000000000'],
  ['2001:db8::10', '20010db8000000000000000000000010'],
  ['fe80::1:0:0:1', 'fe800000000000000001000000000001'],
  ['1:0:0:2::3', '00010000000000020000000000000003'],
  // One group of zeros alone is written out (RFC 5952, 4.2.2).
  ['1:0:2:3:4:5:6:7', '00010000000200030004000500060007'],
  ['0:1:2:3:4:5:6:7', '00000001000200030004000500060007'],
  ['1:2:3:4:5:6:7:0', '00010002000300040005000600070000'],
  // Of two runs of the same length the first is shortened (4.2.3).
  ['1::2:0:0:3:4', '00010000000000020000000000030004'],
  ['abcd:ef01:2345:6789:abcd:ef01:2345:6789', 'abcdef0123456789abcdef0123456789'],
]

for (const [text, hex] of examples)
  test(`${text} is ${hex}`, () => {
    const bytes = Buffer.alloc(18, 0xee)
    writeIpv6(text, bytes, 1)
    assert.is(bytes.toString('hex'), `ee${hex}ee`)
    assert.is(readIpv6(bytes, 1), text)
  })

test('the same as ipaddr.js, for any address', async () => {
  const sparse = fc.array(fc.constantFrom(0, 0, 0, 1, 0xab), { minLength: 16, maxLength: 16 })
  const dense = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 16, maxLength: 16 })
  await check(
    'IPv6 text',
    1000,
    fc.property(fc.oneof(sparse, dense), octets => {
      const text = new ipaddr.IPv6(octets).toRFC5952String()
      assert.is(readIpv6(Uint8Array.from(octets), 0), text)
      const bytes = new Uint8Array(16).fill(0xee)
      writeIpv6(text, bytes, 0)
      assert.equal([...bytes], octets)
    }),
  )
})

test.run()
