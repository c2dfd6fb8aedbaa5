import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { closingLine, type Ended, judge, lost, show } from './outcome.ts'

const ended = (output: string, more: Partial<Ended> = {}): Ended => ({
  status: 0,
  timedOut: false,
  seconds: 0.4,
  output,
  ...more,
})
const summary = (total: number, passed: number, skipped: number): string =>
  `  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n`

test('a file whose tests all pass', () => {
  const { passed, failed, skipped } = judge('a', ended(summary(3, 3, 1)))
  assert.equal([passed, failed, skipped], [3, 0, 1])
})

test('a failed test is counted, and what the file said is shown', () => {
  const outcome = judge('a', ended(`FAIL "one"\n${summary(3, 2, 0)}`, { status: 1 }))
  assert.equal([outcome.passed, outcome.failed], [2, 1])
  assert.match(show(outcome), /FAIL "one"/)
})

test('a crash, a hang, a file without tests, and a bad end are failures', () => {
  for (const [end, why] of [
    [ended('Segmentation fault', { status: null }), /ended with status null/],
    [ended(summary(1, 1, 0), { timedOut: true, status: null }), /killed after 0 s/],
    [ended(summary(0, 0, 0)), /has no test/],
    [ended(summary(2, 2, 0), { status: 7 }), /ended with status 7/],
  ] as const) {
    const outcome = judge('a', end)
    assert.is(outcome.failed, 1)
    assert.match(outcome.said, why)
  }
})

test('the closing line adds up and names skips only if there are any', () => {
  const good = judge('a', ended(summary(3, 3, 0)))
  assert.is(closingLine([good, lost('b', 'why')], 0), '3 passed, 1 failed')
  assert.is(closingLine([good], 2), '3 passed, 0 failed, 2 skipped')
})

test.run()
