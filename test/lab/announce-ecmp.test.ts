/** Several hosts with `slb run` announce one VIP, and a router spreads flows over them (ECMP). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ourAs, routersAs } from '../net/rows.ts'
import { untilEqual } from '../net/until.ts'
import { bgp, type Director, hops, onSegment, port, type Scene, vip } from './announced.ts'
import { clients, startBackends } from './backends.ts'
import { enter, run } from './namespace.ts'
import { connect, type Flow } from './traffic.ts'

const flowCount = 200

/** All flows are from one address here: with `mh-port` each is a choice of its own. */
const mh = `
[service.web]
vip = "${vip}"
port = ${port}
announce = "bgp"
forward = "direct"
scheduler = "mh"
scheduler_flags = ["mh-port", "mh-fallback"]
backends = ["10.77.0.21", "10.77.0.22", "10.77.0.23"]
check = { interval = "1s", timeout = "1s", rise = 1, fall = 3 }
quorum = { up = 3, down = 1 }
`

/** How many connections a director remembers. */
const remembered = ({ machine }: Director): number =>
  run(machine.namespace, 'ipvsadm', '-Lnc')
    .split('\n')
    .filter(line => line.includes(` ${vip}:${port} `)).length

const sloppy = ({ machine }: Director): string =>
  run(machine.namespace, 'sysctl', '-n', 'net.ipv4.vs.sloppy_tcp').trim()

async function openFlows({ network }: Scene): Promise<readonly Flow[]> {
  const flows: Flow[] = []
  while (flows.length < flowCount) {
    const some = Array.from({ length: 25 }, () => connect(network.client, vip, port, 20_000))
    flows.push(...(await Promise.all(some)))
  }
  network.open.push(...flows)
  return flows
}

/** What became of the flows that do not get their own words back. */
async function cut(flows: readonly Flow[], word: string): Promise<readonly string[]> {
  const answers = await Promise.all(
    flows.map(flow => flow.echo(word).catch((error: Error) => `${flow.backend}: ${error.message}`)),
  )
  return answers.filter(answer => answer !== word)
}

test(`${flowCount} flows through two directors keep their backends when one dies, is back, and is drained`, () =>
  onSegment({ hosts: 2, backends: 3, files: () => ({ 'slb.toml': bgp() + mh }) }, async scene => {
    const [one, two] = scene.directors
    if (!one || !two) throw new Error('there are two')
    const both = [one.machine.ipv4, two.machine.ipv4]
    await Promise.all([one.start(), two.start()])
    await untilEqual('two ways', () => hops(scene), both)
    assert.equal([sloppy(one), sloppy(two)], ['1', '1'])
    const flows = await openFlows(scene)
    assert.is(new Set(flows.map(({ backend }) => backend)).size, 3)
    const before = [remembered(one), remembered(two)]
    assert.ok(Math.min(...before) > flowCount / 10, `both have some: ${before}`)
    assert.equal(await cut(flows, 'all is well'), [])

    await one.daemon.stop('SIGKILL')
    await untilEqual('one way', () => hops(scene), both.slice(1))
    assert.equal(await cut(flows, 'one is dead'), [], 'one is dead')
    assert.is(remembered(two), flowCount, 'all of them came over')

    await one.start()
    await untilEqual('two ways again', () => hops(scene), both)
    assert.equal(await cut(flows, 'it is back'), [], 'it is back')
    // The other one goes on purpose; flows that are remembered by nobody any more go on as well.
    enter(two.machine.namespace)
    run(one.machine.namespace, 'ipvsadm', '-Z')
    assert.is((await two.daemon.slb('drain', 'web', '-c', two.daemon.folder)).status, 0)
    await untilEqual('the first way', () => hops(scene), both.slice(0, 1))
    assert.equal(await cut(flows, 'the other is drained'), [], 'the other is drained')
    assert.is(scene.watch.gone, 0)
    console.log(`  ${flowCount} flows, ${before.join(' and ')} by each way, 0 cut`)
  }))

/** As bgp-lb has it: each host balances to itself. */
const hostFile = (at: number): string =>
  JSON.stringify({
    bgp: {
      local: { routerID: `10.77.0.${at + 1}`, as: ourAs, listenPort: -1 },
      peers: [{ address: '10.77.0.101', as: routersAs }],
    },
    service: {
      name: 'web',
      ip: vip,
      prefixLength: 32,
      ports: [{ servicePort: 80, targetLocalPort: port }],
      protocol: 'tcp',
      httphealthcheck: { path: '/', port: 8081 },
    },
  })

test('the model of bgp-lb: the same VIP on hosts that serve it themselves; one that cannot is sent nothing', () =>
  onSegment({ hosts: 3, backends: 0, files: () => ({}) }, async scene => {
    const { directors, network } = scene
    const machines = directors.map(({ machine }) => machine)
    const programs = await startBackends({ ...network, backends: machines })
    const all = machines.map(({ ipv4 }) => ipv4)
    await Promise.all(
      directors.map(async ({ daemon, start }, at) => {
        const file = daemon.rig.file('bgp-lb.json', hostFile(at))
        const { status, out, err } = await daemon.rig.here('import', '--bgp-lb', file)
        assert.is(status, 0, err)
        daemon.save('slb.toml', out)
        await start()
      }),
    )
    await untilEqual('three ways', () => hops(scene), all)
    for (const { namespace } of machines)
      assert.match(run(namespace, 'ip', '-br', 'address', 'show', 'web'), `${vip}/32`)
    const asking = clients(network, vip, 80)
    const names = machines.map(({ name }) => name)
    assert.equal([...new Set(await asking.during(1500))].sort(), names)

    await programs[1]?.become('fails')
    await untilEqual(
      'two ways',
      () => hops(scene),
      all.filter((_, at) => at !== 1),
    )
    assert.equal(
      [...new Set(await asking.during(1000))].sort(),
      names.filter((_, at) => at !== 1),
    )
    await programs[1]?.become('well')
    await untilEqual('three ways again', () => hops(scene), all)
    assert.equal([...new Set(await asking.during(1500))].sort(), names)
    await asking.stop()
  }))

test.run()
