/** UPDATE by hand-written octets: RFC 4271, 4.3; RFC 4760; RFC 4724, 2; RFC 6793; RFC 1997; RFC 8092; RFC 8950. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Path } from '../../../src/bgp/wire/attributes.ts'
import {
  encodeAnnouncement,
  encodeWithdrawal,
  endOfRib,
  fits,
} from '../../../src/bgp/wire/update.ts'
import type { Route } from '../../../src/model/announcement.ts'
import { hex, ip, marker, routeRow } from '../rig.ts'

const external: Path = { external: true, localAs: 65001, as4: true }
const internal: Path = { external: false, localAs: 65001, as4: true }

/** The one message that announces a route alone. */
function announced(route: Route, path = external, nextHop = '192.0.2.254'): string {
  const [message, more] = encodeAnnouncement(route, ip(nextHop), [route], path)
  assert.is(more, undefined)
  return message?.toString('hex') ?? ''
}

const octets = (text: string): string => hex(text).toString('hex')

test('a route to another AS: ORIGIN, AS_PATH, NEXT_HOP, prefix', () => {
  assert.is(
    announced(routeRow('198.51.100.7')),
    octets(`${marker} 0030 02 0000 0014
      40 01 01 00
      40 02 06 02 01 0000fde9
      40 03 04 c00002fe
      20 c6336407`),
  )
})

test('a route within the AS has an empty path and a preference; 100 if none is wanted', () => {
  assert.is(
    announced(routeRow('198.51.100.7', { prepend: 3 }), internal),
    octets(`${marker} 0031 02 0000 0015
      40 01 01 00
      40 02 00
      40 03 04 c00002fe
      40 05 04 00000064
      20 c6336407`),
  )
  assert.match(announced(routeRow('198.51.100.7', { localPref: 300 }), internal), '4005040000012c')
})

test('all that a route can carry, in ascending order', () => {
  const route = routeRow('198.51.100.0', {
    prefix: 24,
    med: 50,
    localPref: 200,
    prepend: 1,
    communities: ['65001:42', '65535:0'],
    largeCommunities: ['4200000000:1:2'],
  })
  assert.is(
    announced(route),
    octets(`${marker} 0054 02 0000 0039
      40 01 01 00
      40 02 0a 02 02 0000fde9 0000fde9
      40 03 04 c00002fe
      80 04 04 00000032
      c0 08 08 fde9002a ffff0000
      c0 20 0c fa56ea00 00000001 00000002
      18 c63364`),
  )
})

test('whoever knows two octets of an AS only gets AS_TRANS, and AS4_PATH beside it', () => {
  assert.is(
    announced(routeRow('198.51.100.7'), { external: true, localAs: 4200000000, as4: false }),
    octets(`${marker} 0037 02 0000 001b
      40 01 01 00
      40 02 04 02 01 5ba0
      40 03 04 c00002fe
      c0 11 06 02 01 fa56ea00
      20 c6336407`),
  )
  const short = announced(routeRow('198.51.100.7'), { external: true, localAs: 65001, as4: false })
  assert.match(short, '4002040201fde9')
  assert.not.match(short, 'c011')
})

test('a long path is several segments of 255', () => {
  const hexed = announced(routeRow('198.51.100.7', { prepend: 299 }))
  assert.match(hexed, `5002${(2 + 255 * 4 + 2 + 45 * 4).toString(16).padStart(4, '0')}02ff`)
  assert.match(hexed, `022d${'0000fde9'.repeat(45)}400304`)
})

test('IPv6 goes into MP_REACH_NLRI, the first of the attributes', () => {
  assert.is(
    announced(routeRow('2001:db8::7'), external, 'fd00::1'),
    octets(`${marker} 004e 02 0000 0037
      90 0e 0026 0002 01 10 fd000000000000000000000000000001 00
        80 20010db8000000000000000000000007
      40 01 01 00
      40 02 06 02 01 0000fde9`),
  )
})

test('IPv4 with an IPv6 next hop does, too (RFC 8950)', () => {
  assert.is(
    announced(routeRow('198.51.100.7'), external, 'fd00::1'),
    octets(`${marker} 0042 02 0000 002b
      90 0e 001a 0001 01 10 fd000000000000000000000000000001 00
        20 c6336407
      40 01 01 00
      40 02 06 02 01 0000fde9`),
  )
})

test('a prefix has as many octets as it needs, and no bits behind its length', () => {
  const end = (address: string, prefix: number): string =>
    encodeWithdrawal(address.includes(':') ? 'ipv6' : 'ipv4', [{ address: ip(address), prefix }])
      .map(message => message.toString('hex'))
      .join()
  assert.match(end('255.255.255.255', 20), /0004 ?14fffff00000$/)
  assert.match(end('255.255.255.255', 1), /00020180 ?0000$/)
  assert.match(end('255.255.255.255', 0), /0001000000$/)
  assert.match(end('ffff:ffff:ffff::', 33), /0002 ?0121ffffffff80$/)
})

test('withdrawals: the old field for IPv4, MP_UNREACH_NLRI for IPv6', () => {
  const of = (family: 'ipv4' | 'ipv6', ...addresses: string[]): string =>
    encodeWithdrawal(
      family,
      addresses.map(address => routeRow(address)),
    )
      .map(message => message.toString('hex'))
      .join()
  assert.is(
    of('ipv4', '198.51.100.7', '198.51.100.8'),
    octets(`${marker} 0021 02 000a 20 c6336407 20 c6336408 0000`),
  )
  assert.is(
    of('ipv6', '2001:db8::7'),
    octets(`${marker} 002f 02 0000 0018
      90 0f 0014 0002 01 80 20010db8000000000000000000000007`),
  )
  assert.is(of('ipv4'), '')
  assert.is(of('ipv6'), '')
})

test('End-of-RIB is an UPDATE of nothing', () => {
  assert.is(endOfRib('ipv4').toString('hex'), octets(`${marker} 0017 02 0000 0000`))
  assert.is(
    endOfRib('ipv6').toString('hex'),
    octets(`${marker} 001e 02 0000 0007 90 0f 0003 0002 01`),
  )
})

test('10,000 host routes with equal attributes take 13 messages, none longer than 4096', () => {
  const routes = Array.from({ length: 10_000 }, (_, at) => routeRow(`10.0.${at >> 8}.${at & 255}`))
  const [first] = routes
  if (first === undefined) throw new Error('no routes')
  const messages = encodeAnnouncement(first, ip('192.0.2.254'), routes, external)
  assert.is(messages.length, 13)
  for (const message of messages) {
    assert.ok(message.length <= 4096)
    assert.is(message.readUInt16BE(16), message.length)
  }
  assert.is(encodeWithdrawal('ipv4', routes).length, 13)
})

test('a route whose attributes are longer than a message is known before it is told', () => {
  const many = (count: number): Route =>
    routeRow('2001:db8::7', {
      communities: Array.from({ length: count }, (_, at) => `65000:${at}`),
    })
  assert.ok(fits(many(980)))
  for (const path of [external, internal, { ...external, as4: false }])
    assert.is(encodeAnnouncement(many(980), ip('fd00::1'), [many(980)], path).length, 1)
  assert.not(fits(many(1020)))
  assert.not(fits(many(5000)))
})

test.run()
