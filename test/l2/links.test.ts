/** What is read of a link: bytes that a kernel sent. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeL2Link, epochOf, isReady, type L2Link, unfitness } from '../../src/l2/links.ts'
import { frameFrom } from '../../src/netlink/attr.ts'
import { headerLength, lengthOf, typeOf } from '../../src/netlink/message.ts'
import { dummyLink, loopback, vethLink } from '../table/address/captured.ts'

test('a veth that is down', () => {
  const link = decode(vethLink)
  assert.equal(link, {
    name: 'v1',
    index: 5,
    mac: '22:0d:4f:e7:16:e6',
    hardware: 1,
    flags: 0x1002,
    carrierChanges: 1,
    router: false,
  })
  assert.not.ok(isReady(link))
  assert.is(unfitness('v1', link, 'announce'), undefined)
})

test('a dummy does not do ARP, and loopback is no Ethernet', () => {
  assert.match(String(unfitness('slb0', decode(dummyLink), 'announce')?.message), /NOARP/)
  assert.match(String(unfitness('lo', decode(loopback), 'announce')?.message), /loopback/)
})

test('a host that forwards IPv6 shows it at its link', () => {
  // The first of the numbers in IFLA_INET6_CONF: u16 length 0x00f4, u16 type 2.
  const message = Buffer.from(vethLink)
  const place = message.indexOf('f4000200', 'hex') + 4
  assert.is(message.readUInt32LE(place), 0)
  message.writeUInt32LE(1, place)
  assert.is(decode(message).router, true)
})

test('the epoch is another one for another link, carrier or hardware address', () => {
  const link = decode(vethLink)
  const others = [
    { ...link, index: 6 },
    { ...link, carrierChanges: 2 },
    { ...link, mac: decode(dummyLink).mac },
  ]
  assert.is(new Set([link, { ...link, flags: 0 }, ...others].map(epochOf)).size, 4)
})

function decode(message: Buffer): L2Link {
  const f = frameFrom(message)
  const link = decodeL2Link(f, headerLength, lengthOf(f, 0), typeOf(f, 0))
  assert.ok(link)
  return link as L2Link
}

test.run()
