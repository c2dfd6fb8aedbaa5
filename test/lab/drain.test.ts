/** Drains under live connections: who stays, who goes, and when. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { namespaceId } from '../../src/netlink/namespace.ts'
import type { Ran } from '../cli/slb.ts'
import { listed } from './ipvsadm.ts'
import { type LabRig, labRig, type Running } from './rig.ts'
import { type Network, withNetwork } from './topology.ts'
import { askNames, askUdp, connect, type Flow, serveTcp, serveUdp } from './traffic.ts'

const vip = '192.0.2.10'

/** `expire_nodest_conn`: a packet of a connection without destination is answered with a reset. */
const kernel = '[kernel]\nvs = { expire_nodest_conn = 1 }\n'

function web(drain: string, ...backends: number[]): string {
  const list = backends.map(number => `"10.2.0.${10 + number}:8080"`)
  return `${kernel}[service.web]
vip = "${vip}"
port = 80
scheduler = "rr"
drain = "${drain}"
backends = [${list.join(', ')}]
`
}

const other = '[service.other]\nvip = "192.0.2.99"\nport = 9\nbackends = ["10.2.0.11:9"]\n'

interface Scene {
  readonly network: Network
  readonly rig: LabRig
  /** One through each backend. */
  readonly flows: readonly Flow[]
}

/** Both backends serve, and a flow goes through each. */
function withFlows(drain: string, work: (scene: Scene) => Promise<void>): Promise<void> {
  return withNetwork(2, async network => {
    await serveTcp(network, network.backends, 8080)
    const rig = labRig()
    const first = rig.file('slb.toml', web(drain, 1, 2) + other)
    expect(await rig.here('apply', '-c', first), 0)
    const flows = [await flow(network), await flow(network)]
    flows.sort((a, b) => (a.backend < b.backend ? -1 : 1))
    assert.equal(
      flows.map(one => one.backend),
      ['backend1', 'backend2'],
    )
    await work({ network, rig, flows })
  })
}

async function flow({ client, open }: Network): Promise<Flow> {
  const one = await connect(client, vip, 80, 20_000)
  open.push(one)
  return one
}

function expect(ran: Ran, status: number, words = /(?:)/): void {
  assert.is(ran.status, status, ran.out + ran.err)
  assert.match(ran.out + ran.err, words)
}

const isDraining = (backend: string): boolean =>
  listed().some(line => line.startsWith(`-> ${backend}:8080 `) && / 0 \d+ \d+$/.test(line))

/** Waits until a backend gets nothing new, while the program goes on. */
async function untilDraining({ process }: Running, backend: string): Promise<void> {
  while (!isDraining(backend)) {
    assert.is(process.exitCode, null, 'the program still works')
    await sleep(20)
  }
}

/** The moments until which drains may last. */
function deadlines({ stateDir }: LabRig): unknown {
  const path = join(stateDir, `namespace-${namespaceId()}`, 'journal.json')
  return JSON.parse(readFileSync(path, 'utf8')).draining
}

async function isAlive(one: Flow | undefined): Promise<boolean> {
  return (await one?.echo('alive?').catch(() => undefined)) === 'alive?'
}

test('a drained backend keeps its flows until they end, and gets no new ones', () =>
  withFlows('600s', async ({ network, rig, flows }) => {
    const next = rig.file('slb.toml', web('600s', 2) + other)
    const apply = rig.start(['apply', '-c', next])
    await untilDraining(apply, '10.2.0.11')
    assert.ok(await isAlive(flows[0]))
    assert.equal(await askNames(network.client, vip, 80, 4), Array(4).fill('backend2'))
    assert.ok(await isAlive(flows[0]))
    assert.is(apply.process.exitCode, null, 'waits')
    flows[0]?.close()
    expect(await apply.ended, 0, /> 10\.2\.0\.11:8080 +1 active/)
    assert.not.ok(listed().some(line => line.includes('10.2.0.11:8080')))
    expect(await rig.here('plan', '-c', next, '--detailed-exitcode'), 0)
    assert.ok(await isAlive(flows[1]))
  }))

test('the deadline ends a drain, and what it cuts is said', () =>
  withFlows('2s', async ({ rig, flows }) => {
    const next = rig.file('slb.toml', web('2s', 2) + other)
    const apply = rig.start(['apply', '-c', next])
    await untilDraining(apply, '10.2.0.11')
    expect(await apply.ended, 0, /10\.2\.0\.11:8080: 1 connections? .* reset/)
    assert.not.ok(await isAlive(flows[0]))
    assert.ok(await isAlive(flows[1]))
  }))

test('a drain time of 0s cuts at once', () =>
  withFlows('0s', async ({ rig, flows }) => {
    expect(await rig.here('apply', '-c', rig.file('slb.toml', web('0s', 2) + other)), 0, /- 10\.2/)
    assert.not.ok(await isAlive(flows[0]))
    assert.ok(await isAlive(flows[1]))
  }))

