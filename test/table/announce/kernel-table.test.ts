/** Routes of a routing table: their bytes, and what a speaker makes of changes and answers. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Route } from '../../../src/model/announcement.ts'
import type { Op } from '../../../src/model/change.ts'
import { SlbError } from '../../../src/model/error.ts'
import type { Ip } from '../../../src/model/ip.ts'
import { frameFrom, writer } from '../../../src/netlink/attr.ts'
import type { Batch } from '../../../src/netlink/batch.ts'
import { errnoNumber } from '../../../src/netlink/errno.ts'
import { finishMessage, flag, flagsOf, headerLength, typeOf } from '../../../src/netlink/message.ts'
import type { Netlink } from '../../../src/netlink/socket.ts'
import { kernelTableSpeaker } from '../../../src/table/announce/kernel-table.ts'
import type { SpeakerChange } from '../../../src/table/announce/speaker.ts'
import {
  decodeRoute,
  encodeDeleteRoute,
  encodeGetRoutes,
  encodePutRoute,
  type StandingEntry,
} from '../../../src/table/announce/wire.ts'

const ip = (text: string): Ip => text as Ip

const host: StandingEntry = { table: 198, address: ip('192.0.2.1'), prefix: 32, owned: true }

/** The body of the message that is written. */
function bodyOf(write: (w: ReturnType<typeof writer>) => void): string {
  const w = writer(256)
  write(w)
  finishMessage(w, 0, 1)
  return w.bytes.toString('hex', headerLength, w.at)
}

test('a route is a blackhole of our protocol, in its table', () => {
  const body = bodyOf(w => encodePutRoute(w, host, false))
  assert.is(body, `02200000005b000600000000${'08000100c0000201'}${'08000f00c6000000'}`)
})

test('an IPv6 prefix in a table with a number of more than eight bits', () => {
  const entry = { table: 70_000, address: ip('2001:db8::'), prefix: 48 }
  const body = bodyOf(w => encodePutRoute(w, entry, false))
  const destination = '1400010020010db8000000000000000000000000'
  assert.is(body, `0a300000005b000600000000${destination}08000f0070110100`)
})

test('only what has our protocol is deleted, whatever its type and scope', () => {
  const body = bodyOf(w => encodeDeleteRoute(w, host))
  assert.is(body, `02200000005bff0000000000${'08000100c0000201'}${'08000f00c6000000'}`)
})

test('the kernel is asked for our protocol, or for one table', () => {
  assert.is(
    bodyOf(w => encodeGetRoutes(w, {})),
    '00000000005b000000000000',
  )
  assert.is(
    bodyOf(w => encodeGetRoutes(w, { table: 198 })),
    '00000000000000000000000008000f00c6000000',
  )
})

test('what is written is read again', () => {
  for (const entry of [
    host,
    { table: 70_000, address: ip('2001:db8::'), prefix: 48, owned: true },
    { table: 254, address: ip('0.0.0.0'), prefix: 0, owned: true },
  ])
    assert.equal(decoded(bodyOf(w => encodePutRoute(w, entry, false))), entry)
})

test('routes of others, other families, clones and truncated attributes', () => {
  const body = bodyOf(w => encodePutRoute(w, host, false))
  assert.equal(decoded(body.replace('5b', '04')), { ...host, owned: false })
  assert.is(decoded(body.replace(/^02/, '80')), undefined)
  assert.is(decoded(body.replace('000600000000', '000600020000')), undefined)
  assert.is(decoded(body, 25), undefined)
  for (let length = 24; length < body.length; length += 2)
    assert.not.throws(() => decoded(body.slice(0, length)))
})

function decoded(body: string, type = 24): StandingEntry | undefined {
  const bytes = Buffer.from(body, 'hex')
  return decodeRoute(frameFrom(bytes), 0, bytes.length, type)
}

/** Routes in memory behind the netlink calls that the speaker makes; `refuse` names errors by prefix. */
function fakeNetlink(stands: readonly StandingEntry[], refuse: Readonly<Record<string, string>>) {
  const sent: string[] = []
  const netlink: Netlink = {
    request: () => {
      throw new Error('no single requests')
    },
    dump: () => {
      throw new Error('no dump that blocks')
    },
    scan: async (_what, encode, decode) => {
      const w = writer(256)
      encode(w)
      const table = w.at > headerLength + 12 ? w.u32[(headerLength + 16) >> 2] : undefined
      return stands
        .filter(entry => (table === undefined ? entry.owned : entry.table === table))
        .flatMap(entry => {
          const body = bodyOf(w => encodePutRoute(w, entry, false))
          const bytes = Buffer.from(entry.owned ? body : body.replace('5b', '04'), 'hex')
          const row = decode(frameFrom(bytes), 0, bytes.length, 24)
          return row === undefined ? [] : [row]
        })
    },
    batch: <Tag>(): Batch<Tag> => {
      const failures: { tag: Tag; errno: number; text: undefined }[] = []
      const out = writer(256)
      return {
        writer: out,
        failures,
        full: () => false,
        flush: async () => {},
        commit(tag) {
          const entry = decodeRoute(out, headerLength, out.at, 24)
          const flags = flagsOf(out, 0)
          const how = flags & flag.replace ? 'put' : flags & flag.exclusive ? 'add' : 'delete'
          const name = `${entry?.address}/${entry?.prefix}`
          sent.push(`${typeOf(out, 0)} ${how} ${name} ${entry?.table}`)
          const errno = refuse[name]
          if (errno !== undefined)
            failures.push({ tag, errno: errnoNumber(errno), text: undefined })
          out.at = 0
        },
      }
    },
    close: () => {
      sent.push('closed')
    },
  }
  return { netlink, sent }
}

