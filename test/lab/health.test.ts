/** `slb run` checks backends under live traffic: who is sent connections, and who is not. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checked, close, one, row, serve, two, vip, web } from './checked.ts'
import { untilSaved } from './daemon-rig.ts'
import { askNames } from './traffic.ts'

test('a backend that does not answer gets no connection, until it answers again', () =>
  checked(web('type = "tcp"'), async ({ network, daemon, servers }) => {
    await close(servers[1])
    await untilSaved(row, one)
    assert.equal(new Set(await askNames(network.client, vip, 80, 8)), new Set(['backend1']))
    const { out } = await daemon.slb('plan', '-c', daemon.folder)
    assert.match(out, /No changes/)
    const backend = network.backends[1]
    if (backend === undefined) throw new Error('there are two')
    network.open.push(await serve(backend))
    await untilSaved(row, one, two)
    assert.is(new Set(await askNames(network.client, vip, 80, 8)).size, 2)
  }))

test('restarted, it takes for down what it had taken out, and writes nothing until it knows better', () =>
  checked(web('type = "tcp"'), async ({ daemon, servers }) => {
    await close(servers[1])
    await untilSaved(row, one)
    await daemon.stop('SIGKILL')
    await daemon.start()
    await sleep(1000)
    await untilSaved(row, one)
    assert.not.match(daemon.text(), /to add/)
  }))

test.run()
