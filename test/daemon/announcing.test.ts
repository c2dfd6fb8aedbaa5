/** The speaking thread is kept alive, and tied to those who know what is behind its routes. */
import { MessageChannel } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { SpeakingEnds } from '../../src/bgp/speaking.ts'
import { Announcing } from '../../src/daemon/announcing.ts'
import type { PeerStatus } from '../../src/model/announcement.ts'
import type { Ip } from '../../src/model/ip.ts'

interface Thread {
  readonly ends: SpeakingEnds
  readonly restarting: boolean
  readonly said: string[]
}

function rig() {
  const notes: string[] = []
  const threads: Thread[] = []
  const state = { checked: true, working: false, anew: 0 }
  let pulse = (): void => {}
  const announcing = new Announcing(
    {
      note: (level, message) => notes.push(`${level} ${message}`),
      anew() {
        state.anew++
        announcing.port(true)
      },
      checked: () => state.checked,
      working: () => state.working,
    },
    {
      pulses(call) {
        pulse = call
        return () => {
          pulse = () => {}
        }
      },
      after(_, call) {
        queueMicrotask(call)
        return () => {}
      },
      start(ends, { restarting }) {
        const said: string[] = []
        threads.push({ ends, restarting, said })
        const close = async (how: string): Promise<void> => {
          said.push(`close ${how}`)
        }
        return {
          port: () => new MessageChannel().port1,
          alive: () => said.push('alive'),
          complete: () => said.push('complete'),
          speaker: { close } as never,
          close: async () => {
            said.push('end')
          },
        }
      },
    },
  )
  /** So many seconds, in which the thread shows that it is alive, or does not. */
  const pass = (seconds: number, beats = true): void => {
    for (let i = 0; i < seconds; i++) {
      if (beats) threads.at(-1)?.ends.beat()
      pulse()
    }
  }
  const alive = (): number => threads.at(-1)?.said.filter(one => one === 'alive').length ?? 0
  return { announcing, notes, threads, state, pass, alive }
}

const never = (): never => {
  throw new Error('no thread was begun')
}

const session = (more: Partial<PeerStatus>): PeerStatus => ({
  address: '10.0.0.1' as Ip,
  state: 'established',
  since: 0,
  sent: 3,
  ...more,
})

test('nothing is begun before there is something to announce, and then once', () => {
  const { announcing, threads, pass } = rig()
  pass(20)
  assert.is(threads.length, 0)
  announcing.port(true)
  announcing.port(false)
  assert.is(threads.length, 1)
  assert.is(threads[0]?.restarting, true)
})

test('it hears once a second that all is well', () => {
  const { announcing, pass, alive } = rig()
  announcing.port(false)
  pass(5)
  assert.is(alive(), 5)
})

test('it hears nothing while nobody makes the checks', () => {
  const { announcing, state, pass, alive } = rig()
  announcing.port(false)
  state.checked = false
  pass(20)
  assert.is(alive(), 0)
  state.checked = true
  pass(1)
  assert.is(alive(), 1)
})

test('nor while the engine is at one task for longer than any should take', () => {
  const { announcing, state, pass, alive } = rig()
  announcing.port(false)
  state.working = true
  pass(60)
  assert.is(alive(), 60, 'a long apply is no reason')
  pass(10)
  assert.is(alive(), 60)
  announcing.worked()
  pass(1)
  assert.is(alive(), 61, 'many tasks, one after the other, are none')
})

test('one that hangs or dies gives way to another, whose peers may have kept the routes', async () => {
  const { announcing, threads, state, notes, pass } = rig()
  announcing.port(false)
  pass(50, false)
  assert.equal(threads[0]?.said.at(-1), 'alive', 'what is still being loaded is not ended')
  pass(1)
  pass(10, false)
  assert.equal(threads[0]?.said.at(-1), 'end')
  assert.match(
    notes.join('\n'),
    'error the speaking thread shows no sign of life: it is begun anew',
  )
  await Promise.resolve()
  assert.is(threads.length, 2)
  threads[1]?.ends.died(new Error('boom'))
  await Promise.resolve()
  assert.is(threads.length, 3)
  assert.is(threads[2]?.restarting, true)
  assert.is(state.anew, 2)
  assert.equal(threads[2]?.said, [], 'nothing is complete before it has been looked at everything')
  announcing.complete('files')
  assert.equal(threads[2]?.said, [], 'an edit is compared with what was told to the one before')
  announcing.complete('all')
  assert.equal(threads[2]?.said, ['complete'])
})

test('an engine that begins anew gets an end of the thread that is at work', () => {
  const { announcing } = rig()
  assert.is(announcing.standing(), undefined)
  announcing.port(false)
  assert.ok(announcing.standing())
})

test('the log says what becomes of sessions, in words', async () => {
  const { announcing, threads, notes, state } = rig()
  announcing.port(false)
  const [{ ends } = never()] = threads
  ends.changed(session({}))
  ends.changed(session({ state: 'idle', lastError: 'hold timer expired' }))
  ends.changed(session({ warning: 'the peer takes no IPv6 routes: allow the family there' }))
  state.checked = false
  ends.quiet(true)
  assert.equal(notes, [
    'info peer 10.0.0.1 is established',
    'warn peer 10.0.0.1 is idle: hold timer expired',
    'warn peer 10.0.0.1: the peer takes no IPv6 routes: allow the family there',
    'error all routes are taken back: no checks are made',
  ])
  await announcing.close('keep')
  ends.changed(session({ state: 'idle' }))
  assert.is(notes.length, 4, 'that sessions end when slb does is no news')
  assert.equal(threads[0]?.said, ['close keep', 'end'])
})

test.run()
