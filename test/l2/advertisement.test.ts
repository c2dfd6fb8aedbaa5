/** Neighbour advertisements: bytes written out by hand from RFC 4861, 4.4, and RFC 8200. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { icmpv6Checksum, unsolicitedAdvertisement } from '../../src/l2/advertisement.ts'
import type { Mac } from '../../src/l2/mac.ts'
import type { Ip } from '../../src/model/ip.ts'

const mac = '02:42:ac:11:00:02' as Mac
const vip = '2001:db8::10' as Ip
const vipBytes = '20010db8000000000000000000000010'

test('it goes to all nodes from the address itself, with the override flag and our hardware address', () => {
  const frame = unsolicitedAdvertisement(mac, vip, false)
  const ethernet = '333300000001 0242ac110002 86dd'
  const ipv6 = `60000000 0020 3a ff ${vipBytes} ff020000000000000000000000000001`
  // The sum by hand: addresses 2001+0db8+0010+ff02+0001, length 0020, protocol 003a, message
  // 8800+2000+2001+0db8+0010, option 0201+0242+ac11+0002 = 2b345, folded b347; its complement is 4cb8.
  const message = `88 00 4cb8 20000000 ${vipBytes} 02 01 0242ac110002`
  assert.is(hex(frame), plain(`${ethernet} ${ipv6} ${message}`))
})

test('a router says that it is one', () => {
  const frame = unsolicitedAdvertisement(mac, vip, true)
  assert.is(frame[14 + 40 + 4], 0xa0)
  assert.is(sumOf(frame), 0)
})

test('the sum over what is sent, its checksum included, comes out as zero', () => {
  for (const text of ['2001:db8::10', 'fe80::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::2'])
    for (const hardware of ['02:42:ac:11:00:02', 'ff:ff:ff:ff:ff:fe', '00:00:00:00:00:01'])
      assert.is(sumOf(unsolicitedAdvertisement(hardware as Mac, text as Ip, false)), 0)
})

/** What a receiver computes: 0 = the message is whole. */
function sumOf(frame: Uint8Array): number {
  return icmpv6Checksum(frame.subarray(14))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function plain(text: string): string {
  return text.replaceAll(' ', '')
}

test.run()
