/** `slb run` checks backends under live traffic: who is sent connections, and who is not. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type DaemonRig, daemonRig, untilSaved } from './daemon-rig.ts'
import { inside } from './namespace.ts'
import { labRig } from './rig.ts'
import { type Machine, type Network, withNetwork } from './topology.ts'
import { askNames } from './traffic.ts'

const vip = '192.0.2.10'

const web = (check: string, more = ''): string => `[service.web]
vip = "${vip}"
port = 80
scheduler = "rr"
drain = "2s"
backends = ["10.2.0.11:8080", "10.2.0.12:8080"]
${more}
[service.web.check]
interval = "200ms"
timeout = "100ms"
rise = 2
fall = 2
${check}
`

const row = '-A -t 192.0.2.10:80 -s rr'
const one = '-a -t 192.0.2.10:80 -r 10.2.0.11:8080 -m -w 1'
const two = '-a -t 192.0.2.10:80 -r 10.2.0.12:8080 -m -w 1'

/** A server that tells its name; closed, its port refuses. */
async function serve({ name, namespace }: Machine, port = 8080): Promise<Server> {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.end(`${name} ${socket.remoteAddress}\n`)
  })
  inside(namespace, () => server.listen(port))
  if (!server.listening) await once(server, 'listening')
  return server.unref()
}

interface Scene {
  readonly network: Network
  readonly daemon: DaemonRig
  readonly servers: Server[]
}

/** A daemon that checks two backends, both of which answer. */
function checked(text: string, work: (scene: Scene) => Promise<void>): Promise<void> {
  return withNetwork(2, async network => {
    const servers = await Promise.all(network.backends.map(backend => serve(backend)))
    network.open.push(...servers)
    const daemon = daemonRig({ 'slb.toml': text }, labRig())
    daemon.rig.file('etc/slb.toml', text)
    try {
      await daemon.start()
      await untilSaved(row, one, two)
      await work({ network, daemon, servers })
    } finally {
      await daemon.stop()
    }
  })
}

async function close(server: Server | undefined): Promise<void> {
  server?.close()
  if (server !== undefined) await once(server, 'close')
}

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
