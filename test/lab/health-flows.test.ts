/** What becomes of established connections when a check takes their backend out, and when it is back. */
import type { Server } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { close, serve, vip } from './checked.ts'
import { type DaemonRig, daemonRig, until, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { labRig } from './rig.ts'
import { type Network, withNetwork } from './topology.ts'
import { connect, type Flow, serveTcp } from './traffic.ts'

/** The backends serve on 8080 whatever their check finds, which asks another port. */
const web = (more: string): string => `[service.web]
vip = "${vip}"
port = 80
scheduler = "rr"
backends = ["10.2.0.11:8080", "10.2.0.12:8080"]
check = { port = 8081, interval = "200ms", timeout = "100ms", rise = 1, fall = 1 }
${more}
`
const row = '-A -t 192.0.2.10:80 -s rr'
const one = '-a -t 192.0.2.10:80 -r 10.2.0.11:8080 -m -w 1'
const two = '-a -t 192.0.2.10:80 -r 10.2.0.12:8080 -m -w 1'

interface Scene {
  readonly daemon: DaemonRig
  /** Connections to the first and to the second backend. */
  readonly flows: readonly [Flow, Flow]
  /** What the second one's check asks goes away, and comes back. */
  fails(): Promise<void>
  heals(): Promise<void>
}

function flowing(text: string, work: (scene: Scene) => Promise<void>): Promise<void> {
  return withNetwork(2, async network => {
    await serveTcp(network, network.backends, 8080)
    const asked = await Promise.all(network.backends.map(backend => serve(backend, 8081)))
    network.open.push(...asked)
    const daemon = daemonRig({ 'slb.toml': text }, labRig())
    const open: Flow[] = []
    try {
      await daemon.start()
      await daemon.logged(/10\.2\.0\.11:8081.* is up/)
      await daemon.logged(/10\.2\.0\.12:8081.* is up/)
      await until('both backends', () => [one, two].every(line => saved().includes(line)))
      const flows = await both(network)
      open.push(...flows)
      await work({ daemon, flows, ...second(network, asked) })
    } finally {
      for (const flow of open) flow.close()
      await daemon.stop()
    }
  })
}

function second(network: Network, asked: readonly Server[]): Pick<Scene, 'fails' | 'heals'> {
  return {
    fails: () => close(asked[1]),
    async heals() {
      const [, backend] = network.backends
      if (backend === undefined) throw new Error('there are two')
      network.open.push(await serve(backend, 8081))
    },
  }
}

async function both({ client }: Network): Promise<readonly [Flow, Flow]> {
  const flows = [await connect(client, vip, 80), await connect(client, vip, 80)]
  flows.sort((a, b) => (a.backend < b.backend ? -1 : 1))
  const [first, last] = flows
  if (first === undefined || last?.backend !== 'backend2') throw new Error('one for each')
  return [first, last]
}

const soon = <T>(answer: Promise<T>): Promise<T | string> =>
  Promise.race([
    answer.catch(error => (error as Error).message),
    new Promise<string>(resolve => setTimeout(resolve, 600, 'nothing')),
  ])

test('removed: its connections get no answer, and go on when it is back', () =>
  flowing(web(''), async ({ flows: [first, last], fails, heals }) => {
    await fails()
    await untilSaved(row, one)
    assert.is(await soon(first.echo('a')), 'a')
    const waiting = last.echo('b')
    assert.is(await soon(waiting), 'nothing')
    await heals()
    await untilSaved(row, one, two)
    assert.is(await waiting, 'b')
  }))

test('quiesced: its connections go on all the time', () =>
  flowing(web('on_down = "quiesce"'), async ({ flows: [, last], fails }) => {
    await fails()
    await untilSaved(row, one, two.replace('-w 1', '-w 0'))
    assert.is(await soon(last.echo('b')), 'b')
  }))

test('removed beside a service on UDP: its connections are reset', () => {
  const names = '[service.names]\nvip = "192.0.2.53"\nport = 53\nprotocol = "udp"\n'
  const udp = ['-A -u 192.0.2.53:53 -s wrr', '-a -u 192.0.2.53:53 -r 10.2.0.12:53 -m -w 1']
  return flowing(
    `${web('')}${names}backends = ["10.2.0.12"]\n`,
    async ({ flows: [, last], fails }) => {
      await fails()
      await untilSaved(row, one, ...udp)
      const told: unknown[] = []
      for (let time = 0; time < 3; time++) told.push(await soon(last.echo('b')))
      assert.match(told.join(), 'ECONNRESET')
    },
  )
})

test.run()
