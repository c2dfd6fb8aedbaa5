/** `slb run` drains what does not end by itself, or hashes: UDP, persistence, sh and mh. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { clients, startBackends, talk } from './backends.ts'
import { type DaemonRig, daemonRig, until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { labRig } from './rig.ts'
import { type Network, withNetwork } from './topology.ts'
import { connect } from './traffic.ts'

const vip = '192.0.2.10'

const service = (name: string, port: number, to: number, more: string): string => `[service.${name}]
vip = "${vip}"
port = ${port}
backends = ["10.2.0.11:${to}", "10.2.0.12:${to}"]
${more}
`

function withServices(
  text: string,
  work: (network: Network, daemon: DaemonRig) => Promise<void>,
): Promise<void> {
  return withNetwork(2, async network => {
    await startBackends(network)
    const daemon = daemonRig({ 'slb.toml': text }, labRig())
    await daemon.start()
    try {
      await work(network, daemon)
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

const addressOf = (name: string | undefined): string => `10.2.0.1${name?.at(-1)}`
const other = (name: string | undefined): string => (name === 'backend1' ? 'backend2' : 'backend1')

/** The weight of a backend of a service, as `ipvsadm -Sn` says it; undefined = it is not there. */
function weightOf(at: string, name: string | undefined): number | undefined {
  const line = saved().find(each => each.startsWith(`-a ${at} -r ${addressOf(name)}:`))
  return line === undefined ? undefined : Number(/-w (\d+)/.exec(line)?.[1])
}

for (const [drain, least] of [
  ['2s', 1900],
  ['0s', 0],
] as const)
  test(`a UDP flow that never pauses stays for a drain of ${drain}, then moves within a second`, () =>
    withServices(
      service('names', 53, 8080, `protocol = "udp"\nscheduler = "rr"\ndrain = "${drain}"`),
      async (network, daemon) => {
        const { heard } = await talk(network, vip, 53)
        await until('an answer', () => heard.length > 0)
        const name = heard[0]?.answer
        const at = `-u ${vip}:53`
        // It begins no earlier than it is asked for, however late this test sees it.
        const begun = performance.now()
        const draining = slb(daemon, 'drain', `names/${addressOf(name)}`, '--no-wait')
        await until('its drain', () => weightOf(at, name) !== 1)
        await until('its end', () => weightOf(at, name) === undefined)
        const gone = performance.now()
        assert.ok(gone - begun >= least, `${gone - begun} ms`)
        await until('the other', () => heard.at(-1)?.answer === other(name))
        const moved = heard.find(({ answer }) => answer !== name)
        assert.ok(moved && moved.at - gone <= 1000, 'within a second')
        assert.ok(moved && moved.at - begun >= least, 'not before')
        await draining
        await slb(daemon, 'undrain', 'names')
        await until('it is back', () => weightOf(at, name) === 1)
      },
    ))

const kinds: Readonly<Record<string, string>> = {
  'persistent clients': 'scheduler = "rr"\npersistence = "1m"',
  'clients that sh puts to one': 'scheduler = "sh"',
  'clients that mh puts to one': 'scheduler = "mh"',
}

/** One for each of them. */
const ports = [8080, 8082, 8083]

test('what drains gets nobody new, and the others take its share', () =>
  withServices(
    Object.values(kinds)
      .map((more, index) => service(`s${index}`, 80 + index, ports[index] ?? 0, more))
      .join(''),
    async (network, daemon) => {
      for (const [index, words] of Object.keys(kinds).entries()) {
        const at = `-t ${vip}:${80 + index}`
        const flow = await connect(network.client, vip, 80 + index, 20_000)
        network.open.push(flow)
        const asking = clients(network, vip, 80 + index, 50)
        const before = await asking.during(300)
        assert.equal(new Set(before), new Set([flow.backend]), words)
        await slb(daemon, 'drain', `s${index}/${addressOf(flow.backend)}`, '--no-wait')
        assert.is(weightOf(at, flow.backend), 0)
        const during = await asking.during(700)
        assert.equal(new Set(during), new Set([other(flow.backend)]), words)
        assert.is(await flow.echo('alive?'), 'alive?', words)
        await slb(daemon, 'undrain', `s${index}`)
        assert.is(weightOf(at, flow.backend), 1)
        assert.is(await flow.echo('alive?'), 'alive?', words)
        const all = (await asking.stop()).map(({ answer }) => answer)
        assert.ok(
          all.every(answer => /^backend[12]$/.test(answer)),
          `${words}: nobody is refused`,
        )
      }
    },
  ))

test.run()
