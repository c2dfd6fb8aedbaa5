/** ARP frames: bytes written out by hand from RFC 826 and RFC 5227, and whatever else may come. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ArpPacket,
  arpProbe,
  claimOf,
  encodeArp,
  gratuitousReply,
  gratuitousRequest,
  parseArp,
} from '../../src/l2/arp.ts'
import { type Mac, zeroMac } from '../../src/l2/mac.ts'
import type { Ip } from '../../src/model/ip.ts'
import { check } from '../property/runs.ts'

const mac = '02:42:ac:11:00:02' as Mac
const other = '02:42:ac:11:00:03' as Mac
const vip = '192.0.2.10' as Ip

/** Ethernet to all, type ARP; Ethernet and IPv4 by type and length; the operation. */
const toAll = 'ffffffffffff 0242ac110002 0806'
const kinds = '0001 0800 06 04'

test('a probe asks for the address, and comes from none', () => {
  const frame = arpProbe(mac, vip)
  assert.is(hex(frame), plain(`${toAll} ${kinds} 0001 0242ac110002 00000000 000000000000 c000020a`))
})

test('a gratuitous request has the address as sender and as target', () => {
  const frame = gratuitousRequest(mac, vip)
  assert.is(hex(frame), plain(`${toAll} ${kinds} 0001 0242ac110002 c000020a 000000000000 c000020a`))
})

test('a gratuitous reply has also the hardware address twice', () => {
  const frame = gratuitousReply(mac, vip)
  assert.is(hex(frame), plain(`${toAll} ${kinds} 0002 0242ac110002 c000020a 0242ac110002 c000020a`))
})

test('a packet goes to one station if told so', () => {
  const packet: ArpPacket = {
    operation: 'reply',
    senderMac: mac,
    sender: vip,
    targetMac: other,
    target: '192.0.2.1' as Ip,
  }
  assert.is(
    hex(encodeArp(packet, other)),
    plain(
      `0242ac110003 0242ac110002 0806 ${kinds} 0002 0242ac110002 c000020a 0242ac110003 c0000201`,
    ),
  )
})

test('what is written is read back, with padding behind it, too', async () => {
  const mark = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(bytes => macOf(bytes))
  const address = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(bytes => bytes.join('.') as Ip)
  const packets = fc.record(
    {
      operation: fc.constantFrom('request' as const, 'reply' as const),
      senderMac: mark,
      sender: address,
      targetMac: mark,
      target: address,
    },
    { noNullPrototype: true },
  )
  await check(
    'read back',
    500,
    fc.property(packets, fc.uint8Array({ maxLength: 20 }), (packet, padding) => {
      assert.equal(parseArp(Buffer.concat([encodeArp(packet), padding])), packet)
    }),
  )
})

test('any bytes are read without a fault, and cut ones are nothing', async () => {
  await check(
    'any bytes',
    2000,
    fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
      parseArp(bytes)
    }),
  )
  const frame = arpProbe(mac, vip)
  for (let length = 0; length < frame.length; length++)
    assert.is(parseArp(frame.subarray(0, length)), undefined)
})

test('a frame with another type, hardware, protocol, length or operation is nothing', () => {
  for (const place of [12, 13, 14, 15, 16, 17, 18, 19, 20, 21]) {
    const frame = Buffer.from(arpProbe(mac, vip))
    frame[place] = (frame[place] ?? 0) ^ 0x40
    assert.is(parseArp(frame), undefined, `octet ${place}`)
  }
})

test('an address is claimed by whoever sends from it, asking or answering, and by a probe for it', () => {
  const asks: ArpPacket = {
    operation: 'request',
    senderMac: mac,
    sender: vip,
    targetMac: zeroMac,
    target: '192.0.2.1' as Ip,
  }
  assert.equal(claimOf(asks), { address: vip, mac })
  assert.equal(claimOf({ ...asks, operation: 'reply' }), { address: vip, mac })
  const probe = { ...asks, sender: '0.0.0.0' as Ip, target: vip }
  assert.equal(claimOf(probe), { address: vip, mac })
  assert.is(claimOf({ ...probe, operation: 'reply' }), undefined)
})

function macOf(bytes: Uint8Array): Mac {
  return Buffer.from(bytes).toString('hex').match(/../g)?.join(':') as Mac
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function plain(text: string): string {
  return text.replaceAll(' ', '')
}

test.run()
