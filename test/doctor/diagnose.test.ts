/** What stands in the way of a VIP, and what is said of it. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { diagnose } from '../../src/doctor/diagnose.ts'
import type { Machine } from '../../src/doctor/machine.ts'
import { plan } from '../../src/plan/plan.ts'
import { want } from '../../src/plan/want.ts'
import type { Verdict } from '../../src/serve/circumstances.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { state } from '../engine/rig.ts'
import { wellMachine } from './well.ts'

const web = `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.11", "10.0.0.12"]
`

const webIsLive = `sysctl net.ipv4.ip_forward = 1
link slb0 dummy up ours
service tcp 192.0.2.10:80 wrr ours
  -> 10.0.0.11:80 nat weight 1
  -> 10.0.0.12:80 nat weight 1
address slb0 192.0.2.10/32 ours
`

interface Scene {
  readonly machine?: Partial<Machine>
  readonly verdicts?: ReadonlyMap<string, Verdict>
}

/** The findings, a line each. */
async function found(toml: string, have: string, scene: Scene = {}): Promise<readonly string[]> {
  const { desired, diagnostics } = await load([{ file: 'a.toml', text: Buffer.from(toml) }])
  assert.ok(desired, JSON.stringify(diagnostics))
  const wanted = want(desired)
  const seen = state(have)
  const planned = plan({ wanted, seen, ledger: emptyLedger, conflict: 'refuse' })
  const machine = { ...wellMachine(() => seen), ...scene.machine }
  const one = { desired, wanted, machine, live: { seen, plan: planned } }
  const around = { stateDirectory: '/var/lib/slb', verdicts: scene.verdicts }
  return diagnose(one, around).map(
    ({ level, where, what, next }) => `${level} ${where}: ${what} | ${next}`,
  )
}

test('where everything is as it should be, nothing is said', async () => {
  assert.equal(await found(web, webIsLive), [])
})

test('privileges, programs and the state directory', async () => {
  const lines = await found(
    `${web}snat = true\n`,
    `${webIsLive}sysctl net.ipv4.vs.conntrack = 1\nsnat tcp 192.0.2.10:80\n`,
    {
      machine: { mayChange: false, program: () => false, unwritable: () => '/var/lib: EACCES' },
    },
  )
  assert.equal(lines, [
    'wrong privileges: this process lacks CAP_NET_ADMIN | run slb as root, or with that capability',
    'wrong nft: the program is not there, and the source NAT of web needs it | install the package nftables',
    'wrong /var/lib/slb: the state directory cannot be written to (/var/lib: EACCES) | run slb as its owner, or name another one with --state-dir',
  ])
})

test('a scheduler that the kernel has no module for, and one that nobody can tell', async () => {
  const module = (name: string) => (name === 'ip_vs_wrr' ? 'missing' : 'unknown')
  const lines = await found(web, webIsLive, { machine: { module } })
  assert.is(lines.length, 2)
  assert.match(lines[0] ?? '', /^wrong module ip_vs_wrr: this kernel has none, and web cannot do/)
  assert.match(lines[1] ?? '', /^warning module ip_vs: it is not loaded/)
})

test('a switch that is otherwise: the next apply sets it, or the configuration keeps it from that', async () => {
  const off = webIsLive.replace('ip_forward = 1', 'ip_forward = 0')
  const [first, second] = await found(web, off)
  assert.is(
    first,
    'wrong net.ipv4.ip_forward: it is 0, and not 1, needed by web | slb apply sets it',
  )
  assert.match(second ?? '', /^warning live system: 1 row is not as wanted/)
  assert.equal(await found(`${web}[kernel]\nip_forward = "keep"\n`, off), [
    "wrong net.ipv4.ip_forward: it is 0, and not 1, needed by web | set it: sysctl -w net.ipv4.ip_forward='1'; the configuration keeps slb from doing so",
  ])
})

const through = `[service.web]
vip = "192.0.2.10"
port = 80
link = "eth0"
forward = "direct"
backends = ["10.0.0.11"]
check = { via = "vip" }
`

const answering = (...switches: string[]) =>
  found(through, `link eth0 device up\naddress eth0 192.0.2.10/32\n${switches.join('\n')}`)
const conf = (link: string, name: string, value: number): string =>
  `sysctl net.ipv4.conf.${link}.${name} = ${value}`

