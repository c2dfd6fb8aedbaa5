/** Which addresses are asked about before they are added, and what becomes of the answers. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Mac } from '../../../src/l2/mac.ts'
import type { Answer } from '../../../src/l2/probe.ts'
import type { Op } from '../../../src/model/change.ts'
import { SlbError } from '../../../src/model/error.ts'
import type { Ip } from '../../../src/model/ip.ts'
import type { Netlink } from '../../../src/netlink/socket.ts'
import type { AddressChange } from '../../../src/table/address/addresses.ts'
import { type Ask, refuseDuplicates } from '../../../src/table/address/claim.ts'

const netlink = {} as Netlink
const free: Answer = { result: 'free' }

test('only IPv4 addresses that come, and say where to ask: all in one go', async () => {
  const asked: unknown[] = []
  const ask: Ask = async questions => {
    asked.push(questions.map(({ link, address }) => `${link} ${address}`))
    return questions.map(() => free)
  }
  const changes = [
    change('create', '192.0.2.1', 'eth0'),
    change('create', '192.0.2.2'),
    change('adopt', '192.0.2.3', 'eth0'),
    change('update', '192.0.2.4', 'eth0'),
    change('create', '2001:db8::1', 'eth0'),
    change('create', '192.0.2.5', 'eth1'),
  ]
  assert.equal(await refuseDuplicates(netlink, changes, ask), [])
  assert.equal(asked, [['eth0 192.0.2.1', 'eth1 192.0.2.5']])
})

test('nobody is asked where nothing is to be known', async () => {
  const ask: Ask = async () => assert.unreachable() as never
  assert.equal(await refuseDuplicates(netlink, [change('create', '192.0.2.2')], ask), [])
})

test('a holder is named, with the link and what to do; what was not asked fails as it did', async () => {
  const down = new SlbError('timeout', 'no carrier')
  const answers: Answer[] = [
    { result: 'taken', holder: '02:00:00:00:00:99' as Mac },
    free,
    { result: 'unasked', error: down },
  ]
  const changes = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(text =>
    change('create', text, 'eth0'),
  )
  const [taken, unasked, ...more] = await refuseDuplicates(netlink, changes, async () => answers)
  assert.equal(more, [])
  assert.is(taken?.change, changes[0])
  assert.is(taken?.error.code, 'duplicate-address')
  assert.is(
    taken?.error.message,
    'create address slb0 192.0.2.1/32: another host on eth0 has 192.0.2.1, its hardware address is 02:00:00:00:00:99',
  )
  assert.match(taken?.error.hint ?? '', /find 02:00:00:00:00:99/)
  assert.is(unasked?.change, changes[2])
  assert.is(unasked?.error, down)
})

function change(op: Op, text: string, probe?: string): AddressChange {
  const row = {
    link: 'slb0',
    address: text as Ip,
    prefix: text.includes(':') ? 128 : 32,
    nodad: false,
    dadFailed: false,
    owned: true,
    ...(probe === undefined ? {} : { probe }),
  }
  return { op, kind: 'address', row }
}

test.run()
