/** rtnetlink bytes, against messages that a kernel sent and the layout of its headers. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ip } from '../../../src/model/ip.ts'
import type { Address, Link } from '../../../src/model/rows.ts'
import { frameFrom, type Writer, writer } from '../../../src/netlink/attr.ts'
import { finishMessage, headerLength, lengthOf, typeOf } from '../../../src/netlink/message.ts'
import type { Decode, Encode } from '../../../src/netlink/socket.ts'
import { canMark, linkMark } from '../../../src/table/address/mark.ts'
import {
  decodeAddress,
  decodeLink,
  encodeAddAddress,
  encodeCreateLink,
  encodeDeleteAddress,
  encodeDeleteLink,
  encodeGetAddresses,
  encodeGetLinks,
  encodeSetLink,
} from '../../../src/table/address/wire.ts'
import * as captured from './captured.ts'

const test = suite('rtnetlink wire')

test('a dummy link with our alias is up and ours', () => {
  assert.equal(decode(captured.dummyLink, decodeLink), {
    index: 4,
    carrier: 0,
    row: { name: 'slb0', type: 'dummy', up: true, owned: true },
  })
})

test('a veth link says so; a link without a kind is a device', () => {
  assert.equal(decode(captured.vethLink, decodeLink), {
    index: 5,
    carrier: 1,
    row: { name: 'v1', type: 'veth', up: false, owned: false },
  })
  assert.equal(decode(captured.loopback, decodeLink), {
    index: 1,
    carrier: 0,
    row: { name: 'lo', type: 'device', up: true, owned: false },
  })
})

const plain = {
  nodad: false,
  tentative: false,
  dadFailed: false,
  secondary: false,
  owned: false,
}

test('an IPv4 address with our IFA_PROTO is ours', () => {
  const entry = { ...plain, index: 4, address: '192.0.2.10', prefix: 32, owned: true }
  assert.equal(decode(captured.ownIpv4, decodeAddress), entry)
})

test('of a point-to-point address our own end is read', () => {
  const entry = { ...plain, index: 6, address: '10.0.0.1', prefix: 30 }
  assert.equal(decode(captured.peerIpv4, decodeAddress), entry)
})

test('IPv6 addresses tell about duplicate-address detection', () => {
  assert.equal(decode(captured.ownIpv6, decodeAddress), {
    ...plain,
    index: 4,
    address: '2001:db8::1',
    prefix: 128,
    nodad: true,
    owned: true,
  })
  assert.equal(decode(captured.tentativeIpv6, decodeAddress), {
    ...plain,
    index: 6,
    address: '2001:db8::2',
    prefix: 128,
    tentative: true,
  })
})

test("an address with another program's IFA_PROTO is not ours", () => {
  assert.is(decode(captured.kernelIpv6, decodeAddress)?.owned, false)
})

test('messages of other types are passed over', () => {
  assert.is(decode(captured.dummyLink, decodeAddress), undefined)
  assert.is(decode(captured.ownIpv4, decodeLink), undefined)
})

test('a message that is cut off anywhere never makes a reader run away', () => {
  for (const whole of [captured.dummyLink, captured.ownIpv6])
    for (let length = headerLength; length <= whole.length; length += 4) {
      const bytes = Buffer.from(whole.subarray(0, length))
      bytes.writeUInt32LE(length, 0)
      decode(bytes, decodeLink)
      decode(bytes, decodeAddress)
    }
})

const slb0: Link = { name: 'slb0', type: 'dummy', up: true, owned: true }
const vip: Address = {
  link: 'slb0',
  address: '192.0.2.10' as Ip,
  prefix: 32,
  nodad: false,
  dadFailed: false,
  owned: true,
}

// Below, one line is one header or attribute: nlmsghdr, ifinfomsg or ifaddrmsg, then nlattr by nlattr.

test('all links are asked for without their counters', () => {
  encodes(encodeGetLinks, [
    '28000000 1200 0100 01000000 00000000',
    '00 00 0000 00000000 00000000 00000000',
    '0800 1d00 08000000',
  ])
})

test('a link is created as a dummy, and only if there is none of that name', () => {
  encodes(
    w => encodeCreateLink(w, 'slb0'),
    [
      '3c000000 1000 0106 01000000 00000000',
      '00 00 0000 00000000 00000000 00000000',
      '0900 0300 736c623000 000000',
      '1000 1280',
      '0a00 0100 64756d6d7900 0000',
    ],
  )
})

test('a link is marked and set up by its name, without making one', () => {
  encodes(
    w => encodeSetLink(w, slb0, linkMark),
    [
      '38000000 1000 0100 01000000 00000000',
      '00 00 0000 00000000 01000000 01000000',
      '0900 0300 736c623000 000000',
      '0c00 1400 736c623a35623162',
    ],
  )
})

test('the mark is taken away by an empty alias, and left alone by none', () => {
  const down = { ...slb0, up: false, owned: false }
  const header = '00 00 0000 00000000 00000000 01000000'
  const name = '0900 0300 736c623000 000000'
  encodes(
    w => encodeSetLink(w, down, ''),
    ['30000000 1000 0100 01000000 00000000', header, name, '0400 1400'],
  )
  encodes(w => encodeSetLink(w, down), ['2c000000 1000 0100 01000000 00000000', header, name])
})

test('a link is deleted by its number', () => {
  encodes(
    w => encodeDeleteLink(w, 4),
    ['20000000 1100 0100 01000000 00000000', '00 00 0000 04000000 00000000 00000000'],
  )
})

test('addresses are asked for, all or those of a link and family', () => {
  encodes(encodeGetAddresses, ['18000000 1600 0100 01000000 00000000', '00 00 00 00 00000000'])
  encodes(
    w => encodeGetAddresses(w, 4, 10),
    ['18000000 1600 0100 01000000 00000000', '0a 00 00 00 04000000'],
  )
})

test('an IPv4 address is added with our mark, and only if it is not there', () => {
  encodes(
    w => encodeAddAddress(w, 4, vip, false),
    [
      '38000000 1400 0106 01000000 00000000',
      '02 20 00 00 04000000',
      '0800 0200 c000020a',
      '0800 0100 c000020a',
      '0800 0800 00000000',
      '0500 0b00 5b000000',
    ],
  )
})

test('an address that may be there is replaced', () => {
  const bytes = written(w => encodeAddAddress(w, 4, vip, true))
  assert.is(bytes.toString('hex', 4, 8), '14000105')
})

test('an IPv6 address is added without prefix route, and with nodad where the row says so', () => {
  const row: Address = { ...vip, address: '2001:db8::1' as Ip, prefix: 128, nodad: true }
  encodes(
    w => encodeAddAddress(w, 4, row, false),
    [
      '50000000 1400 0106 01000000 00000000',
      '0a 80 00 00 04000000',
      '1400 0200 20010db8000000000000000000000001',
      '1400 0100 20010db8000000000000000000000001',
      '0800 0800 02020000',
      '0500 0b00 5b000000',
    ],
  )
})

test('a delete names address, prefix length and link', () => {
  encodes(
    w => encodeDeleteAddress(w, 4, vip),
    [
      '28000000 1500 0100 01000000 00000000',
      '02 20 00 00 04000000',
      '0800 0200 c000020a',
      '0800 0100 c000020a',
    ],
  )
})

test('memory that was used before does not leak into a message', () => {
  const dirty = writer(256)
  dirty.bytes.fill(0xff)
  const encode = (w: Writer): void => encodeAddAddress(w, 4, vip, false)
  assert.equal(written(encode, dirty), written(encode))
})

test('whether an address that stands can be marked depends on the kernel', () => {
  const v6: Address = { ...vip, address: '2001:db8::1' as Ip }
  const releases = ['5.15.0-1', '5.18.0', '6.1.0-50-amd64', '6.4.0', '7.2.7', '10.0']
  assert.equal(
    releases.map(release => [canMark(vip, release), canMark(v6, release)]),
    [
      [false, false],
      [false, true],
      [false, true],
      [true, true],
      [true, true],
      [true, true],
    ],
  )
})

/** What a decoder makes of a captured message. */
function decode<T>(bytes: Buffer, decoder: Decode<T>): T | undefined {
  const f = frameFrom(bytes)
  return decoder(f, headerLength, lengthOf(f, 0), typeOf(f, 0))
}

/** The bytes of one message with sequence number 1. */
function written(encode: Encode, w: Writer = writer(256)): Buffer {
  encode(w)
  finishMessage(w, 0, 1)
  return w.bytes.subarray(0, w.at)
}

function encodes(encode: Encode, lines: readonly string[]): void {
  assert.is(written(encode).toString('hex'), lines.join('').replaceAll(' ', ''))
}

test.run()