test('what keeps the answers of checks through a VIP out', async () => {
  const about = async (...switches: string[]): Promise<readonly string[]> =>
    (await answering(...switches)).filter(line => /conf\./.test(line))
  assert.equal(await about(), [
    'warning net.ipv4.conf.eth0.accept_local: it is 0: answers to the checks of web that go through the VIP are dropped on eth0 | slb apply sets net.ipv4.conf.all.accept_local, which counts for all links',
  ])
  assert.equal(await about(conf('eth0', 'accept_local', 1)), [])
  assert.equal(await about(conf('all', 'accept_local', 1), conf('all', 'rp_filter', 1)), [
    'wrong net.ipv4.conf.all.rp_filter: it is 1: answers to the checks of web that go through the VIP are dropped on eth0 | set it: sysctl -w net.ipv4.conf.all.rp_filter=2',
  ])
  const loose = [conf('eth0', 'rp_filter', 2), conf('all', 'rp_filter', 1)]
  assert.equal(await about(conf('all', 'accept_local', 1), ...loose), [])
})

test('a VIP that is not there, and one that others are to put up', async () => {
  const gone = webIsLive.replace(/address.*\n/, '')
  const [first] = await found(web, gone)
  assert.is(first, 'wrong 192.0.2.10: it is not on slb0, for web | slb apply puts it up')
  const external = web.replace('port', 'link = "external"\nport')
  const lines = await found(external, gone.replace(/link.*\n/, ''))
  assert.is(lines.length, 1)
  assert.match(lines[0] ?? '', /^warning 192.0.2.10: somebody else is to put it up for web/)
})

test('a VIP on a dummy within the network of another link that answers no ARP for it', async () => {
  const network = `${webIsLive}link eth0 device up\naddress eth0 192.0.2.1/24\n`
  assert.equal(await found(web, network), [])
  const lines = await found(web, `${network}${conf('all', 'arp_ignore', 1)}\n`)
  assert.is(lines.length, 1)
  assert.match(lines[0] ?? '', /^warning 192.0.2.10: arp_ignore is 1 on eth0/)
})

test('backends that no way leads to, and links that lead nowhere', async () => {
  const way: Machine['way'] = address =>
    address === '10.0.0.11' ? 'ENETUNREACH' : { link: 'eth1', local: false }
  const links = new Map([['eth1', { name: 'eth1', up: true, carrier: false, mtu: 1500 }]])
  const lines = await found(web, webIsLive, { machine: { way, links } })
  assert.is(lines.length, 2)
  assert.match(
    lines[0] ?? '',
    /^wrong 10.0.0.11: no way leads to this backend of web \(ENETUNREACH\)/,
  )
  assert.match(lines[1] ?? '', /^wrong eth1: the link has no carrier/)
})

test('direct routing over a router, and tunnels that are too small', async () => {
  const text = `[service.web]
vip = "192.0.2.10"
port = 80
link = "external"
forward = "direct"
backends = ["10.0.0.11", { address = "10.0.0.12", forward = "tunnel" }]
`
  const gateway = '10.0.0.1' as never
  const way: Machine['way'] = () => ({ link: 'eth0', local: false, gateway })
  const links = new Map([['eth0', { name: 'eth0', up: true, carrier: true, mtu: 1500 }]])
  const lines = await found(text, 'link eth0 device up\naddress eth0 192.0.2.10/32\n', {
    machine: { way, links },
  })
  assert.match(
    lines[0] ?? '',
    /^warning 10.0.0.11: this backend of web is behind the router 10.0.0.1/,
  )
  assert.match(lines[1] ?? '', /^warning 10.0.0.12: packets of more than 1480 bytes do not fit/)
})

test('somebody else holds what is wanted', async () => {
  const lines = await found(web, webIsLive.replace('wrr ours', 'wrr'))
  assert.match(lines[0] ?? '', /^wrong tcp 192.0.2.10:80: held by a service that slb did not make/)
})

test('checks: nobody makes them, one is down, all are down', async () => {
  const checked = `${web}check = { type = "tcp" }\n`
  const key = (address: string) => `tcp ${address}:80 every=2000/1000 rise=2 fall=3`
  const down: Verdict = { verdict: 'down', why: 'connection refused', since: 0 }
  const up: Verdict = { verdict: 'up', since: 0 }
  const [nobody] = await found(checked, webIsLive)
  assert.match(nobody ?? '', /^warning slb run: nobody checks/)
  const one = new Map<string, Verdict>([
    [key('10.0.0.11'), down],
    [key('10.0.0.12'), up],
  ])
  assert.equal(await found(checked, webIsLive, { verdicts: one }), [
    'warning web/10.0.0.11: down: connection refused | it is asked: tcp 10.0.0.11:80 every 2s',
  ])
  const [all] = await found(checked, webIsLive, {
    verdicts: new Map([...one, [key('10.0.0.12'), down]]),
  })
  assert.is(
    all,
    'wrong tcp 192.0.2.10:80: no backend of web is up | each is listed with why it is down',
  )
})

test.run()
