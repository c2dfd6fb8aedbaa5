/** A key that cannot be made is tried again, ever more seldom. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Failing } from '../../src/daemon/failing.ts'

const key = 'tcp 192.0.2.1:80'
const second = 1000

test('it waits for four seconds, then twice as long each time, up to a minute', () => {
  const failing = new Failing()
  let now = 0
  for (const wait of [4, 8, 16, 32, 60, 60]) {
    failing.note([key], [], now)
    assert.equal(failing.waiting(now + wait * second - 1), [key])
    now += wait * second
    assert.equal(failing.waiting(now), [])
    assert.ok(failing.has(key))
  }
})

test('made at last, or no longer wanted, it is forgotten', () => {
  const failing = new Failing()
  failing.note([key, 'other'], [], 0)
  failing.note([], [key], second)
  assert.equal(failing.waiting(second), ['other'])
  failing.retain([key])
  assert.not.ok(failing.some)
})

test.run()
