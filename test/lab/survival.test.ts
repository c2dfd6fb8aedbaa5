/** Two hundred connections through NAT live through every change that is made in place. */
import { writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ran } from '../cli/slb.ts'
import { rounds } from '../rounds.ts'
import { ip, run } from './namespace.ts'
import { type LabRig, labRig } from './rig.ts'
import { type Network, withNetwork } from './topology.ts'
import { sends, traced } from './trace.ts'
import { connect, type Flow, serveTcp } from './traffic.ts'

const flowCount = 200

/** What the file says of the service beside its VIP and port, and of each backend beside its address. */
interface Wish {
  readonly service?: string
  readonly backends?: readonly string[]
  readonly more?: string
  readonly vip?: string
}

function config({ service = '', backends = ['', '', ''], more = '', vip = '' }: Wish): string {
  const tables = backends.map((one, index) =>
    one === 'gone' ? '' : `  { address = "10.2.0.${11 + index}"${one} },\n`,
  )
  return `[vip.front]
address = "192.0.2.10"
${vip || 'link = "external"'}
[service.web]
vip = "front"
port = 8080
${service}
backends = [\n${tables.join('')}]
${more}`
}

const ones = (text: string): readonly string[] => [text, text, text]

/** Each edit begins where the one before it ended. The word is what the plan must show. */
const edits: readonly (readonly [string, RegExp, Wish])[] = [
  ['the scheduler', /scheduler rr -> wlc/, { service: 'scheduler = "wlc"' }],
  ['a hashing scheduler', /wlc -> sh, flags none -> sh-fallback/, { service: 'scheduler = "sh"' }],
  [
    'its flags',
    /flags sh-fallback -> sh-port/,
    { service: 'scheduler = "sh"\nscheduler_flags = ["sh-port"]' },
  ],
  ['another hash', /scheduler sh -> mh/, { service: 'scheduler = "mh"\nscheduler_flags = []' }],
  ['persistence', /persistence none -> 60s/, { service: 'persistence = "60s"' }],
  ['its timeout', /persistence 60s -> 90s/, { service: 'persistence = "90s"' }],
  [
    'its netmask',
    /netmask \/32 -> \/24/,
    { service: 'persistence = { timeout = "90s", netmask = 24 }' },
  ],
  ['no persistence', /persistence 90s -> none/, {}],
  ['weights', /weight 1 -> 7/, { backends: ones(', weight = 7') }],
  ['weight 0', /weight 7 -> 0/, { backends: ones(', weight = 0') }],
  ['thresholds below the load', /upper none -> 2/, { backends: ones(', upper = 2, lower = 1') }],
  ['the lower one', /lower 1 -> none/, { backends: ones(', upper = 2') }],
  ['no thresholds', /upper 2 -> none/, {}],
  ['the way of forwarding', /forward nat -> direct/, { service: 'forward = "direct"' }],
  ['a tunnel', /forward direct -> tunnel/, { service: 'forward = "tunnel"' }],
  [
    'its parameters',
    /tunnel ipip -> gue:6080/,
    { service: 'forward = "tunnel"\ntunnel = { type = "gue", port = 6080 }' },
  ],
  ['NAT again', /forward tunnel -> nat/, {}],
  ['one more backend', /\+ 10\.2\.0\.14:8080/, { backends: ['', '', '', ''] }],
  ['its removal', /> 10\.2\.0\.14:8080/, {}],
  [
    'timeouts and switches',
    /sloppy_tcp 0 -> 1/,
    { more: '[kernel]\nvs = { sloppy_tcp = 1 }\ntimeouts = { tcp = "800s" }' },
  ],
  ['the link of its VIP', /address slb0 192\.0\.2\.10/, { vip: 'link = "slb0"' }],
]

test('no flow is lost by any edit in place', () =>
  withNetwork(4, async network => {
    const { rig, flows } = await adopted(network)
    for (const [name, words, wish] of edits) {
      const file = rig.file('slb.toml', config(wish))
      const force = wish.vip === undefined ? [] : ['--force', 'address slb0 192.0.2.10/32']
      expect(await rig.here('apply', '-c', file, ...force), 0, words, name)
      await allAlive(flows, name)
    }
  }))

