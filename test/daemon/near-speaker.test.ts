/** The engine's end of the speaking thread: when it asks for one. */
import { MessageChannel } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NearSpeaker } from '../../src/daemon/near-speaker.ts'
import { ip, peerRow } from '../bgp/rig.ts'

test('a thread is asked for once, as soon as there are peers for it', async () => {
  let asked = 0
  const speaker = new NearSpeaker(() => {
    asked++
  })
  speaker.expect([peerRow({ speaker: 'gobgp' })])
  assert.is(asked, 0)
  speaker.expect([peerRow(), peerRow({ address: ip('192.0.2.1') })])
  speaker.expect([peerRow()])
  assert.is(asked, 1)
  const applied = speaker.apply([])
  assert.is(asked, 1, 'it is on its way')

  const { port1, port2 } = new MessageChannel()
  port2.on('message', ({ id }: { id: number }) =>
    port2.postMessage({ id, method: 'apply', failures: [] }),
  )
  speaker.take(port1)
  assert.equal(await applied, [])
  speaker.expect([peerRow()])
  assert.is(asked, 1, 'it is there')
  port1.close()
})

test.run()
