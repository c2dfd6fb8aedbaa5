/** What clients see of services of which too few are up (the table of docs/health.md), and how backends come back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Backend, startBackends } from './backends.ts'
import { type DaemonRig, daemonRig, until, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { run } from './namespace.ts'
import { labRig } from './rig.ts'
import { type Network, withNetwork } from './topology.ts'
import { askNames, connect } from './traffic.ts'

const check =
  'check = { type = "http", port = 8081, path = "/", interval = "300ms", timeout = "200ms", rise = 1, fall = 2 }'

function withDaemon(
  text: string,
  work: (
    daemon: DaemonRig,
    backends: readonly Backend[],
    network: Network,
    /** Milliseconds. */
    startTook: number,
  ) => Promise<void>,
): Promise<void> {
  return withNetwork(3, async network => {
    const backends = await startBackends(network)
    const daemon = daemonRig({ 'slb.toml': text }, labRig())
    const begun = performance.now()
    await daemon.start()
    try {
      await work(daemon, backends, network, performance.now() - begun)
      assert.not.match(daemon.text(), /fault in slb/)
    } catch (error) {
      throw new Error(`${(error as Error).message}\nThe log:\n${daemon.text()}`)
    } finally {
      await daemon.stop('SIGKILL')
    }
  })
}

const service = (name: string, vip: number, port: number, to: number, more: string): string =>
  `[service.${name}]
vip = "192.0.2.${vip}"
port = ${port}
drain = "0s"
scheduler = "rr"
backends = ["10.2.0.11:${to}", "10.2.0.12:${to}"]
${check}
${more}
`

const two = '\nquorum = { up = 2, down = 1 }'
const three = [
  service('keeps', 10, 80, 8080, 'quorum = 2'),
  service('sorry', 10, 81, 8082, `sorry = "10.2.0.13:8082"${two}`),
  service('leaves', 11, 80, 8083, `when_empty = "withdraw"${two}`),
].join('')

/** Backends by number; with a zero those that have weight 0. */
type Rows = readonly (number | '2 at weight 0')[]

/** The table where these are up, and those are there for who says sorry. */
function table(up: Rows, sorry = up): readonly string[] {
  const lines = (at: string, port: number, who: Rows): readonly string[] => [
    `-A -t ${at} -s rr`,
    ...who.map(one =>
      typeof one === 'number'
        ? `-a -t ${at} -r 10.2.0.1${one}:${port} -m -w 1`
        : `-a -t ${at} -r 10.2.0.12:${port} -m -w 0`,
    ),
  ]
  return [
    ...lines('192.0.2.10:80', 8080, up),
    ...lines('192.0.2.10:81', 8082, sorry),
    ...lines('192.0.2.11:80', 8083, up),
  ]
}

const has = (address: string): boolean =>
  run(undefined, 'ip', '-o', 'address').includes(`${address}/`)

/** Who answers new connections. */
async function whoAnswers({ client }: Network, vip: string, port: number): Promise<string> {
  return [...new Set(await askNames(client, vip, port, 4))].sort().join(' ')
}

async function faultOf({ client }: Network, vip: string): Promise<string> {
  const flow = await connect(client, vip, 80, 1000).catch(error => (error as Error).message)
  if (typeof flow === 'string') return flow
  flow.close()
  return 'connected'
}

/** Kills it and starts it again. Nothing is done but what differs, and that is nothing. */
async function restart(daemon: DaemonRig): Promise<void> {
  const entries = async (): Promise<string> => (await daemon.slb('history', '-o', 'json')).out
  const before = [await entries(), saved().join('\n')]
  await daemon.stop('SIGKILL')
  await daemon.start()
  await sleep(1200)
  assert.equal([await entries(), saved().join('\n')], before, 'a restart does nothing')
}