test('no flow is lost when the mark is wiped and set again, or when a service is renamed', () =>
  withNetwork(4, async network => {
    const { rig, flows } = await adopted(network)
    const same = config({ service: 'scheduler = "rr"' })
    const file = rig.file('slb.toml', same)
    run(undefined, 'ipvsadm', '-E', '-t', '192.0.2.10:8080', '-s', 'lc')
    expect(
      await rig.here('apply', '-c', file),
      0,
      /!~ tcp 192\.0\.2\.10:8080 .*mark none -> slb/,
      'mark',
    )
    await allAlive(flows, 'mark')
    const renamed = rig.file('slb.toml', same.replace('service.web', 'service.www'))
    expect(await rig.here('apply', '-c', renamed), 0, /No changes/, 'name')
    await allAlive(flows, 'name')
  }))

test('no flow is lost when slb is killed in the middle of an edit', () =>
  withNetwork(4, async network => {
    const { rig, flows } = await adopted(network)
    const one = rig.file('one.toml', config({ service: 'scheduler = "wlc"' }))
    const two = rig.file('two.toml', config({ backends: ['', '', ', weight = 9', ''] }))
    const whole = await traced(rig, ['apply', '-c', one], '-e', `trace=${sends}`)
    expect(whole, 0, /scheduler rr -> wlc/, 'whole')
    const kills = rounds(2, 50)
    for (let kill = 1; kill <= kills; kill++) {
      const [from, to] = kill % 2 === 0 ? [two, one] : [one, two]
      const at = Math.max(
        1,
        whole.calls.length - Math.round((kill * whole.calls.length) / kills / 2),
      )
      const inject = `inject=sendto:signal=KILL:when=${at}`
      const killed = await traced(rig, ['apply', '-c', to], '-e', `trace=${sends}`, '-e', inject)
      assert.is(killed.signal, 'SIGKILL', `at ${at} of ${whole.calls.length}`)
      await allAlive(flows, `a kill at ${at}`)
      expect(await rig.here('apply', '-c', to), 0, /(?:)/, `after a kill at ${at}`)
      expect(await rig.here('plan', '-c', to, '--detailed-exitcode'), 0, /No changes/, from)
      await allAlive(flows, `the apply after a kill at ${at}`)
    }
  }))

/** Flows through a service that somebody else made and that slb then took over. */
async function adopted(network: Network): Promise<{ rig: LabRig; flows: readonly Flow[] }> {
  // The strictest setting: a packet of a flow that lost its destination is answered with a reset.
  writeFileSync('/proc/sys/net/ipv4/vs/expire_nodest_conn', '1')
  await serveTcp(network, network.backends, 8080)
  ip(undefined, 'address add 192.0.2.10/32 dev lo')
  run(undefined, 'ipvsadm', '-A', '-t', '192.0.2.10:8080', '-s', 'rr')
  for (const { ipv4 } of network.backends.slice(0, 3))
    run(undefined, 'ipvsadm', '-a', '-t', '192.0.2.10:8080', '-r', `${ipv4}:8080`, '-m')
  const flows: Flow[] = []
  for (let index = 0; index < flowCount; index++) {
    const flow = await connect(network.client, '192.0.2.10', 8080, 20_000)
    network.open.push(flow)
    flows.push(flow)
  }
  assert.is(new Set(flows.map(flow => flow.backend)).size, 3)
  const rig = labRig()
  const file = rig.file('slb.toml', config({ service: 'scheduler = "rr"' }))
  expect(await rig.here('apply', '-c', file), 4, /not made by slb|did not make/, 'refused')
  await allAlive(flows, 'refused')
  expect(await rig.here('apply', '-c', file, '--adopt', 'all'), 0, /= tcp 192/, 'adopted')
  await allAlive(flows, 'adopted')
  return { rig, flows }
}

function expect(ran: Ran, status: number, words: RegExp, what: string): void {
  assert.is(ran.status, status, `${what}\n${ran.out}${ran.err}`)
  assert.match(`${ran.out}${ran.err}`, words, `${what}\n${ran.out}${ran.err}`)
  assert.not.match(ran.out, /-\/\+/, `${what}: replaces nothing`)
}

/** Every flow echoes: none is reset, none is silent. */
async function allAlive(flows: readonly Flow[], what: string): Promise<void> {
  const answers = await Promise.allSettled(flows.map(flow => flow.echo(what)))
  const lost = answers.filter(one => one.status === 'rejected' || one.value !== what)
  assert.is(
    lost.length,
    0,
    `after ${what}: ${lost.length} flows lost, such as ${JSON.stringify(lost[0])}`,
  )
}

test.run()
