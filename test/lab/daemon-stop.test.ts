/** `slb run` is told to stop while somebody is connected: it waits for him, until it is told again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { daemonRig } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'
import { connect, serveTcp } from './traffic.ts'

/** Longer than any test may take: who waits to its end has not been hurried. */
const forEver = '3600s'

for (const onStop of ['drain', 'withdraw'] as const)
  test(`told again, a stop that would ${onStop} waits no longer, and cuts nobody`, () =>
    withNetwork(1, async network => {
      await serveTcp(network, network.backends, 8080)
      const text = `[service.web]
vip = "192.0.2.10"
port = 8080
drain = "${forEver}"
backends = ["10.2.0.11"]
[node]
on_stop = "${onStop}"
stop_timeout = "${forEver}"
`
      const daemon = daemonRig({ 'web.toml': text }, labRig())
      await daemon.start()
      try {
        const flow = await connect(network.client, '192.0.2.10', 8080, 20_000)
        network.open.push(flow)
        daemon.running.process.kill('SIGTERM')
        await daemon.logged(/^(draining|withdrawing) all services/)
        await sleep(1500)
        assert.is(daemon.running.process.exitCode, null, 'it waits')
        assert.ok(saved().some(line => line.endsWith('10.2.0.11:8080 -m -w 0')))
        const { status } = await daemon.stop('SIGTERM')
        assert.is(status, 0, daemon.text())
        assert.is(await flow.echo('still here'), 'still here')
      } finally {
        await daemon.stop('SIGKILL')
      }
    }))

test.run()
