/** A key that others change back again and again is left alone for a while. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Fights } from '../../src/daemon/fights.ts'

const key = 'tcp 192.0.2.1:80'
const second = 1000

test('three repairs within ten seconds are a fight, and the key rests', () => {
  const fights = new Fights()
  assert.equal(fights.note([key], 0), [])
  assert.equal(fights.note([key], 4 * second), [])
  assert.equal(fights.note([key], 8 * second), [key])
  assert.ok(fights.resting(9 * second).has(key))
  assert.not.ok(fights.resting(19 * second).has(key))
})

test('repairs that are far apart are none', () => {
  const fights = new Fights()
  for (let time = 0; time < 100; time += 6) {
    assert.equal(fights.note([key], time * second), [])
    assert.equal(fights.resting(time * second).size, 0)
  }
})

test('other keys go on being repaired', () => {
  const fights = new Fights()
  for (const time of [0, 1, 2]) fights.note([key, `${key}${time}`], time * second)
  assert.equal([...fights.resting(3 * second)], [key])
})

test('each rest is twice as long as the one before, up to ten minutes', () => {
  const fights = new Fights()
  const rests: number[] = []
  let now = 0
  for (let round = 0; round < 7; round++) {
    for (let repair = 0; repair < 3; repair++) fights.note([key], ++now)
    const from = now
    while (fights.resting(now).has(key)) now += second
    rests.push(Math.round((now - from) / second))
  }
  assert.equal(rests, [10, 20, 40, 80, 160, 320, 600])
})

test('after a long peace it starts from the beginning', () => {
  const fights = new Fights()
  for (const time of [0, 1, 2]) fights.note([key], time)
  for (const time of [0, 1, 2]) fights.note([key], 11 * second + time)
  const later = 1000 * second
  for (const time of [0, 1, 2]) fights.note([key], later + time)
  assert.ok(fights.resting(later + 9 * second).has(key))
  assert.not.ok(fights.resting(later + 11 * second).has(key))
})

test.run()