test('a whole service drains before its address goes', () =>
  withFlows('600s', async ({ rig, flows }) => {
    const apply = rig.start(['apply', '-c', rig.file('slb.toml', other)])
    await untilDraining(apply, '10.2.0.11')
    await untilDraining(apply, '10.2.0.12')
    for (const one of flows) assert.ok(await isAlive(one))
    assert.match((await rig.here('get')).out, /address slb0 192\.0\.2\.10/, 'is still there')
    for (const one of flows) one.close()
    expect(await apply.ended, 0)
    assert.not.ok(listed().some(line => line.includes(vip)))
    assert.not.match((await rig.here('get')).out, /192\.0\.2\.10/)
  }))

test('--no-wait leaves a drain to the next apply', () =>
  withFlows('600s', async ({ network, rig, flows }) => {
    const next = rig.file('slb.toml', web('600s', 2) + other)
    expect(await rig.here('apply', '-c', next, '--no-wait'), 0, /1 to drain still/)
    const begun = deadlines(rig)
    assert.is(Object.keys(begun as object).length, 1)
    assert.ok(await isAlive(flows[0]))
    assert.equal(await askNames(network.client, vip, 80, 2), ['backend2', 'backend2'])
    const plan = JSON.parse((await rig.here('plan', '-c', next, '-o', 'json')).out)
    assert.equal([plan.changes, plan.pending.length], [[], 1])
    expect(await rig.here('apply', '-c', next, '--no-wait'), 0, /1 to drain still/)
    assert.equal(deadlines(rig), begun, 'the same deadline')
    flows[0]?.close()
    expect(await rig.here('apply', '-c', next), 0)
    assert.equal(deadlines(rig), {})
    assert.not.ok(listed().some(line => line.includes('10.2.0.11:8080')))
  }))

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`${signal} ends the wait, and the next apply keeps the deadline`, () =>
    withFlows('600s', async ({ rig, flows }) => {
      const next = rig.file('slb.toml', web('600s', 2) + other)
      const apply = rig.start(['apply', '-c', next])
      await untilDraining(apply, '10.2.0.11')
      const begun = deadlines(rig)
      apply.process.kill(signal)
      expect(await apply.ended, 1, /interrupted:.*next apply/)
      assert.equal(deadlines(rig), begun)
      assert.ok(await isAlive(flows[0]))
      expect(await rig.here('apply', '-c', next, '--no-wait'), 0, /1 to drain still/)
      assert.equal(deadlines(rig), begun)
      flows[0]?.close()
      expect(await rig.here('apply', '-c', next), 0)
      expect(await rig.here('plan', '-c', next, '--detailed-exitcode'), 0)
    }))

test('a drain that is killed keeps its deadline, too', () =>
  withFlows('600s', async ({ rig, flows }) => {
    const next = rig.file('slb.toml', web('600s', 2) + other)
    const apply = rig.start(['apply', '-c', next])
    await untilDraining(apply, '10.2.0.11')
    apply.process.kill('SIGKILL')
    await apply.ended
    const begun = deadlines(rig)
    expect(await rig.here('apply', '-c', next, '--no-wait'), 0, /1 to drain still/)
    assert.equal(deadlines(rig), begun)
    assert.ok(await isAlive(flows[0]))
  }))

test('a backend that comes back in the middle of its drain is one like the others', () =>
  withFlows('600s', async ({ network, rig, flows }) => {
    const next = rig.file('slb.toml', web('600s', 2) + other)
    expect(await rig.here('apply', '-c', next, '--no-wait'), 0)
    const back = rig.file('slb.toml', web('600s', 1, 2) + other)
    expect(await rig.here('apply', '-c', back), 0, /weight 0 -> 1/)
    assert.equal(deadlines(rig), {})
    const names = await askNames(network.client, vip, 80, 2)
    assert.equal(names.sort(), ['backend1', 'backend2'])
    assert.ok(await isAlive(flows[0]))
  }))

test('a UDP service goes at its deadline: its flows never say that they end', () =>
  withNetwork(1, async network => {
    await serveUdp(network, network.backends, 5353)
    const rig = labRig()
    const dns = `[service.dns]
vip = "${vip}"
port = 53
protocol = "udp"
drain = "2s"
backends = ["10.2.0.11:5353"]
`
    expect(await rig.here('apply', '-c', rig.file('slb.toml', dns + other)), 0)
    assert.is(await askUdp(network.client, vip, 53, 20_000), 'backend1')
    const next = rig.file('slb.toml', other)
    expect(await rig.here('apply', '-c', next, '--no-wait'), 0, /1 to drain still/)
    assert.ok(
      listed().some(line => /10\.2\.0\.11:5353 Masq 0 0 1$/.test(line)),
      'a flow is left',
    )
    expect(await rig.here('apply', '-c', next), 0)
    assert.not.ok(listed().some(line => line.includes(vip)))
  }))

test.run()
