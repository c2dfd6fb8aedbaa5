/** NOTIFICATION in octets and in words: RFC 4271, 4.5; RFC 9003; RFC 8538. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fault } from '../../../src/bgp/wire/fault.ts'
import {
  decodeNotification,
  describeCodes,
  encodeNotification,
  shutdown,
} from '../../../src/bgp/wire/notification.ts'
import { hex, marker } from '../rig.ts'

const words = (text: string): string => describeCodes(decodeNotification(hex(text)))

test('ours has code, subcode and what it is about', () => {
  assert.is(
    encodeNotification(fault('badMessageLength', hex('1001'))).toString('hex'),
    hex(`${marker} 0017 03 01 02 1001`).toString('hex'),
  )
})

test('a shutdown says why in words', () => {
  assert.is(
    encodeNotification(shutdown('moved')).toString('hex'),
    hex(`${marker} 001b 03 06 02 05 6d6f766564`).toString('hex'),
  )
  assert.is(encodeNotification(shutdown('x'.repeat(400))).length, 19 + 2 + 1 + 255)
})

test('codes are shown in the words of the registry', () => {
  assert.is(words('02 02'), 'OPEN Message Error: Bad Peer AS')
  assert.is(words('04 00'), 'Hold Timer Expired')
  assert.is(
    words('05 03'),
    'Finite State Machine Error: Receive Unexpected Message in Established State',
  )
  assert.is(words('06 01'), 'Cease: Maximum Number of Prefixes Reached')
  assert.is(words('06 00'), 'Cease')
  assert.is(words('06 63'), 'Cease: subcode 99')
  assert.is(words('63 01'), 'error 99: subcode 1')
})

test('what the other operator wrote is shown, without what would move a terminal', () => {
  assert.is(words('06 02 05 6d6f766564'), 'Cease: Administrative Shutdown "moved"')
  assert.is(words('06 04 0a 1b5b326a c3a9 0a 6f6b 00'), 'Cease: Administrative Reset "[2jé ok"')
  assert.is(words('06 02'), 'Cease: Administrative Shutdown')
  assert.is(words('06 02 ff 6d6f'), 'Cease: Administrative Shutdown "mo"', 'a length that lies')
})

test('a hard reset says what it contains', () => {
  assert.is(words('06 09 06 04 02 6f6b'), 'Cease: Hard Reset, Cease: Administrative Reset "ok"')
  assert.is(words('06 09'), 'Cease: Hard Reset')
  assert.is(words('06 09 06 09 06 09'), 'Cease: Hard Reset')
})

test('one that is cut off ends the session all the same', () => {
  assert.equal(decodeNotification(hex('')), {
    kind: 'notification',
    code: 0,
    subcode: 0,
    data: new Uint8Array(),
  })
})

test.run()
