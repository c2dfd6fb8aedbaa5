/** The machine that makes verdicts of answers. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { begin, differs, intervalAfter, type Judgement, judge } from '../../src/health/judge.ts'
import type { Answer } from '../../src/health/probe.ts'
import type { Rules } from '../../src/model/check.ts'
import { check } from '../property/runs.ts'
import { usualRules } from './rig.ts'

const good: Answer = { ok: true }
const bad: Answer = { ok: false, why: 'connection refused' }
const own: Answer = { ok: false, why: 'no file descriptor left', own: true }

/** The judgements after each of the answers, which come a second apart. */
function course(from: Judgement, answers: readonly Answer[], rules: Rules): readonly Judgement[] {
  const all: Judgement[] = []
  let now = 0
  let held = from
  for (const answer of answers) {
    now += 1000
    held = judge(held, answer, rules, now)
    all.push(held)
  }
  return all
}

const verdicts = (all: readonly Judgement[]): string => all.map(({ verdict }) => verdict).join(' ')

test('the first answer decides an unknown verdict alone', () => {
  assert.equal(judge(begin('unknown', 0), good, usualRules, 5), { ...begin('up', 5) })
  const down = judge(begin('unknown', 0), bad, usualRules, 5)
  assert.equal(down, { ...begin('down', 5), why: 'connection refused' })
})

test('then fall bad answers in a row take it down, and rise good ones bring it up', () => {
  const answers = [bad, bad, good, bad, bad, bad, good, bad, good, good]
  const expected = 'up up up up up down down down down up'
  assert.is(verdicts(course(begin('up', 0), answers, usualRules)), expected)
})

test('since is when the verdict was found, not when the streak began', () => {
  const all = course(begin('up', 0), [bad, bad, bad, bad], usualRules)
  assert.equal(
    all.map(({ since }) => since),
    [0, 0, 3000, 3000],
  )
})

test('a fault of our own changes nothing but the text', () => {
  const before = course(begin('up', 0), [bad, bad], usualRules).at(-1)
  assert.ok(before)
  assert.equal(judge(before, own, usualRules, 9000), { ...before, why: 'no file descriptor left' })
  assert.is(judge(begin('unknown', 0), own, usualRules, 1).verdict, 'unknown')
  // It is no good answer either: the streak goes on.
  assert.is(verdicts(course(begin('up', 0), [bad, bad, own, bad], usualRules)), 'up up up down')
})

test('why it is down stays until it is up', () => {
  const all = course(begin('up', 0), [bad, bad, bad, good, good], usualRules)
  const why = 'connection refused'
  assert.equal(
    all.map(one => one.why),
    [why, why, why, why, undefined],
  )
})

test('weight and warning are those of the last good answer', () => {
  const answers: Answer[] = [
    { ok: true, weight: 7, warning: 'the certificate ends in 3 days' },
    bad,
    { ok: true, weight: 9 },
    good,
  ]
  const all = course(begin('up', 0), answers, usualRules)
  assert.equal(
    all.map(one => one.weight),
    [7, 7, 9, undefined],
  )
  assert.equal(
    all.map(({ warning }) => warning !== undefined),
    [true, true, false, false],
  )
})

test('the fast interval is for verdicts that are open or contradicted', () => {
  const rules = { ...usualRules, fastInterval: 200 }
  const [once, , down] = course(begin('up', 0), [bad, bad, bad], rules)
  assert.is(intervalAfter(begin('unknown', 0), rules), 200)
  assert.is(intervalAfter(begin('up', 0), rules), 2000)
  assert.is(once && intervalAfter(once, rules), 200)
  assert.is(down && intervalAfter(down, rules), 2000)
})

test('a ban keeps out what has gone down too often, and ends', () => {
  const rules = { ...usualRules, fall: 1, rise: 1, ban: { after: 2, window: 0, time: 5500 } }
  const all = course(begin('up', 0), [bad, good, bad, good, good, good, good, good, good], rules)
  assert.is(verdicts(all), 'down up down down down down down down up')
  assert.is(all[2]?.bannedUntil, 8500)
  assert.is(all[7]?.bannedUntil, 8500)
  assert.is(all[8]?.bannedUntil, undefined)
})

