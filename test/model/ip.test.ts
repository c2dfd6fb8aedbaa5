import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Ip, parseIp, scopeOf } from '../../src/model/ip.ts'

/** What the library alone says of an IPv6 address that maps no IPv4 address. */
const byLibrary = (text: string): string | undefined =>
  ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toRFC5952String() : undefined

const group = fc.oneof(
  fc.constantFrom('0', '1', 'ff02', 'fe80', 'febf', 'fec0', 'ffff', '00', '0a', 'A', ''),
  fc.nat(0xffff).map(value => value.toString(16)),
)
const text = fc.oneof(
  fc.ipV6(),
  fc.array(group, { minLength: 1, maxLength: 9 }).map(groups => groups.join(':')),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef:g'), maxLength: 20 }),
)

test('an IPv6 address is read as the library reads it, whatever the short way says', () => {
  fc.assert(
    fc.property(text, given => {
      if (!given.includes(':') || /[.%]/.test(given) || /^[0:]*ffff:/i.test(given)) return
      assert.is(parseIp(given), byLibrary(given))
    }),
    { numRuns: 5000 },
  )
})

test('scopes are those of the library', () => {
  const named = ['unspecified', 'loopback', 'multicast', 'linkLocal']
  fc.assert(
    fc.property(text, given => {
      const canonical = given.includes('.') ? undefined : parseIp(given)
      if (!canonical?.includes(':')) return
      const range = ipaddr.IPv6.parse(canonical).range()
      assert.is(scopeOf(canonical), named.includes(range) ? range : 'unicast')
    }),
    { numRuns: 5000 },
  )
})

for (const [ip, scope] of [
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['ff02::1', 'multicast'],
  ['ff::1', 'unicast'],
  ['fe80::1', 'linkLocal'],
  ['febf::1', 'linkLocal'],
  ['fec0::1', 'unicast'],
  ['2001:db8::1', 'unicast'],
] as const)
  test(`${ip} is ${scope}`, () => assert.is(scopeOf(ip as Ip), scope))

test.run()
