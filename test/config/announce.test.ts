/** What `[bgp]` and `announce` come to. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import type { Desired } from '../../src/model/desired.ts'
import { want } from '../../src/plan/want.ts'
import { toText } from '../../src/table/snapshot.ts'

const bgp = `[bgp]
as = 65000
[bgp.peer.tor]
address = "10.0.0.1"
as = 65001
`
const web = (...lines: string[]): string => `
[service.web]
port = 80
backends = ["10.0.0.11"]
${lines.join('\n')}
`

async function loaded(...texts: string[]): Promise<{ desired: Desired; warnings: string[] }> {
  const files = texts.map((text, i) => ({ file: `${i}.toml`, text: Buffer.from(text) }))
  const { desired, diagnostics } = await load(files)
  if (desired === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 2))
  return { desired, warnings: diagnostics.map(one => one.code) }
}

/** The rows of announcements, as a snapshot shows them. */
async function rows(...texts: string[]): Promise<string[]> {
  const { state } = want((await loaded(...texts)).desired)
  return toText(state)
    .split('\n')
    .filter(line => /^(arp|peer|route|address)/.test(line))
}

test('a route to the VIP alone, with the address of each session as its next hop', async () => {
  assert.equal(await rows(bgp + web('vip = "192.0.2.10"', 'announce = "bgp"')), [
    'address slb0 192.0.2.10/32 ours',
    'peer 10.0.0.1 port 179 as 65001 by embedded as 65000 hold 9s keepalive 3s hops 1 ipv4 ipv6',
    'route 192.0.2.10/32 by embedded ours',
  ])
})

test('VIPs in one prefix are one route', async () => {
  const vips = ['192.0.2.10', '192.0.2.20'].map(
    (address, i) => `[vip.v${i}]\naddress = "${address}"\nannounce = "bgp"\nprefix = 24\n`,
  )
  const found = await rows(bgp + vips.join('') + web('vip = ["v0", "v1"]'))
  assert.equal(
    found.filter(line => line.startsWith('route')),
    ['route 192.0.2.0/24 by embedded ours'],
  )
})

test('[bgp] may stand in several files, each peer in one', async () => {
  const other = '[bgp.peer.tor2]\naddress = "10.0.0.2"\nas = 65001\nhold = "30s"\n'
  const found = await rows(bgp, other, web('vip = "192.0.2.10"', 'announce = "bgp"'))
  assert.equal(
    found.filter(line => line.startsWith('peer')).map(line => line.slice(0, 13)),
    ['peer 10.0.0.1', 'peer 10.0.0.2'],
  )
})

test('communities: those of all routes and those of the VIP, well-known ones by number', async () => {
  const all = bgp.replace('as = 65000', 'as = 65000\ncommunities = ["65000:9", "no-export"]')
  const vip =
    '[vip.a]\naddress = "192.0.2.10"\nannounce = "bgp"\ncommunities = ["65000:10", "1:2:3"]\n'
  const [route] = (await rows(all + vip + web('vip = "a"'))).slice(-1)
  assert.is(
    route,
    'route 192.0.2.10/32 by embedded community 65000:10 community 65000:9 community 65535:65281 large 1:2:3 ours',
  )
})

test('a preset says what a cloud prescribes, and what stands beside it wins', async () => {
  const cloud = '[bgp]\nas = 4200000000\n[bgp.peer.a]\npreset = "vultr"\n'
  const [peer = ''] = (await rows(cloud + web('vip = "192.0.2.10"'))).slice(-1)
  assert.match(peer, 'peer 169.254.169.254 port 179 as 64515 by embedded as 4200000000')
  assert.match(peer, 'hops 2')
  const [other = ''] = (await rows(`${cloud}multihop = 3\n${web('vip = "192.0.2.10"')}`)).slice(-1)
  assert.match(other, 'hops 3')
})

test('IPv6 VIPs that neighbours are told of live where these are, IPv4 ones where VIPs live', async () => {
  const found = await rows(
    web('vip = ["192.0.2.10", "2001:db8::10"]', 'announce = "arp"', 'uplink = "eth0"').replace(
      '["10.0.0.11"]',
      '["10.0.0.11", "2001:db8:1::11"]',
    ),
  )
  assert.equal(found, [
    'address eth0 2001:db8::10/128 ours',
    'address slb0 192.0.2.10/32 ours',
    'arp eth0 192.0.2.10',
    'arp eth0 2001:db8::10',
  ])
})

test('a service that BGP announces is withdrawn when it is empty, unless it says otherwise', async () => {
  const when = async (...lines: string[]): Promise<string | undefined> =>
    (await loaded(bgp + web('vip = "192.0.2.10"', ...lines))).desired.services[0]?.serving.whenEmpty
  assert.is(await when(), 'keep')
  assert.is(await when('announce = "bgp"'), 'withdraw')
  assert.is(await when('announce = "bgp"', 'quorum = 1'), 'withdraw')
  assert.is(await when('announce = "bgp"', 'when_empty = "keep"'), 'keep')
  assert.is(await when('announce = "bgp"', 'sorry = "10.0.0.9"'), 'sorry')
})

test('flows that can outlive a director need sloppy_tcp: it is set, and who turns it off is told', async () => {
  const survives = [
    'vip = "192.0.2.10"',
    'announce = "bgp"',
    'scheduler = "mh"',
    'forward = "direct"',
  ]
  const switches = async (...lines: string[]): Promise<boolean> => {
    const { state } = want((await loaded(bgp + web(...lines))).desired)
    return state.sysctl.has('sysctl net.ipv4.vs.sloppy_tcp')
  }
  assert.ok(await switches(...survives))
  assert.not.ok(await switches(...survives.slice(0, 3)), 'nat flows cannot')
  assert.not.ok(
    await switches('vip = "192.0.2.10"', ...survives.slice(2)),
    'nobody else has the VIP',
  )
  const off = `${bgp}${web(...survives)}[kernel.vs]\nsloppy_tcp = false\n`
  assert.equal((await loaded(off)).warnings, ['no-sloppy-tcp'])
})

test('a service without a backend that takes connections is announced to nobody', async () => {
  const text = bgp + web('vip = "192.0.2.10"', 'announce = "bgp"')
  const without = text.replace('["10.0.0.11"]', '[{ address = "10.0.0.11", weight = 0 }]')
  const routes = (found: string[]): number => found.filter(one => one.startsWith('route')).length
  assert.is(routes(await rows(without)), 0)
  const before = (await loaded(without)).desired
  const { state } = want((await loaded(text)).desired, { desired: before, wanted: want(before) })
  assert.is(state.route.size, 1, 'from its first backend on it is')
})

test('an edit of [bgp] alone reaches what is wanted', async () => {
  const text = web('vip = "192.0.2.10"', 'announce = "bgp"')
  const before = (await loaded(bgp + text)).desired
  const wish = { desired: before, wanted: want(before) }
  const after = (await loaded(bgp.replace('as = 65000', 'as = 65000\nlocal_pref = 50') + text))
    .desired
  const [row] = want(after, wish).state.route.values()
  assert.is(row?.localPref, 50)
})

test.run()
