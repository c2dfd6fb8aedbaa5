/** Headers and what follows one another: RFC 4271, 4.1 and 6.1. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Fault } from '../../../src/bgp/wire/fault.ts'
import { Framer, keepalive } from '../../../src/bgp/wire/message.ts'
import { hex, marker } from '../rig.ts'

const update = hex(`${marker} 0017 02 0000 0000`)

function refused(header: string): readonly [number, number, string] {
  const { kind, code, subcode, data } = new Framer().read(hex(header))[0] as Fault
  assert.is(kind, 'fault')
  return [code, subcode, Buffer.from(data).toString('hex')]
}

test('a KEEPALIVE is a header and nothing else', () => {
  assert.is(keepalive.toString('hex'), hex(`${marker} 0013 04`).toString('hex'))
})

test('several messages may come in one piece, and one in many', () => {
  const three = Buffer.concat([keepalive, update, keepalive])
  const parts = [
    { kind: 'frame', type: 4, body: Buffer.alloc(0) },
    { kind: 'frame', type: 2, body: Buffer.alloc(4) },
    { kind: 'frame', type: 4, body: Buffer.alloc(0) },
  ]
  assert.equal(new Framer().read(three), parts)
  const trickled = new Framer()
  assert.equal(
    [...three].flatMap(byte => trickled.read(Uint8Array.of(byte))),
    parts,
  )
})

test('a message of 4096 octets is the longest', () => {
  const long = Buffer.alloc(4096, 0xff)
  long.writeUInt16BE(4096, 16)
  long.writeUInt8(2, 18)
  const [frame] = new Framer().read(long)
  assert.is(frame?.kind === 'frame' && frame.body.length, 4077)
  assert.equal(refused(`${marker} 1001 02`), [1, 2, '1001'])
})

test('what is not synchronized, has a wrong length or an unknown type is refused at its header', () => {
  assert.equal(refused(`${'ff'.repeat(15)}fe 0013 04`), [1, 1, ''])
  assert.equal(refused(`${'00'.repeat(16)} 0013 04`), [1, 1, ''])
  assert.equal(refused(`${marker} 0012 04`), [1, 2, '0012'])
  assert.equal(refused(`${marker} ffff 02`), [1, 2, 'ffff'])
  assert.equal(refused(`${marker} 001c 01`), [1, 2, '001c'], 'OPEN')
  assert.equal(refused(`${marker} 0016 02`), [1, 2, '0016'], 'UPDATE')
  assert.equal(refused(`${marker} 0014 04`), [1, 2, '0014'], 'KEEPALIVE')
  assert.equal(refused(`${marker} 0016 05`), [1, 2, '0016'], 'ROUTE-REFRESH')
  assert.equal(refused(`${marker} 0013 00`), [1, 3, '00'])
  assert.equal(refused(`${marker} 0013 06`), [1, 3, '06'])
})

test('what came before a fault has been read; nothing behind it is', () => {
  const parts = new Framer().read(Buffer.concat([keepalive, hex(`${marker} 0012 04`), keepalive]))
  assert.equal(
    parts.map(({ kind }) => kind),
    ['frame', 'fault'],
  )
})

test.run()