test('after a ban it takes rise good answers', () => {
  const rules = { ...usualRules, fall: 1, ban: { after: 1, window: 0, time: 1500 } }
  assert.is(verdicts(course(begin('up', 0), [bad, good, good, good], rules)), 'down down down up')
})

test('only what lies within the window counts towards a ban', () => {
  const ban = { after: 2, window: 1500, time: 60_000 }
  const rules = { ...usualRules, fall: 1, rise: 1, ban }
  const apart = course(begin('up', 0), [bad, good, bad, good], rules)
  assert.is(verdicts(apart), 'down up down up')
  const close = course(begin('up', 0), [bad, good, bad, good], {
    ...rules,
    ban: { ...ban, window: 2500 },
  })
  assert.is(verdicts(close), 'down up down down')
})

test('a ban counts falls from up: a first answer that is bad is none', () => {
  const rules = { ...usualRules, ban: { after: 1, window: 0, time: 60_000 } }
  assert.is(judge(begin('unknown', 0), bad, rules, 1).bannedUntil, undefined)
})

test('a text alone is no change that others must hear of', () => {
  const down = judge(begin('unknown', 0), bad, usualRules, 5)
  const still = judge(down, { ok: false, why: 'timed out' }, usualRules, 6)
  assert.is(still.why, 'timed out')
  assert.not(differs(down, still))
  assert.ok(differs(still, judge(still, { ok: true }, { ...usualRules, rise: 1 }, 7)))
})

test('but the first word of why it is down is one, as after a restart', () => {
  const down = begin('down', 0)
  assert.ok(differs(down, judge(down, bad, usualRules, 5)))
})

const anyAnswer = fc.oneof(
  { weight: 4, arbitrary: fc.constant(good) },
  { weight: 4, arbitrary: fc.constant(bad) },
  { weight: 1, arbitrary: fc.constant(own) },
)
const anyRules = fc.record({
  rise: fc.integer({ min: 1, max: 4 }),
  fall: fc.integer({ min: 1, max: 4 }),
})
const anyCourse = fc.array(anyAnswer, { maxLength: 80 })

test('every turn of a verdict is preceded by as many answers of its kind as the rules say', async () => {
  await check(
    'turns are earned',
    500,
    fc.property(anyCourse, anyRules, fc.boolean(), (answers, { rise, fall }, up) => {
      const rules = { ...usualRules, rise, fall }
      const all = course(begin(up ? 'up' : 'down', 0), answers, rules)
      let last = up ? 'up' : 'down'
      all.forEach(({ verdict }, at) => {
        if (verdict === last) return
        last = verdict
        const heard = answers.slice(0, at + 1).filter(answer => answer !== own)
        const [kind, count] = verdict === 'up' ? [good, rise] : [bad, fall]
        assert.ok(heard.length >= count)
        assert.ok(heard.slice(-count).every(answer => answer === kind))
      })
    }),
  )
})

test('however a backend flaps, it turns at most once in min(rise, fall) answers', async () => {
  await check(
    'flapping',
    500,
    fc.property(anyCourse, anyRules, (answers, { rise, fall }) => {
      const all = [
        begin('up', 0),
        ...course(begin('up', 0), answers, { ...usualRules, rise, fall }),
      ]
      const turns = all.filter((one, at) => one.verdict !== (all[at - 1] ?? one).verdict).length
      assert.ok(turns <= answers.length / Math.min(rise, fall))
    }),
  )
})

test('a ban is kept whatever is answered, and ends in up when all is well', async () => {
  const anyBan = fc.record({
    after: fc.integer({ min: 1, max: 3 }),
    window: fc.constantFrom(0, 5000, 20_000),
    time: fc.integer({ min: 1, max: 30_000 }),
  })
  await check(
    'ban',
    500,
    fc.property(anyCourse, anyRules, anyBan, (answers, { rise, fall }, ban) => {
      const rules = { ...usualRules, rise, fall, ban }
      const calm = Array.from({ length: 31 + rise }, () => good)
      const all = course(begin('up', 0), [...answers, ...calm], rules)
      let until = 0
      all.forEach(({ verdict, bannedUntil }, at) => {
        const now = (at + 1) * 1000
        if (bannedUntil !== undefined) until = bannedUntil
        if (now < until) assert.is(verdict, 'down')
      })
      assert.is(all.at(-1)?.verdict, 'up')
      assert.is(all.at(-1)?.bannedUntil, undefined)
    }),
  )
})

test.run()
