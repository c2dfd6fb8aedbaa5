/** What is set on a socket before its first packet: octets as the kernel's headers have them. */
import { endianness } from 'node:os'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { socketTo } from '../../src/bgp/socket.ts'
import type { Peer } from '../../src/model/announcement.ts'
import { SlbError } from '../../src/model/error.ts'
import type { Libc } from '../../src/netlink/libc.ts'
import { hex, ip, peerRow } from './rig.ts'

/** A C library that remembers what is set, as `level option octets`. */
class FakeLibc {
  readonly set: string[] = []
  readonly closed: number[] = []
  domain = 0
  /** The option that the kernel refuses, and why. */
  refused = -1
  readonly c = {
    socket: (domain: number) => {
      this.domain = domain
      return 7
    },
    setsockopt: (_fd: number, level: number, name: number, value: Uint8Array) => {
      this.set.push(`${level} ${name} ${Buffer.from(value).toString('hex')}`)
      return name === this.refused ? -1 : 0
    },
    close: (fd: number) => {
      this.closed.push(fd)
      return 0
    },
    errno: () => 1,
  } as unknown as Libc
}

function made(more: Partial<Peer>, password?: string): FakeLibc {
  const libc = new FakeLibc()
  assert.is(
    socketTo(peerRow(more), password === undefined ? undefined : Buffer.from(password), libc.c),
    7,
  )
  return libc
}

/** An int as this machine has it. */
function int(value: number): string {
  const bytes = Buffer.alloc(4)
  if (endianness() === 'LE') bytes.writeInt32LE(value)
  else bytes.writeInt32BE(value)
  return bytes.toString('hex')
}

const address = ip('192.0.2.254')
const six = ip('2001:db8::fe')

test('to another AS packets go as far as multihop says, with the class of network control', () => {
  assert.equal(made({ address }).set, [`0 1 ${int(0xc0)}`, `0 2 ${int(1)}`])
  assert.equal(made({ address, multihop: 3 }).set[1], `0 2 ${int(3)}`)
  const libc = made({ address: six, multihop: 2 })
  assert.is(libc.domain, 10)
  assert.equal(libc.set, [`41 67 ${int(0xc0)}`, `41 16 ${int(2)}`])
})

test('within the AS they go anywhere', () => {
  assert.equal(made({ address, as: 65001 }).set, [`0 1 ${int(0xc0)}`])
})

test('with TTL security they leave with 255, and none is taken from further away (RFC 5082)', () => {
  assert.equal(made({ address, ttlSecurity: true }).set.slice(1), [
    `0 2 ${int(255)}`,
    `0 21 ${int(255)}`,
  ])
  assert.equal(made({ address: six, ttlSecurity: true, multihop: 3, as: 65001 }).set.slice(1), [
    `41 16 ${int(255)}`,
    `41 73 ${int(253)}`,
  ])
})

test('a password is a struct tcp_md5sig: address, length, key', () => {
  const little = endianness() === 'LE'
  const zeros = (count: number): string => '00'.repeat(count)
  const length = little ? '0600' : '0006'
  const four = `${little ? '0200' : '0002'} 0000 c00002fe ${zeros(120)}`
  const key = `00 00 ${length} ${zeros(4)} ${Buffer.from('geheim').toString('hex')} ${zeros(74)}`
  assert.is(
    made({ address, as: 65001 }, 'geheim').set[1],
    `6 14 ${hex(four + key).toString('hex')}`,
  )
  const wide = `${little ? '0a00' : '000a'} 0000 00000000 20010db80000000000000000000000fe ${zeros(104)}`
  assert.is(
    made({ address: six, as: 65001 }, 'geheim').set[1],
    `6 14 ${hex(wide + key).toString('hex')}`,
  )
})

test('what the kernel refuses is an error in words, and the socket is closed', () => {
  const libc = new FakeLibc()
  libc.refused = 14
  try {
    socketTo(peerRow({ address }), Buffer.from('geheim'), libc.c)
    assert.unreachable('it was taken')
  } catch (error) {
    if (!(error instanceof SlbError)) throw error
    assert.match(error.message, 'set the password of the session with 192.0.2.254: not permitted')
    assert.not.match(JSON.stringify([error.message, error.hint, error.stack]), 'geheim')
  }
  assert.equal(libc.closed, [7])
})

test.run()