function row(address: string, table = 198, owned = true): Route {
  const prefix = address.includes(':') ? 128 : 32
  const bare = { communities: [], largeCommunities: [], prepend: 0 }
  return { speaker: 'table', address: ip(address), prefix, ...bare, table, owned }
}

function change(op: Op, to: Route, from?: Route): SpeakerChange {
  return { op, kind: 'route', row: to, ...(from === undefined ? {} : { from }) }
}

test('each kind of change is one message, but for a move, which adds before it deletes', async () => {
  const { netlink, sent } = fakeNetlink([], {})
  const speaker = kernelTableSpeaker({ netlink })
  const failures = await speaker.apply([
    change('create', row('192.0.2.1')),
    change('delete', row('192.0.2.2')),
    change('adopt', row('192.0.2.3'), row('192.0.2.3', 198, false)),
    change('update', row('192.0.2.4', 199), row('192.0.2.4')),
  ])
  assert.equal(failures, [])
  assert.equal(sent, [
    '24 add 192.0.2.1/32 198',
    '25 delete 192.0.2.2/32 198',
    '24 put 192.0.2.3/32 198',
    '24 put 192.0.2.4/32 199',
    '25 delete 192.0.2.4/32 198',
  ])
})

test("a failure is the change's, in words", async () => {
  const refuse = { '192.0.2.1/32': 'EEXIST', '192.0.2.2/32': 'ESRCH', '2001:db8::1/128': 'EPERM' }
  const { netlink } = fakeNetlink([], refuse)
  const changes = [
    change('create', row('192.0.2.1')),
    change('delete', row('192.0.2.2')),
    change('create', row('192.0.2.3')),
    change('create', row('2001:db8::1')),
  ]
  const failures = await kernelTableSpeaker({ netlink }).apply(changes)
  assert.equal(
    failures.map(failure => [changes.indexOf(failure.change as SpeakerChange), failure.error.code]),
    [
      [0, 'stale'],
      [1, 'stale'],
      [3, 'denied'],
    ],
  )
  assert.is(
    failures[0]?.error.message,
    'create route 192.0.2.1/32: table 198 has a route to it already (EEXIST)',
  )
})

test('a move whose both halves fail is one failure', async () => {
  const { netlink } = fakeNetlink([], { '192.0.2.4/32': 'ENOMEM' })
  const moved = change('update', row('192.0.2.4', 199), row('192.0.2.4'))
  const failures = await kernelTableSpeaker({ netlink }).apply([moved])
  assert.is(failures.length, 1)
  assert.instance(failures[0]?.error, SlbError)
})

test('read tells ours of all tables, and those of others in the tables that matter', async () => {
  const stands = [
    { ...host, table: 199 },
    host,
    { ...host, address: ip('192.0.2.9'), owned: false },
    { ...host, address: ip('192.0.2.8'), owned: false, table: 254 },
    { ...host, address: ip('192.0.2.7'), owned: false, table: 199 },
  ]
  const speaker = kernelTableSpeaker({ netlink: fakeNetlink(stands, {}).netlink })
  const read = async () => (await speaker.read()).routes
  const [foreign, ours, moved] = [
    row('192.0.2.9', 198, false),
    row('192.0.2.1'),
    row('192.0.2.1', 199),
  ]
  assert.equal(await read(), [foreign, ours, moved])
  await speaker.apply([change('create', row('192.0.2.3', 199)), change('create', row('::2', 254))])
  assert.equal(await read(), [foreign, row('192.0.2.7', 199, false), ours, moved])
})

test('closing by withdrawing deletes ours everywhere; keeping deletes none', async () => {
  const stands = [host, { ...host, table: 199 }, { ...host, owned: false }]
  const kept = fakeNetlink(stands, {})
  await kernelTableSpeaker({ netlink: kept.netlink }).close('keep')
  assert.equal(kept.sent, ['closed'])
  const withdrawn = fakeNetlink(stands, {})
  await kernelTableSpeaker({ netlink: withdrawn.netlink }).close('withdraw')
  assert.equal(withdrawn.sent, [
    '25 delete 192.0.2.1/32 198',
    '25 delete 192.0.2.1/32 199',
    'closed',
  ])
})

test('peers are not its affair', async () => {
  const { netlink } = fakeNetlink([], {})
  const speaker = kernelTableSpeaker({ netlink })
  assert.equal(await speaker.status(), [])
  const peer = { op: 'create', kind: 'peer', row: { address: '10.0.0.1' } } as unknown
  try {
    await speaker.apply([peer as SpeakerChange])
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), 'a routing table cannot create peer 10.0.0.1')
  }
})

test.run()