test('without quorum a service keeps its address, says sorry, or leaves; with it, it comes back', () =>
  withDaemon(three, async (daemon, [one, two], network) => {
    await untilSaved(...table([1, 2]))
    await until('the address', () => has('192.0.2.11'))
    await one?.kill()
    await untilSaved(...table([2]))
    assert.ok(has('192.0.2.11'), 'between the two numbers it stays what it was')
    assert.is(await whoAnswers(network, '192.0.2.10', 80), 'backend2')
    assert.is(await whoAnswers(network, '192.0.2.10', 81), 'backend2')

    await two?.kill()
    await untilSaved(...table([], [3]))
    await until('no address', () => !has('192.0.2.11'))
    assert.match(await faultOf(network, '192.0.2.10'), 'ECONNREFUSED')
    assert.is(await whoAnswers(network, '192.0.2.10', 81), 'backend3')
    assert.match(await faultOf(network, '192.0.2.11'), /silent|EHOSTUNREACH|ENETUNREACH/)
    const { out } = await daemon.slb('status')
    assert.match(out, '0 of 2 up, needs 2: says sorry')
    assert.match(out, 'needs 2: its VIP is withdrawn')
    await restart(daemon)
    assert.ok(has('192.0.2.10'))
    assert.not.ok(has('192.0.2.11'))

    await two?.start()
    await untilSaved(...table([2], ['2 at weight 0', 3]))
    assert.is(await whoAnswers(network, '192.0.2.10', 80), 'backend2')
    assert.is(await whoAnswers(network, '192.0.2.10', 81), 'backend3')
    await restart(daemon)
    assert.not.ok(has('192.0.2.11'), 'one is not enough to come back, nor after a restart')

    await one?.start()
    await untilSaved(...table([1, 2]))
    await until('the address', () => has('192.0.2.11'))
    for (const [vip, port] of [
      ['192.0.2.10', 80],
      ['192.0.2.10', 81],
      ['192.0.2.11', 80],
    ] as const)
      assert.is(await whoAnswers(network, vip, port), 'backend1 backend2')
  }))

const slow = (seconds: number): string => `[service.web]
vip = "192.0.2.10"
port = 80
scheduler = "wrr"
slow_start = "${seconds}s"
backends = ["10.2.0.11:8080", { address = "10.2.0.12:8080", weight = 100 }]
${check}
`

const weight = (number: number): number => {
  const line = saved().find(each => each.includes(` -r 10.2.0.1${number}:8080 `))
  return Number(/-w (\d+)/.exec(line ?? '')?.[1] ?? 0)
}

test('slow start goes up in steps, over a restart in the middle; the first of all starts at once', () =>
  withDaemon(slow(6), async (daemon, [one, two], _, startTook) => {
    // A restart takes a third of it at most, on whatever machine.
    const seconds = Math.max(6, Math.ceil((3 * startTook) / 1000))
    daemon.save('slb.toml', slow(seconds))
    await until('all', () => weight(1) === 1 && weight(2) === 100)
    await two?.kill()
    await until('one', () => weight(2) === 0)
    await two?.start()
    const seen: number[] = []
    let restarted = false
    const rises = (): boolean => {
      const now = weight(2)
      if (now > 0 && seen.at(-1) !== now) seen.push(now)
      if (now >= 40 && !restarted) {
        restarted = true
        void daemon.stop('SIGKILL').then(() => daemon.start())
      }
      return now === 100
    }
    await until('the whole weight', rises, seconds * 1000)
    assert.ok((seen[0] ?? 100) <= 20, `${seen}`)
    assert.ok(
      seen.every((step, at) => step > (seen[at - 1] ?? 0)),
      `only up: ${seen}`,
    )
    assert.ok(seen.filter(step => step > 40 && step < 100).length >= 2, `in steps: ${seen}`)
    assert.ok(
      seen.every(step => step % 10 === 0),
      `only steps: ${seen}`,
    )
    await daemon.logged(/^ready/)
    await one?.kill()
    await two?.kill()
    await until('none', () => weight(1) + weight(2) === 0)
    await two?.start()
    await until('one', () => weight(2) > 0)
    assert.is(weight(2), 100)
  }))

test.run()
