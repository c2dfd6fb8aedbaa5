/** One attempt: one answer, by its deadline, and what was opened is let go once. */
import { mock } from 'node:test'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Attempt, attempt } from '../../../src/health/probe/attempt.ts'
import type { Answer } from '../../../src/health/probe.ts'
import { checkOf, isDown, isOwn } from './rig.ts'

const check = checkOf({ type: 'tcp' }, 80, { timeout: 2000 })

test.before.each(() => mock.timers.enable({ apis: ['setTimeout'] }))
test.after.each(() => mock.timers.reset())

/** An attempt at hand: what it told, and how often it was let go. */
function rig(begin: (it: Attempt) => void = () => {}) {
  const stop = new AbortController()
  const seen = { answers: [] as Answer[], released: 0 }
  let it: Attempt | undefined
  void attempt(check, stop.signal, begun => {
    it = begun
    begin(begun)
    return () => {
      seen.released++
    }
  }).then(answer => seen.answers.push(answer))
  return {
    stop,
    seen,
    tell: (answer: Answer) => it?.tell(answer),
    guard: (listener: () => void) => it?.guard(listener)(),
    /** Lets the loop turn, so that what is due happens. */
    turn: () => new Promise(resolve => setImmediate(() => setImmediate(resolve))),
  }
}

test('a millisecond before the time is over it is in time, a millisecond after it is not', async () => {
  const early = rig()
  mock.timers.tick(1999)
  await early.turn()
  assert.equal(early.seen.answers, [])
  early.tell({ ok: true })
  await early.turn()
  assert.equal(early.seen.answers, [{ ok: true }])

  const late = rig(it => {
    it.waitsFor = 'connection'
  })
  mock.timers.tick(2001)
  await late.turn()
  late.tell({ ok: true })
  assert.equal(late.seen.answers, [{ ok: false, why: 'no connection in 2 s' }])
  assert.equal([early.seen.released, late.seen.released], [1, 1])
})

test('an answer that comes in the turn of the loop in which the time is over counts', async () => {
  const { seen, tell, turn } = rig()
  mock.timers.tick(2000)
  tell({ ok: true })
  await turn()
  assert.equal(seen, { answers: [{ ok: true }], released: 1 })
})

test('silence may be good', async () => {
  const { seen, turn } = rig(it => {
    it.silence = { ok: true }
  })
  mock.timers.tick(2000)
  await turn()
  assert.equal(seen, { answers: [{ ok: true }], released: 1 })
})

test('only the first answer counts', async () => {
  const { seen, tell, turn } = rig()
  tell({ ok: false, why: 'first' })
  tell({ ok: true })
  mock.timers.tick(5000)
  await turn()
  assert.equal(seen, { answers: [{ ok: false, why: 'first' }], released: 1 })
})

test('an answer while it begins lets go of what the beginning opened', async () => {
  const { seen, turn } = rig(it => it.tell({ ok: true }))
  await turn()
  assert.equal(seen, { answers: [{ ok: true }], released: 1 })
})

test('what is thrown is an answer, and after the end nothing happens', async () => {
  const { seen, guard, turn } = rig()
  let calls = 0
  const faulty = (): void => {
    calls++
    throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  }
  guard(faulty)
  guard(faulty)
  await turn()
  isDown(seen.answers[0] ?? { ok: true }, 'connection refused')
  assert.equal([seen.answers.length, seen.released, calls], [1, 1, 1])
  const stop = new AbortController()
  const thrown = await attempt(check, stop.signal, () => {
    throw new TypeError('bad header')
  })
  isOwn(thrown, 'bad header')
})

test('given up, before and after it began', async () => {
  const { seen, stop, turn } = rig()
  stop.abort()
  await turn()
  assert.is(seen.released, 1)
  let begun = false
  const answer = await attempt(check, stop.signal, () => {
    begun = true
    return () => {}
  })
  assert.equal([answer.ok, begun], [false, false])
})

test.run()
