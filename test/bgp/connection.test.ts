/** Connections by the kernel's sockets: what is heard at their end. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Connection, dial } from '../../src/bgp/connection.ts'
import { peerRow } from './rig.ts'

/** A connection to a peer, both of its sides, and all that is heard of it until it is lost. */
async function connected(): Promise<{
  readonly connection: Connection
  readonly peer: Socket
  readonly heard: Promise<string>
}> {
  const server = createServer({ pauseOnConnect: true, noDelay: false }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const called = once(server, 'connection')
  const { port } = server.address() as AddressInfo
  let text = ''
  let lost = (): void => {}
  const heard = new Promise<string>(resolve => {
    lost = () => resolve(text)
  })
  const connection = dial(peerRow({ port }), undefined, {
    connected() {},
    arrived(bytes) {
      text += Buffer.from(bytes).toString()
      // Whoever answers at once is taken for one who always has something to send along with what he acknowledges.
      if (text === 'open ') connection.send(Buffer.from('open'))
    },
    drained() {},
    lost: () => lost(),
  })
  const [peer] = (await called) as [Socket]
  server.close()
  return { connection, peer, heard }
}

test('what a peer says last is heard although it has not read all, and said something just before', async () => {
  const { connection, peer, heard } = await connected()
  peer.write('open ')
  const answered = once(peer, 'data')
  peer.resume()
  await answered
  peer.pause()
  await new Promise<void>(handed => connection.send(Buffer.from('unread'), handed))
  // All of this before we have our turn; its kernel sends the last only if ours has acknowledged the one before.
  peer.write('update ')
  peer.write('notification')
  peer.destroy()
  assert.is(await heard, 'open update notification')
})

test.run()
