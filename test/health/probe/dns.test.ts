/** Asking DNS servers once. */
import { decode, encode, type Packet, type Answer as Rr, streamEncode } from 'dns-packet'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dns } from '../../../src/health/probe/dns.ts'
import type { Dns } from '../../../src/health/probe/dns-answer.ts'
import type { Answer } from '../../../src/health/probe.ts'
import {
  ask,
  checkOf,
  datagrams,
  type Extra,
  isDown,
  leavesNothing,
  type Opened,
  serve,
  using,
} from './rig.ts'

const usual: Dns = { type: 'dns', name: 'www.example.org', record: 'A', rcode: 'NOERROR' }
const short: Extra = { timeout: 120 }
const authoritative = 0x0400
const truncated = 0x0200

/** The answer to a query: flags (the last four are the rcode) and records. */
function reply(asked: Buffer, records: readonly Rr[], flags = 0): Packet {
  const { id, questions } = decode(asked)
  return {
    type: 'response',
    ...(id === undefined ? {} : { id }),
    ...(questions === undefined ? {} : { questions }),
    flags: authoritative | flags,
    answers: [...records],
  }
}

/** A packet with its response code, which the encoder leaves out. */
function bytes(packet: Packet, rcode = 0): Buffer {
  const message = encode(packet)
  message[3] = ((message[3] ?? 0) & 0xf0) | rcode
  return message
}

function server(records: readonly Rr[], rcode = 0): Promise<Opened> {
  return datagrams(asked => [bytes(reply(asked, records), rcode)])
}

async function answerOf(
  opened: Promise<Opened>,
  question: Partial<Dns> = {},
  extra: Extra = {},
): Promise<Answer> {
  return using(opened, async port => {
    let answer: Answer = { ok: true }
    await leavesNothing(async () => {
      answer = await ask(dns, checkOf({ ...usual, ...question }, port, extra))
    })
    return answer
  })
}

const a = (data: string): Rr => ({ type: 'A', name: 'www.example.org', data })

test('the response code decides', async () => {
  assert.equal(await answerOf(server([a('192.0.2.1')])), { ok: true })
  assert.equal(await answerOf(server([])), { ok: true })
  isDown(await answerOf(server([], 2)), 'SERVFAIL, not NOERROR')
  isDown(await answerOf(server([], 3)), 'NXDOMAIN, not NOERROR')
  isDown(await answerOf(server([], 5)), 'REFUSED, not NOERROR')
  assert.equal(await answerOf(server([], 3), { rcode: 'NXDOMAIN' }), { ok: true })
  isDown(await answerOf(server([]), { rcode: 'NXDOMAIN' }), 'NOERROR, not NXDOMAIN')
  isDown(await answerOf(server([], 13)), 'RCODE13, not NOERROR')
})

test('one of the records must be the one expected', async () => {
  const two = [a('192.0.2.1'), a('192.0.2.2')]
  assert.equal(await answerOf(server(two), { answer: '192.0.2.2' }), { ok: true })
  isDown(
    await answerOf(server(two), { answer: '192.0.2.3' }),
    'no A record is 192.0.2.3: got 192.0.2.1, 192.0.2.2',
  )
  isDown(await answerOf(server([]), { answer: '192.0.2.3' }), 'no A record is 192.0.2.3: got none')
})

