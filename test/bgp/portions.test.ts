/** Work in portions leaves the loop to others. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Portions } from '../../src/bgp/portions.ts'

test('what is little is done at once, in its order', () => {
  const portions = new Portions(() => 0)
  const done: number[] = []
  portions.soon(() => {
    portions.soon(() => done.push(2))
    done.push(1)
  })
  portions.soon(() => done.push(3))
  assert.equal(done, [1, 2, 3])
})

test('what takes long goes on when the loop has come round', async () => {
  let now = 0
  const portions = new Portions(() => now)
  const done: string[] = []
  const long = (name: string, left: number): void => {
    now += 8
    done.push(name)
    if (left > 1) portions.soon(() => long(name, left - 1))
  }
  portions.soon(() => long('a', 4))
  assert.equal(done, ['a', 'a', 'a'], 'for 20 milliseconds')
  portions.soon(() => long('b', 2))
  assert.equal(done.length, 3, 'nobody comes before those who wait')
  await new Promise<void>(resolve => setTimeout(resolve, 0))
  while (done.length < 6) await new Promise<void>(resolve => setImmediate(resolve))
  assert.equal(done, ['a', 'a', 'a', 'a', 'b', 'b'])
  for (let turn = 0; turn < 2; turn++) await new Promise<void>(resolve => setImmediate(resolve))
  portions.soon(() => done.push('c'))
  assert.is(done.length, 7, 'a new turn has time again')
})

test('timers fire between portions', async () => {
  const portions = new Portions(() => performance.now())
  let fired = false
  let portionsDone = 0
  const work = (): void => {
    for (const start = performance.now(); performance.now() - start < 5; );
    portionsDone++
    if (!fired) portions.soon(work)
  }
  setTimeout(() => {
    fired = true
  }, 1)
  portions.soon(work)
  while (!fired) await new Promise<void>(resolve => setImmediate(resolve))
  assert.ok(portionsDone > 0)
})

test.run()
