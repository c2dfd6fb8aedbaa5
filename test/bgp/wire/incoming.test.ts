/** What peers send, by hand-written octets: which UPDATEs end a session (RFC 7606), and which do not. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decode, type Incoming } from '../../../src/bgp/wire/incoming.ts'
import { hex } from '../rig.ts'

const update = (text: string): Incoming => decode({ kind: 'frame', type: 2, body: hex(text) })

/** An UPDATE of these path attributes, announcing 192.0.2.0/24. */
function withAttributes(text: string): string {
  const octets = hex(text).length.toString(16).padStart(4, '0')
  return `0000 ${octets} ${text} 18 c00002`
}

function refused(text: string): string {
  const incoming = update(text)
  if (incoming.kind !== 'fault') return incoming.kind
  return `${incoming.code}/${incoming.subcode} ${Buffer.from(incoming.data).toString('hex')}`.trim()
}

const origin = '40 01 01 00'
const path = '40 02 06 02 01 0000fde8'
const nextHop = '40 03 04 c0000201'

test('routes of the peer are read over', () => {
  assert.equal(update(withAttributes(`${origin} ${path} ${nextHop}`)), { kind: 'update' })
  assert.equal(update('0004 18 c00002 0000'), { kind: 'update' })
  assert.equal(update('0000 0000'), { kind: 'update' }, 'End-of-RIB')
  assert.equal(update('0000 0006 80 0f 03 0002 01'), { kind: 'update' }, 'End-of-RIB of IPv6')
})

test('lengths that do not fit into the UPDATE end the session', () => {
  assert.is(refused('0001 0000'), '3/1', 'withdrawn routes up to the lengths of attributes')
  assert.is(refused('ffff 0000'), '3/1')
  assert.is(refused('0000 0001'), '3/1')
  assert.is(refused(`0000 ffff ${origin}`), '3/1')
})

test('prefixes that cannot be told apart end the session', () => {
  assert.is(refused('0002 21 c0 0000'), '3/10', 'longer than an address')
  assert.is(refused('0003 18 c000 0000'), '3/10', 'fewer octets than its length says')
  assert.is(refused('0000 0000 21 c0000201 80'), '3/10')
  assert.is(refused('0000 0000 20 c00002'), '3/10')
})

test('of IPv6, too, whatever their attribute is wrong in', () => {
  const ends = '3/9'
  const reach = (value: string): string => {
    const octets = hex(value).length.toString(16).padStart(2, '0')
    const told = refused(withAttributes(`80 0e ${octets} ${value}`))
    const whole = hex(`80 0e ${octets} ${value}`).toString('hex')
    return told === `${ends} ${whole}` ? ends : told
  }
  const hop = 'fd000000000000000000000000000001'
  assert.is(reach(`0002 01 10 ${hop} 00 40 20010db800000000`), 'update')
  assert.is(reach(`0002 01 20 ${hop} ${hop} 00`), 'update', 'with an address of the link')
  assert.is(reach('0001 01 04 c0000201 00 18 c00002'), 'update', 'IPv4')
  assert.is(reach('0002 01 10'), ends, 'too short to be read')
  assert.is(reach(`0002 01 ff ${hop} 00`), ends, 'a next hop that runs over')
  assert.is(reach('0002 01 04 c0000201 00'), ends, 'a next hop of another family')
  assert.is(reach(`0002 01 10 ${hop} 00 81 00`), ends, 'a prefix of 129 bits')
  assert.is(reach(`0002 01 10 ${hop} 00 40 2001`), ends, 'a prefix that runs over')
  assert.is(reach('0019 41 03 000000 00 ffff'), 'update', 'a family that we have not offered')
  assert.is(refused(withAttributes('80 0f 02 0002')), `${ends} 800f020002`)
  assert.is(refused(withAttributes('80 0f 05 0002 01 81 00')), `${ends} 800f050002018100`)
})

test('the attribute that holds prefixes must not come twice; others may', () => {
  const unreach = '80 0f 03 0002 01'
  assert.is(refused(withAttributes(`${unreach} ${unreach}`)), '3/1')
  assert.is(refused(withAttributes(`${origin} ${origin}`)), 'update')
})

test('what else is wrong with attributes means that the routes are withdrawn: no session ends', () => {
  assert.is(refused(withAttributes('40 01 02 0000')), 'update', 'ORIGIN of two octets')
  assert.is(refused(withAttributes('c0 01 01 07')), 'update', 'wrong flags, unknown origin')
  assert.is(refused(withAttributes('40 02 06 02 09 0000fde8')), 'update', 'a path that runs over')
  assert.is(refused(withAttributes('40 03 05 c000020101')), 'update', 'NEXT_HOP of five octets')
  assert.is(refused(withAttributes('c0 08 03 000000')), 'update', 'half a community')
  assert.is(refused(withAttributes('40 63 00')), 'update', 'an unknown well-known one')
  assert.is(refused(withAttributes('40 01')), 'update', 'half a header')
  assert.is(refused(withAttributes('50 01 00')), 'update', 'half a header of four octets')
  assert.is(refused(withAttributes('40 01 ff 00')), 'update', 'an attribute that runs over')
  assert.is(refused(withAttributes('')), 'update', 'none at all')
})

test('a peer may ask for all routes again, of families that are ours', () => {
  const refresh = (text: string): unknown => decode({ kind: 'frame', type: 5, body: hex(text) })
  assert.equal(refresh('0001 00 01'), { kind: 'refresh', family: 'ipv4' })
  assert.equal(refresh('0002 00 01'), { kind: 'refresh', family: 'ipv6' })
  assert.equal(refresh('0001 00 80'), { kind: 'refresh', family: undefined })
  assert.equal(refresh('0001 01 01'), { kind: 'refresh', family: undefined }, 'a mark of RFC 7313')
  assert.equal(refresh('0001 00 01 01 40 00'), { kind: 'refresh', family: 'ipv4' }, 'with filters')
})

test.run()