test('records are compared as a zone file writes them', async () => {
  const name = 'www.example.org'
  const cases: readonly [Rr & { type: string }, string][] = [
    [{ type: 'AAAA', name, data: '2001:db8::1' }, '2001:DB8:0::1'],
    [{ type: 'CNAME', name, data: 'Web.example.org' }, 'web.example.org.'],
    [{ type: 'NS', name, data: 'ns.example.org' }, 'ns.example.org'],
    [{ type: 'PTR', name, data: 'ptr.example.org' }, 'ptr.example.org'],
    [
      { type: 'MX', name, data: { preference: 10, exchange: 'mx.example.org' } },
      '10 mx.example.org.',
    ],
    [
      { type: 'SRV', name, data: { priority: 1, weight: 2, port: 443, target: 'web.example.org' } },
      '1 2 443 web.example.org',
    ],
    [{ type: 'TXT', name, data: ['v=spf1 ', '-all'] }, 'v=spf1 -all'],
    [
      {
        type: 'SOA',
        name,
        data: {
          mname: 'ns.example.org',
          rname: 'me.example.org',
          serial: 7,
          refresh: 1,
          retry: 2,
          expire: 3,
          minimum: 4,
        },
      },
      'ns.example.org. me.example.org. 7 1 2 3 4',
    ],
  ]
  for (const [record, answer] of cases)
    assert.equal(
      await answerOf(server([record]), { record: record.type as Dns['record'], answer }),
      { ok: true },
      record.type,
    )
})

test('a CNAME on the way is no answer for its target', async () => {
  const way: Rr = { type: 'CNAME', name: 'www.example.org', data: '192.0.2.1' }
  isDown(await answerOf(server([way]), { answer: '192.0.2.1' }), /got none$/)
})

test('what is no answer to the question is waited out', async () => {
  const wrongId = datagrams(asked => [
    bytes({ ...reply(asked, []), id: (decode(asked).id ?? 0) ^ 1 }),
  ])
  isDown(await answerOf(wrongId, {}, short), 'no answer in 0.12 s')
  const wrongName = datagrams(asked => [
    bytes({ ...reply(asked, []), questions: [{ type: 'A', name: 'other.example.org' }] }),
  ])
  isDown(await answerOf(wrongName, {}, short), 'no answer in 0.12 s')
  isDown(
    await answerOf(
      datagrams(asked => [asked]),
      {},
      short,
    ),
    'no answer in 0.12 s',
  )
  const first = datagrams(asked => [Buffer.from('x'), bytes(reply(asked, []))])
  assert.equal(await answerOf(first), { ok: true })
})

test('what cannot be read', async () => {
  const cut = datagrams(asked => [bytes(reply(asked, [a('192.0.2.1')])).subarray(0, 40)])
  isDown(await answerOf(cut), 'the answer is not DNS')
})

test('a name in capitals is the same name', async () => {
  assert.equal(await answerOf(server([]), { name: 'WWW.Example.ORG.' }), { ok: true })
})

test('a server that is silent or not there', async () => {
  isDown(
    await answerOf(
      datagrams(() => []),
      {},
      short,
    ),
    'no answer in 0.12 s',
  )
  const gone = await server([])
  await gone.close()
  const nobody = Promise.resolve({ port: gone.port, close: async () => {} })
  isDown(await answerOf(nobody), 'port unreachable')
})

/** A server whose datagrams are cut short, and that answers over TCP on the same port. */
async function longAnswers(stream: (asked: Buffer) => Buffer): Promise<Opened> {
  const short = await datagrams(asked => [bytes(reply(asked, [], truncated))])
  const long = await serve(
    socket => socket.on('data', asked => socket.write(stream(asked.subarray(2)))),
    '127.0.0.1',
    short.port,
  )
  return {
    port: short.port,
    async close() {
      await short.close()
      await long.close()
    },
  }
}

test('an answer that was cut short is fetched over TCP where it matters', async () => {
  const whole = (asked: Buffer) => streamEncode(reply(asked, [a('192.0.2.1')]))
  assert.equal(await answerOf(longAnswers(whole), { answer: '192.0.2.1' }), { ok: true })
  isDown(await answerOf(longAnswers(whole), { answer: '192.0.2.2' }), /got 192.0.2.1$/)
  const never = (): Buffer => Buffer.from([1])
  assert.equal(await answerOf(longAnswers(never)), { ok: true })
  isDown(
    await answerOf(longAnswers(never), { answer: '192.0.2.1' }, short),
    'no answer over TCP in 0.12 s',
  )
})

test.run()
