/** Asking UDP ports once. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { udp } from '../../../src/health/probe/udp.ts'
import type { Answer } from '../../../src/health/probe.ts'
import {
  ask,
  checkOf,
  datagrams,
  type Extra,
  isDown,
  isOwn,
  leavesNothing,
  type Opened,
  using,
} from './rig.ts'

const silent = () => []
const echo = (asked: Buffer) => [asked]

async function answerOf(
  server: Promise<Opened>,
  expect?: string,
  extra: Extra = {},
): Promise<Answer> {
  const question = { type: 'udp', payload: Buffer.from('hello') } as const
  return using(server, async at => {
    let answer: Answer = { ok: true }
    await leavesNothing(async () => {
      const asked = expect === undefined ? question : { ...question, expect: Buffer.from(expect) }
      answer = await ask(udp, checkOf(asked, at, extra))
    })
    return answer
  })
}

const short: Extra = { timeout: 100 }

test('an answer that begins as expected, over IPv4 and IPv6', async () => {
  assert.equal(await answerOf(datagrams(echo), 'hel'), { ok: true })
  assert.equal(await answerOf(datagrams(echo, '::1'), 'hello', { address: '::1' }), { ok: true })
  assert.equal(await answerOf(datagrams(echo), 'hello', { source: '127.0.0.5' }), { ok: true })
})

test('an answer that begins otherwise, or does not come', async () => {
  isDown(await answerOf(datagrams(echo), 'help'), 'the answer begins with "hello"')
  isDown(
    await answerOf(
      datagrams(() => [Buffer.from([1, 255])]),
      'a',
    ),
    'the answer begins with 0x01ff',
  )
  isDown(
    await answerOf(
      datagrams(() => [Buffer.alloc(0)]),
      'a',
    ),
    'the answer begins with nothing: it is empty',
  )
  isDown(await answerOf(datagrams(silent), 'hello', short), 'no answer in 0.1 s')
})

test('where no answer is needed, silence is good and an unreachable port is not', async () => {
  assert.equal(await answerOf(datagrams(silent), undefined, short), { ok: true })
  assert.equal(await answerOf(datagrams(echo)), { ok: true })
  const gone = await datagrams(silent)
  await gone.close()
  const nobody = Promise.resolve({ port: gone.port, close: async () => {} })
  isDown(await answerOf(nobody), 'port unreachable')
  isDown(await answerOf(nobody, 'hello'), 'port unreachable')
})

test('a source address that is not here is our own fault', async () => {
  isOwn(
    await answerOf(datagrams(echo), 'a', { source: '192.0.2.77' }),
    /source address 192.0.2.77$/,
  )
})

test('given up before and after the socket is connected', async () => {
  const question = { type: 'udp', payload: Buffer.from('x') } as const
  await using(datagrams(silent), at =>
    leavesNothing(async () => {
      for (const pause of [0, 20]) {
        const stop = new AbortController()
        const answer = udp(checkOf(question, at, { timeout: 60_000 }), stop.signal)
        if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause))
        stop.abort()
        assert.is((await answer).ok, false)
      }
    }),
  )
})

test('100 at a time leave nothing behind', async () => {
  const question = { type: 'udp', payload: Buffer.from('x'), expect: Buffer.from('x') } as const
  await using(datagrams(echo), at =>
    leavesNothing(async () => {
      const all = Array.from({ length: 100 }, () => ask(udp, checkOf(question, at)))
      assert.is((await Promise.all(all)).filter(answer => answer.ok).length, 100)
    }),
  )
})

test.run()
