/** What operators ask of a daemon beside the files: before a reboot, for a while, over restarts. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type DaemonRig, daemonRig, until, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { run } from './namespace.ts'
import { labRig } from './rig.ts'
import { type Network, withNetwork } from './topology.ts'
import { connect, serveTcp } from './traffic.ts'

const vip = '192.0.2.10'
const web = `[service.web]
vip = "${vip}"
port = 80
scheduler = "wrr"
drain = "600s"
backends = ["10.2.0.11:8080", { address = "10.2.0.12:8080", weight = 2 }]
`

const row = '-A -t 192.0.2.10:80 -s wrr'
const one = (weight = 1): string => `-a -t 192.0.2.10:80 -r 10.2.0.11:8080 -m -w ${weight}`
const two = (weight = 2): string => `-a -t 192.0.2.10:80 -r 10.2.0.12:8080 -m -w ${weight}`

function withDaemon(work: (daemon: DaemonRig, network: Network) => Promise<void>): Promise<void> {
  return withNetwork(2, async network => {
    await serveTcp(network, network.backends, 8080)
    const daemon = daemonRig({ 'slb.toml': web }, labRig())
    await daemon.start()
    try {
      await untilSaved(row, one(), two())
      await work(daemon, network)
      assert.not.match(daemon.text(), /fault in slb/)
    } finally {
      await daemon.stop('SIGKILL')
    }
  })
}

async function slb(daemon: DaemonRig, ...args: string[]): Promise<void> {
  const { status, out, err } = await daemon.slb(...args)
  assert.is(status, 0, out + err)
}

const hasVip = (): boolean => run(undefined, 'ip', '-o', 'address').includes(vip)

test('drain --node --wait ends when nothing is served any more, and that stays until undrain', () =>
  withDaemon(async (daemon, network) => {
    const flows = await Promise.all(
      Array.from({ length: 20 }, () => connect(network.client, vip, 80, 20_000)),
    )
    network.open.push(...flows)
    let ended = false
    const draining = daemon.slb('drain', '--node', '--wait').finally(() => {
      ended = true
    })
    await untilSaved(row, one(0), two(0))
    await sleep(1500)
    for (const flow of flows) assert.is(await flow.echo('alive?'), 'alive?')
    assert.not.ok(ended, 'connections are open still')
    assert.ok(hasVip())
    for (const flow of flows) flow.close()
    const { status, out, err } = await draining
    assert.is(status, 0, out + err)
    assert.equal(saved(), [])
    assert.not.ok(hasVip())
    await daemon.stop('SIGKILL')
    await daemon.start()
    await slb(daemon, 'apply')
    assert.equal(saved(), [], 'still drained after a restart')
    await slb(daemon, 'undrain', '--node')
    await untilSaved(row, one(), two())
    assert.ok(hasVip())
  }))

test('whoever waits for a drain is told when it is taken back', () =>
  withDaemon(async (daemon, network) => {
    const flow = await connect(network.client, vip, 80, 20_000)
    network.open.push(flow)
    const waiting = daemon.slb('drain', '--node', '--wait')
    await untilSaved(row, one(0), two(0))
    await sleep(1000)
    await slb(daemon, 'undrain', '--node')
    const { status, err } = await waiting
    assert.is(status, 1, err)
    assert.match(err, /taken back/)
    await untilSaved(row, one(), two())
  }))

test('--for ends by itself, a weight survives a restart, and a damaged record brings nothing back', () =>
  withDaemon(async (daemon, network) => {
    const flow = await connect(network.client, vip, 80, 20_000)
    network.open.push(flow)
    const address = `10.2.0.1${flow.backend.at(-1)}`
    await slb(daemon, 'drain', `web/${address}`, '--for', '2s', '--no-wait')
    assert.not.equal(saved(), [one(), row, two()].sort())
    await untilSaved(row, one(), two())
    assert.is(await flow.echo('alive?'), 'alive?')

    await slb(daemon, 'weight', 'web/10.2.0.11', '7')
    await slb(daemon, 'drain', 'web/10.2.0.12', '--no-wait')
    const asked = (): boolean => saved().includes(one(7)) && !saved().includes(two())
    await until('both', asked)
    await daemon.stop('SIGKILL')
    await daemon.start()
    await slb(daemon, 'apply', '--no-wait')
    assert.ok(asked(), saved().join('\n'))

    const files = readdirSync(daemon.rig.stateDir, { recursive: true, encoding: 'utf8' })
    const record = files.find(file => file.endsWith('overrides.json')) ?? ''
    writeFileSync(join(daemon.rig.stateDir, record), '{')
    daemon.save('slb.toml', `${web}# again\n`)
    await daemon.logged(/overrides\.json is damaged/)
    await daemon.stop('SIGKILL')
    daemon.launch()
    await daemon.logged(/overrides\.json is damaged/)
    const { status, err } = await daemon.slb('undrain', 'web')
    assert.is(status, 1)
    assert.match(err, /overrides\.json is damaged/)
    assert.ok(asked(), saved().join('\n'))
    run(undefined, 'rm', join(daemon.rig.stateDir, record))
    await untilSaved(row, one(), two())
  }))

test.run()
