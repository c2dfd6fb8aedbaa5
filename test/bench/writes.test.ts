import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { countWrites } from '../../bench/writes.ts'

const open = `815   socket(0x10, 0x3|0x80000, 0)      = 17
815   socket(0x10, 0x3|0x80000, 0x10)   = 20
815   socket(0x10, 0x3|0x80000, 0xc)    = 21
`
const send = (fd: number, type: string, first: string): string =>
  `815   sendto(${fd}, [{nlmsg_len=20, nlmsg_type=${type}, nlmsg_flags=0x5, nlmsg_seq=2, nlmsg_pid=0}, "\\x${first}\\x01"], 20, 0, NULL, 0) = 20\n`
const count = (...sends: string[]): object => countWrites(open + sends.join(''))

test('asking for families, services, links, addresses and tables only looks', () => {
  const looks = [send(20, '0x10', '03'), send(20, '0x1e', '04'), send(17, '0x12', '00')]
  assert.equal(count(...looks, send(17, '0x16', '00'), send(21, '0xa01', '01')), {
    reads: 5,
    writes: 0,
  })
})

test('new services, links and nftables transactions are writes', () => {
  const writes = [send(20, '0x1e', '01'), send(17, '0x10', '00'), send(21, '0x10', '00')]
  assert.equal(count(...writes), { reads: 0, writes: 3 })
})

test('what is not understood counts as a write', () => {
  assert.equal(count(send(99, '0x1e', '04')), { reads: 0, writes: 1 })
  assert.equal(count('815   sendmsg(20, {nlmsg_type=0x1e}) = 20\n'), { reads: 0, writes: 1 })
})

test.run()
