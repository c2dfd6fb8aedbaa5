/** What a neighbour does when the world is slow: sockets and a clock that do as the test says. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dial } from '../../src/bgp/connection.ts'
import { type EmbeddedSpeaker, openSpeaker } from '../../src/bgp/speaker.ts'
import { keepalive } from '../../src/bgp/wire/message.ts'
import type { PeerStatus } from '../../src/model/announcement.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeConnection } from './fake-connection.ts'
import { peerRow, routeRow } from './rig.ts'
import { messageOf } from './wrong-messages.ts'

interface Scene {
  readonly clock: FakeClock
  readonly speaker: EmbeddedSpeaker
  readonly connections: FakeConnection[]
  status(): Promise<PeerStatus | undefined>
}

async function scene(password?: Promise<Uint8Array>): Promise<Scene> {
  const clock = new FakeClock()
  const connections: FakeConnection[] = []
  const dial: Dial = (_peer, _password, ends) => {
    const connection = new FakeConnection(ends)
    connections.push(connection)
    return connection
  }
  const speaker = openSpeaker({
    now: clock.now,
    after: clock.after,
    random: () => 1,
    dial,
    interfaces: () => ({}),
    ...(password === undefined ? {} : { password: () => password }),
  })
  const row = peerRow(password === undefined ? {} : { password: { env: 'KEY' } })
  await speaker.apply([{ op: 'create', kind: 'peer', row }])
  await turn()
  return { clock, speaker, connections, status: async () => (await speaker.status())[0] }
}

/** What waits for promises goes on. */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

test('a peer that takes nothing for a minute is given up, though it is heard of', async () => {
  const { clock, speaker, connections, status } = await scene()
  const [connection] = connections
  if (connection === undefined) throw new Error('nobody called')
  connection.establish()
  connection.blocked = true
  const told = speaker.apply([{ op: 'create', kind: 'route', row: routeRow('192.0.2.1') }])
  for (let second = 0; second < 58; second++) {
    connection.ends.arrived(keepalive)
    clock.passes(1000)
  }
  await told
  assert.is((await status())?.state, 'established')
  assert.is((await status())?.sent, 0, 'not told')
  for (let second = 0; second < 6; second++) {
    connection.ends.arrived(keepalive)
    clock.passes(1000)
  }
  assert.is(connection.last, 'Send Hold Timer Expired')
  assert.match((await status())?.lastError ?? '', 'the peer takes nothing')
})

test('one that takes something again is told what has changed in the meantime, and no more', async () => {
  const { clock, speaker, connections } = await scene()
  const [connection] = connections
  if (connection === undefined) throw new Error('nobody called')
  connection.establish()
  connection.blocked = true
  const [row, other] = [routeRow('192.0.2.1'), routeRow('192.0.2.2')]
  const before = connection.sent.length
  for (const op of ['create', 'delete'] as const) {
    const told = speaker.apply([
      { op, kind: 'route', row },
      { op: 'create', kind: 'route', row: other },
    ])
    clock.passes(1000)
    await told
  }
  assert.is(connection.sent.length, before)
  connection.blocked = false
  connection.ends.drained()
  await turn()
  assert.is(connection.sent.length, before + 1)
  assert.match(Buffer.from(connection.sent[before] ?? []).toString('hex'), /20c0000202$/)
})

test('it is called again when the connection before is closed', async () => {
  const { clock, connections } = await scene()
  const [first] = connections
  first?.establish()
  first?.ends.arrived(messageOf(6, new Uint8Array()))
  assert.is(first?.last, 'Message Header Error: Bad Message Type')
  clock.passes(1000)
  await turn()
  assert.is(connections.length, 1)
  first?.close()
  await turn()
  assert.is(connections.length, 2)
})

test('a password that takes too long to read is a call that failed, and is not used later', async () => {
  let give = (_: Uint8Array): void => {}
  const password = new Promise<Uint8Array>(resolve => {
    give = resolve
  })
  const { clock, connections, speaker, status } = await scene(password)
  clock.passes(5000)
  assert.match((await status())?.lastError ?? '', 'timeout')
  const closing = speaker.close('withdraw')
  give(Buffer.from('late'))
  await closing
  await turn()
  assert.equal(connections, [])
})

test('what arrives after the end of a session is nobody’s', async () => {
  const { connections, speaker } = await scene()
  const [connection] = connections
  connection?.establish()
  const closing = speaker.close('keep')
  connection?.close()
  await closing
  connection?.ends.arrived(messageOf(6, new Uint8Array()))
  connection?.ends.lost('ECONNRESET')
  assert.equal(await speaker.status(), [])
  assert.is(connections.length, 1)
})

test.run()
