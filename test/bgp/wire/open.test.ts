/** OPEN by hand-written octets: RFC 4271, 4.2; RFC 5492; RFC 4760, 8; RFC 6793; RFC 4724, 3; RFC 8950, 4; RFC 9072. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Fault } from '../../../src/bgp/wire/fault.ts'
import { decodeOpen, encodeOpen, type Open } from '../../../src/bgp/wire/open.ts'
import { hex, ip, marker } from '../rig.ts'

/** An OPEN of AS 65001, hold 9, 192.0.2.1, with these optional parameters and their length. */
const open = (parameters: string): Buffer => hex(`04 fde9 0009 c0000201 ${parameters}`)

function refused(body: Buffer): readonly [number, number, string] {
  const { kind, code, subcode, data } = decodeOpen(body) as Fault
  assert.is(kind, 'fault')
  return [code, subcode, Buffer.from(data).toString('hex')]
}

test('ours says who we are and all that we can do', () => {
  const bytes = encodeOpen({
    kind: 'open',
    as: 65001,
    hold: 9,
    routerId: ip('192.0.2.1'),
    capabilities: {
      families: ['ipv4', 'ipv6'],
      as4: 65001,
      routeRefresh: true,
      extendedNextHop: true,
      gracefulRestart: { restarting: true, time: 120, families: ['ipv4', 'ipv6'], preserved: true },
    },
  })
  assert.equal(
    bytes.toString('hex'),
    hex(`${marker} 0047 01
      04 fde9 0009 c0000201 2a
      02 28
      01 04 0001 00 01
      01 04 0002 00 01
      02 00
      05 06 0001 0001 0002
      40 0a 8078 0001 01 80 0002 01 80
      41 04 0000fde9`).toString('hex'),
  )
})

test('an AS of four octets stands in its capability, AS_TRANS in the place of two', () => {
  const capabilities = {
    families: ['ipv4'],
    as4: 4200000000,
    routeRefresh: false,
    extendedNextHop: false,
  } as const
  const bytes = encodeOpen({
    kind: 'open',
    as: 4200000000,
    hold: 90,
    routerId: ip('192.0.2.1'),
    capabilities,
  })
  assert.is(bytes.readUInt16BE(20), 23456)
  assert.equal(decodeOpen(bytes.subarray(19)), {
    kind: 'open',
    as: 4200000000,
    hold: 90,
    routerId: '192.0.2.1',
    capabilities,
  })
})

test('a peer without capabilities is taken', () => {
  assert.equal(decodeOpen(open('00')), {
    kind: 'open',
    as: 65001,
    hold: 9,
    routerId: '192.0.2.1',
    capabilities: { routeRefresh: false, extendedNextHop: false },
  })
})

test('capabilities may stand in one parameter or in many, known and unknown ones', () => {
  const { capabilities } = decodeOpen(
    open('1c 02 06 01 04 0001 00 01 02 0a 80 00 01 04 0002 00 01 47 00 02 06 41 04 0000fde9'),
  ) as Open
  assert.equal(capabilities.families, ['ipv4', 'ipv6'])
  assert.is(capabilities.as4, 65001)
})

test('families that are none of ours are left out, but the peer knows more than IPv4', () => {
  const { capabilities } = decodeOpen(open('08 02 06 01 04 0001 00 80')) as Open
  assert.equal(capabilities.families, [])
})

test('parameters may be longer than 255 octets (RFC 9072)', () => {
  const unknown = `f0 fe ${'00'.repeat(254)}`
  const { capabilities } = decodeOpen(
    open(`ff ff 010b 02 0108 ${unknown} 41 04 000000c8 02 00`),
  ) as Open
  assert.is(capabilities.as4, 200)
})

test('graceful restart is read with its bits; one that is cut off is as good as none', () => {
  const read = (value: string): unknown =>
    (decodeOpen(open(value)) as Open).capabilities.gracefulRestart
  assert.equal(read('0a 02 08 40 06 8078 0001 01 80'), {
    restarting: true,
    time: 120,
    families: ['ipv4'],
    preserved: true,
  })
  assert.equal(read('09 02 07 40 05 8078 0001 01'), undefined)
})

test('what RFC 4271, 6.2 and its successors refuse is refused', () => {
  assert.equal(refused(hex('03 fde9 0009 c0000201 00')), [2, 1, '0004'], 'version 3')
  assert.equal(refused(hex('04 0000 0009 c0000201 00')), [2, 2, ''], 'AS 0 (RFC 7607)')
  assert.equal(refused(open('08 02 06 41 04 00000000')), [2, 2, ''], 'AS 0 in four octets')
  assert.equal(refused(hex('04 fde9 0001 c0000201 00')), [2, 6, ''], 'hold 1')
  assert.equal(refused(hex('04 fde9 0002 c0000201 00')), [2, 6, ''], 'hold 2')
  assert.equal(refused(hex('04 fde9 0009 00000000 00')), [2, 3, ''], 'identifier 0')
  assert.equal(refused(open('04 01 02 0000')), [2, 4, ''], 'authentication, long gone')
})

test('lengths that do not agree are refused', () => {
  assert.equal(refused(open('05 02 02 02 00')), [2, 0, ''], 'parameters end before their length')
  assert.equal(refused(open('03 02 02 02 00')), [2, 0, ''], 'octets behind the parameters')
  assert.equal(refused(open('04 02 05 02 00')), [2, 0, ''], 'a parameter runs over')
  assert.equal(refused(open('01 02')), [2, 0, ''], 'a parameter without a length')
  assert.equal(refused(open('04 02 02 41 04')), [2, 0, ''], 'a capability runs over')
  assert.equal(refused(open('03 02 01 41')), [2, 0, ''], 'a capability without a length')
  assert.equal(refused(open('06 02 04 41 02 fde9')), [2, 0, ''], 'an AS of two octets')
  assert.equal(refused(open('05 02 03 01 01 00')), [2, 0, ''], 'a family of one octet')
  assert.equal(refused(open('ff ff 0001')), [2, 0, ''], 'a long parameter that is not there')
})

test.run()
