/** What the panel tells of judgements: at once what changes a verdict, texts once in a while. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Panel } from '../../src/health/panel.ts'
import type { Answer } from '../../src/health/probe.ts'
import type { Ip } from '../../src/model/ip.ts'

const rules = { interval: 1000, fastInterval: 1000, timeout: 500, rise: 1, fall: 1 }

/** One check that is up; gives the texts that were told, with the seconds at which they were. */
function course(answers: readonly (readonly [second: number, answer: Answer])[]) {
  const told: string[] = []
  let now = 0
  const panel = new Panel({
    changed: (_, { verdict, why = '-' }) => told.push(`${now / 1000} ${verdict} ${why}`),
    alert() {},
  })
  const address = '10.0.0.1' as Ip
  const check = { key: 'a', question: { type: 'tcp' as const }, rules, address, port: 80 }
  panel.replace([{ check, groups: ['web'], shown: 'up' }], 0)
  const seat = panel.seats.get('a')
  for (const [second, answer] of answers) {
    now = second * 1000
    if (seat !== undefined) panel.hear(seat, answer, now, now)
  }
  return told
}

const good: Answer = { ok: true }
const bad = (why: string): Answer => ({ ok: false, why })
const own = (why: string): Answer => ({ ok: false, own: true, why })

test('of one that stays down another reason is told, five seconds after the last word at the earliest', () => {
  assert.equal(
    course([
      [1, bad('refused')],
      [2, bad('refused')],
      [3, bad('silent')],
      [5, bad('silent')],
      [6, bad('silent')],
      [7, bad('silent')],
      [8, bad('refused')],
      [12, bad('silent')],
      [99, bad('silent')],
    ]),
    ['1 down refused', '6 down silent'],
  )
})

test('reasons that are other ones each time are few words', () => {
  const answers = Array.from({ length: 100 }, (_, at) => [1 + at, bad(`at ${at}`)] as const)
  assert.is(course(answers).length, 20)
})

test('a fault of our own that goes on is told of one that is up, and that it is over; a single one is not', () => {
  const answers = [
    [1, own('stood still')],
    [2, good],
    [3, own('no way out')],
    [4, own('no way out')],
    [5, good],
    [9, good],
    [10, good],
  ] as const
  assert.equal(course(answers), ['4 up no way out', '9 up -'])
})

test.run()
