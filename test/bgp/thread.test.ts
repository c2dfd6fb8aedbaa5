/** The real thread: its ends, its tie to whoever started it, and its end. */
import { Worker } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  FarSpeaker,
  type SpeakingEnds,
  type SpeakingThread,
  startSpeaking,
} from '../../src/bgp/speaking.ts'
import type { PeerStatus } from '../../src/model/announcement.ts'
import { FakePeer, type FakeSession } from './fake-peer.ts'
import { peerRow, routeRow } from './rig.ts'

const web = routeRow('192.0.2.10')

/** Ends that remember, and wake whoever waits. */
class Memory implements SpeakingEnds {
  readonly statuses: PeerStatus[] = []
  readonly quiets: boolean[] = []
  readonly deaths: Error[] = []
  beats = 0
  #wake: (() => void)[] = []
  beat = (): void => {
    this.beats++
    this.#tell()
  }
  changed = (status: PeerStatus): void => {
    this.statuses.push(status)
    this.#tell()
  }
  quiet = (is: boolean): void => {
    this.quiets.push(is)
    this.#tell()
  }
  died = (error: Error): void => {
    this.deaths.push(error)
    this.#tell()
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => this.#wake.push(resolve))
  }
  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}

async function told(session: FakeSession): Promise<void> {
  for (let ends = 0; ends < 2; ) if ((await session.update()).endOfRib !== undefined) ends++
}

async function started(
  memory: Memory,
  options = {},
): Promise<{ thread: SpeakingThread; router: FakePeer; session: FakeSession }> {
  const router = await FakePeer.listen()
  const thread = startSpeaking(memory, options)
  await thread.speaker.apply([
    { op: 'create', kind: 'peer', row: peerRow({ port: router.port }) },
    { op: 'create', kind: 'route', row: { ...web, nextHop: peerRow().address } },
  ])
  const session = await router.session()
  await told(session)
  return { thread, router, session }
}

test('every end is a speaker: what one says another one reads', async () => {
  const memory = new Memory()
  const { thread, router, session } = await started(memory)
  const other = new FarSpeaker(thread.port())
  const { peers, routes } = await other.read()
  assert.equal([peers.length, routes.map(({ address }) => address)], [1, ['192.0.2.10']])
  assert.is((await other.status())[0]?.state, 'established')
  assert.is(memory.statuses[0]?.state, 'established')
  await other.apply([{ op: 'delete', kind: 'route', row: web }])
  assert.equal((await session.update()).withdrawn, ['192.0.2.10'])
  other.hangUp()
  await thread.speaker.close('withdraw')
  assert.match(JSON.stringify(await session.next()), 'Administrative Shutdown')
  await thread.close()
  await router.close()
})

test('a failure comes back with the change that it is about', async () => {
  const thread = startSpeaking(new Memory())
  const communities = Array.from({ length: 1100 }, (_, at) => `65000:${at}`)
  const changes = [
    { op: 'create', kind: 'route', row: web },
    { op: 'create', kind: 'route', row: routeRow('192.0.2.11', { communities }) },
  ] as const
  const [failure, ...more] = await thread.speaker.apply(changes)
  assert.is(failure?.change, changes[1])
  assert.is(failure?.error.code, 'invalid')
  assert.is(failure?.error.hint, 'give it fewer communities')
  assert.equal(more, [])
  await thread.close()
})

test('without signs of life all routes are taken back, with the next sign they are announced', async () => {
  const memory = new Memory()
  const { thread, router, session } = await started(memory, { every: 20, patience: 5 })
  await memory.until(() => memory.quiets.length === 1)
  assert.equal(memory.quiets, [true])
  assert.equal((await session.update()).withdrawn, ['192.0.2.10'])
  thread.alive()
  assert.equal((await session.update()).announced, ['192.0.2.10'])
  await memory.until(() => memory.quiets.length >= 2)
  assert.is(memory.quiets[1], false)
  await thread.close()
  await router.close()
})

test('signs of life keep the routes announced', async () => {
  const memory = new Memory()
  const { thread, router, session } = await started(memory, { every: 50, patience: 20 })
  const { beats } = memory
  while (memory.beats < beats + 30) {
    thread.alive()
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  assert.equal(memory.quiets, [])
  assert.equal(session.unheard, [])
  await thread.close()
  await router.close()
})

test('a thread that has ended answers nobody: who asked, and who asks, hears that', async () => {
  const memory = new Memory()
  const { thread, router } = await started(memory)
  const far = new FarSpeaker(thread.port())
  await far.read()
  await thread.close()
  const reasons: string[] = []
  for (const end of [far, thread.speaker])
    await end.read().catch((error: Error) => reasons.push(error.message))
  assert.equal(reasons, Array(2).fill('the thread that speaks BGP has ended'))
  assert.equal(memory.deaths, [], 'it was meant to')
  await router.close()
})

test('the death of the thread is told', async () => {
  const memory = new Memory()
  startSpeaking(memory, {}, new URL('./no-such-thread.js', import.meta.url))
  await memory.until(() => memory.deaths.length > 0)
})

test('an end works in a thread other than the one that started it', async () => {
  const memory = new Memory()
  const { thread, router } = await started(memory)
  const source = `
    const { parentPort } = require('node:worker_threads')
    parentPort.once('message', async ({ port, url }) => {
      const { FarSpeaker } = await import(url)
      const far = new FarSpeaker(port)
      parentPort.postMessage((await far.read()).routes.length)
      far.hangUp()
    })`
  const worker = new Worker(source, { eval: true })
  const port = thread.port()
  const url = new URL('../../src/bgp/speaking.js', import.meta.url).href
  const count = new Promise(resolve => worker.once('message', resolve))
  worker.postMessage({ port, url }, [port])
  assert.is(await count, 1)
  await worker.terminate()
  await thread.close()
  await router.close()
})

test.run()
