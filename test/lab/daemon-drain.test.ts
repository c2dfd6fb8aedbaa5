/** `slb run` drains under 200 live flows: none is cut that could have ended by itself. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { namespaceId } from '../../src/netlink/namespace.ts'
import { type DaemonRig, daemonRig, until, untilSaved } from './daemon-rig.ts'
import { listed, saved } from './ipvsadm.ts'
import { labRig } from './rig.ts'
import { type Network, withNetwork } from './topology.ts'
import { askNames, connect, type Flow, serveTcp } from './traffic.ts'

const vip = '192.0.2.10'
const flowCount = 200

const web = (second: string, drain = '600s'): string => `[kernel]
vs = { expire_nodest_conn = 1 }
[service.web]
vip = "${vip}"
port = 80
scheduler = "wrr"
drain = "${drain}"
backends = ["10.2.0.11:8080", ${second}]
check = { interval = "1s", timeout = "1s", rise = 1, fall = 3 }
`
const full = '{ address = "10.2.0.12:8080", weight = 2 }'
const off = '{ address = "10.2.0.12:8080", weight = 2, enabled = false }'

const row = '-A -t 192.0.2.10:80 -s wrr'
const one = '-a -t 192.0.2.10:80 -r 10.2.0.11:8080 -m -w 1'
const two = (weight: number): string => `-a -t 192.0.2.10:80 -r 10.2.0.12:8080 -m -w ${weight}`

interface Scene {
  readonly network: Network
  readonly daemon: DaemonRig
  readonly flows: readonly Flow[]
}

async function withFlows(drain: string, work: (scene: Scene) => Promise<void>): Promise<void> {
  await withNetwork(2, async network => {
    await serveTcp(network, network.backends, 8080)
    const daemon = daemonRig({ 'slb.toml': web(full, drain) }, labRig())
    await daemon.start()
    try {
      await untilSaved(row, one, two(2))
      const flows: Flow[] = []
      while (flows.length < flowCount) {
        const some = Array.from({ length: 20 }, () => connect(network.client, vip, 80, 20_000))
        flows.push(...(await Promise.all(some)))
      }
      network.open.push(...flows)
      await work({ network, daemon, flows })
      assert.not.match(daemon.text(), /fault in slb/)
    } finally {
      await daemon.stop('SIGKILL')
    }
  })
}

async function cut(flows: readonly Flow[]): Promise<number> {
  const answers = await Promise.allSettled(flows.map(flow => flow.echo('alive?')))
  return answers.filter(each => each.status === 'rejected').length
}

/** Until when drains last, by the journal. */
function deadlines({ rig }: DaemonRig): Readonly<Record<string, number>> {
  const path = join(rig.stateDir, `namespace-${namespaceId()}`, 'journal.json')
  return JSON.parse(readFileSync(path, 'utf8')).draining
}

async function slb(daemon: DaemonRig, ...args: string[]): Promise<void> {
  const { status, out, err } = await daemon.slb(...args)
  assert.is(status, 0, out + err)
}

/** What begins a drain of the second backend, and what takes it back. */
const ways: readonly {
  readonly words: string
  begin(daemon: DaemonRig): Promise<void> | void
  end(daemon: DaemonRig): Promise<void> | void
}[] = [
  {
    words: 'asked for',
    begin: daemon => slb(daemon, 'drain', 'web/10.2.0.12', '--no-wait'),
    end: daemon => slb(daemon, 'undrain', 'web/10.2.0.12'),
  },
  {
    words: 'taken out of the file',
    begin: daemon => daemon.save('slb.toml', web('')),
    end: daemon => daemon.save('slb.toml', web(full)),
  },
  {
    words: 'not enabled',
    begin: daemon => daemon.save('slb.toml', web(off)),
    end: daemon => daemon.save('slb.toml', web(full)),
  },
]

test('a drain cuts nobody, survives kill and reload with its deadline, and is taken back whole', () =>
  withFlows('600s', async ({ network, daemon, flows }) => {
    for (const { words, begin, end } of ways) {
      await begin(daemon)
      await untilSaved(row, one, two(0))
      assert.equal(
        new Set(await askNames(network.client, vip, 80, 6)),
        new Set(['backend1']),
        words,
      )
      const begun = deadlines(daemon)
      assert.is(Object.keys(begun).length, 1, words)
      await daemon.stop('SIGKILL')
      await daemon.start()
      daemon.save('other.toml', `# ${words}\n`)
      await slb(daemon, 'apply', '--no-wait')
      assert.equal(saved(), [one, two(0), row].sort(), words)
      assert.equal(deadlines(daemon), begun, `${words}: the deadline stays`)
      assert.is(await cut(flows), 0, words)
      await end(daemon)
      await untilSaved(row, one, two(2))
      assert.equal(deadlines(daemon), {}, words)
      assert.is(await cut(flows), 0, words)
    }
  }))

test('a drain ends with the last connection that is established, whatever lingers', () =>
  withFlows('600s', async ({ daemon, flows }) => {
    await slb(daemon, 'drain', 'web/10.2.0.12', '--no-wait')
    await untilSaved(row, one, two(0))
    const [leaving, staying] = [
      flows.filter(({ backend }) => backend === 'backend2'),
      flows.filter(({ backend }) => backend === 'backend1'),
    ]
    assert.ok(leaving.length > 100)
    const last = leaving[0]
    for (const flow of leaving) if (flow !== last) flow.close()
    const line = (pattern: RegExp) => (): boolean => listed().some(each => pattern.test(each))
    await until('the others to end', line(/10\.2\.0\.12:8080 Masq 0 1 /))
    assert.is(await cut([...staying, ...(last ? [last] : [])]), 0)
    const again = daemon.slb('drain', 'web/10.2.0.12', '--wait')
    last?.close()
    await until('one that lingers alone', line(/10\.2\.0\.12:8080 Masq 0 0 [1-9]/))
    await untilSaved(row, one)
    assert.is((await again).status, 0)
    assert.is(await cut(staying), 0)
    await slb(daemon, 'undrain', 'web')
    await untilSaved(row, one, two(2))
  }))

test('the deadline resets what is left, and only that', () =>
  withFlows('2s', async ({ daemon, flows }) => {
    await slb(daemon, 'drain', 'web/10.2.0.12', '--no-wait')
    await untilSaved(row, one)
    assert.is(await cut(flows.filter(({ backend }) => backend === 'backend1')), 0)
    const rest = flows.filter(({ backend }) => backend === 'backend2')
    assert.is(await cut(rest), rest.length)
  }))

test.run()
