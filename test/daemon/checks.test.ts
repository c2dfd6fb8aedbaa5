/** The checking thread is kept alive: one that dies, or hangs, gives way to another. */

import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Checks } from '../../src/daemon/checks.ts'
import type { CheckingEnds } from '../../src/health/watcher.ts'

const every = 10

function rig() {
  const notes: string[] = []
  const threads: CheckingEnds[] = []
  let closed = 0
  let anew = 0
  const checks = new Checks(
    {
      note: (level, message) => notes.push(`${level} ${message}`),
      found() {},
      anew() {
        anew++
        checks.port()
      },
    },
    {
      every,
      start(ends) {
        threads.push(ends)
        return {
          port: () => new MessageChannel().port1,
          async close() {
            closed++
          },
        }
      },
    },
  )
  return { checks, notes, threads, closed: () => closed, anew: () => anew }
}

test('nothing is begun before there is something to check, and then once', async () => {
  const { checks, threads } = rig()
  await sleep(every * 15)
  assert.is(threads.length, 0)
  checks.port()
  checks.port()
  assert.is(threads.length, 1)
  await checks.close()
})

test('one that shows that it is alive is left alone', async () => {
  const { checks, threads, notes } = rig()
  checks.port()
  for (let beat = 0; beat < 20; beat++) {
    threads[0]?.beat({} as never)
    await sleep(every)
  }
  assert.equal(notes, [])
  await checks.close()
})

test('one that hangs is ended, and another one begun', async () => {
  const { checks, threads, notes, closed } = rig()
  checks.port()
  while (threads.length < 2) await sleep(every)
  assert.is(closed(), 1)
  assert.equal(notes, ['error the checking thread shows no sign of life: it is begun anew'])
  await checks.close()
})

test('one that was begun anew counts when it has shown itself: the next may hang like the last', async () => {
  const { checks, threads } = rig()
  assert.is(checks.alive, true, 'there is nothing to check')
  checks.port()
  assert.is(checks.alive, false)
  threads[0]?.beat({} as never)
  assert.is(checks.alive, true)
  const seen: boolean[] = []
  while (threads.length < 3) {
    await sleep(every / 2)
    seen.push(checks.alive)
  }
  assert.is(seen.lastIndexOf(true) < seen.indexOf(false), true, 'it is dead until a beat comes')
  threads[2]?.beat({} as never)
  assert.is(checks.alive, true)
  await checks.close()
})

test('one that dies is told of, and another one begun after a pause', async () => {
  const { checks, threads, notes, anew } = rig()
  checks.port()
  threads[0]?.died(new Error('out of memory'))
  assert.is(anew(), 0)
  while (threads.length < 2) await sleep(every)
  assert.match(notes[0] ?? '', 'error this is a fault in slb itself')
  await checks.close()
})

test.run()
