import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import type { Desired } from '../../src/model/desired.ts'
import { endpoint } from '../../src/model/ip.ts'
import type { Service } from '../../src/model/rows.ts'

/** Several files by name; what is not right fails the test. */
const desiredOf = async (files: Readonly<Record<string, string>>): Promise<Desired> => {
  const sources = Object.entries(files).map(([file, text]) => ({ file, text: Buffer.from(text) }))
  const { desired, diagnostics } = await load(sources)
  assert.equal(
    diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    [],
  )
  if (!desired) throw new Error('no desired state')
  return desired
}

/** One service named web with these lines. */
const web = async (...lines: string[]): Promise<Desired> =>
  desiredOf({ 'web.toml': `[service.web]\n${lines.join('\n')}` })

const rowsOf = (desired: Desired): readonly Service[] =>
  desired.services.flatMap(({ listeners }) => listeners)

const lines = (desired: Desired): readonly string[] =>
  rowsOf(desired).map(
    ({ id, destinations }) =>
      `${id.key}: ${destinations.map(d => `${endpoint(d.address, d.port)} ${d.forward}`).join(', ')}`,
  )

const vip = 'vip = "192.0.2.1"'
const port = 'port = 80'
const backends = 'backends = ["10.0.0.1"]'

test('VIPs within one prefix are one route to a peer that takes no more', async () => {
  const { vips } = await desiredOf({
    'web.toml': `[bgp]
as = 65000
[bgp.peer.tor]
address = "10.0.0.1"
as = 65001
max_prefixes = 1
[vip.front]
address = ["192.0.2.1", "192.0.2.2"]
announce = "bgp"
prefix = 24
[service.web]
vip = "front"
${port}
${backends}`,
  })
  assert.is(vips.length, 2)
})

test('the network is given less time than the speaker waits for signs of the engine', async () => {
  const said = async (settle: string): Promise<readonly string[]> => {
    const text = `[bgp]\nas = 65000\nsettle = "${settle}"\n`
    const { diagnostics } = await load([{ file: 'bgp.toml', text: Buffer.from(text) }])
    return diagnostics.map(({ message }) => message)
  }
  assert.equal(await said('10s'), [])
  assert.equal(await said('31s'), ['settle is from "0s" to "10s", not "31s"'])
})

test('each VIP, port and protocol is a virtual service', async () => {
  const desired = await web(
    'vip = ["192.0.2.1", "192.0.2.2"]',
    'port = [53, "80:8080"]',
    'protocol = ["tcp", "udp"]',
    backends,
  )
  assert.equal(lines(desired), [
    'tcp 192.0.2.1:53: 10.0.0.1:53 nat',
    'tcp 192.0.2.1:80: 10.0.0.1:8080 nat',
    'tcp 192.0.2.2:53: 10.0.0.1:53 nat',
    'tcp 192.0.2.2:80: 10.0.0.1:8080 nat',
    'udp 192.0.2.1:53: 10.0.0.1:53 nat',
    'udp 192.0.2.1:80: 10.0.0.1:8080 nat',
    'udp 192.0.2.2:53: 10.0.0.1:53 nat',
    'udp 192.0.2.2:80: 10.0.0.1:8080 nat',
  ])
})

test('destinations carry the identity of their own virtual service', async () => {
  const desired = await web('vip = ["192.0.2.1", "192.0.2.2"]', port, backends)
  for (const { id, destinations } of rowsOf(desired))
    assert.ok(destinations.every(({ service }) => service === id))
})

test('families are paired', async () => {
  const desired = await web(
    'vip = ["192.0.2.1", "2001:db8::1"]',
    port,
    'backends = ["[2001:db8:1::2]:8080", "10.0.0.1", "2001:db8:1::1"]',
  )
  assert.equal(lines(desired), [
    'tcp 192.0.2.1:80: 10.0.0.1:80 nat',
    'tcp [2001:db8::1]:80: [2001:db8:1::1]:80 nat, [2001:db8:1::2]:8080 nat',
  ])
})

test('a tunnel crosses families when all backends are of one', async () => {
  const desired = await web(
    'vip = ["192.0.2.1", "2001:db8::1"]',
    port,
    'forward = "tunnel"',
    backends,
  )
  assert.equal(lines(desired), [
    'tcp 192.0.2.1:80: 10.0.0.1:80 tunnel',
    'tcp [2001:db8::1]:80: 10.0.0.1:80 tunnel',
  ])
})

test('destinations are sorted by address and port', async () => {
  const desired = await web(
    vip,
    port,
    'backends = ["10.0.0.2", "10.0.0.1:81", "10.0.0.10", "10.0.0.1:8"]',
  )
  assert.equal(lines(desired), [
    'tcp 192.0.2.1:80: 10.0.0.1:8 nat, 10.0.0.1:81 nat, 10.0.0.10:80 nat, 10.0.0.2:80 nat',
  ])
})

test('a backend says more than its address; absent and 0 are different', async () => {
  const [row] = rowsOf(
    await web(
      vip,
      port,
      'backends = ["10.0.0.1", { address = "10.0.0.2", weight = 0 }, { address = "10.0.0.3", weight = 7, upper = 10, lower = 5, forward = "direct" }, { address = "10.0.0.4", enabled = false }]',
    ),
  )
  const seen = row?.destinations.map(d => [d.address, d.weight, d.upper, d.lower, d.forward])
  assert.equal(seen, [
    ['10.0.0.1', 1, 0, 0, 'nat'],
    ['10.0.0.2', 0, 0, 0, 'nat'],
    ['10.0.0.3', 7, 10, 5, 'direct'],
  ])
})

test('all destinations have one shape, with tunnel only where one is used', async () => {
  const [row] = rowsOf(
    await web(vip, port, 'backends = ["10.0.0.1", { address = "10.0.0.2", forward = "tunnel" }]'),
  )
  const common = ['service', 'address', 'port', 'forward', 'weight', 'upper', 'lower']
  const shapes = row?.destinations.map(destination => Object.keys(destination))
  assert.equal(shapes, [common, [...common, 'tunnel']])
  assert.equal(row?.destinations[1]?.tunnel, { type: 'ipip', port: 0, checksum: 'none' })
})

test('a tunnel is said for the service and overridden by a backend', async () => {
  const [row] = rowsOf(
    await web(
      vip,
      port,
      'forward = "tunnel"',
      'tunnel = { type = "gue", port = 5555, checksum = "remote" }',
      'backends = ["10.0.0.1", { address = "10.0.0.2", tunnel = { type = "gre" } }]',
    ),
  )
  assert.equal(
    row?.destinations.map(({ tunnel }) => tunnel),
    [
      { type: 'gue', port: 5555, checksum: 'remote' },
      { type: 'gre', port: 0, checksum: 'none' },
    ],
  )
})

test('options of a service: defaults, and each as it is said', async () => {
  const [plain] = rowsOf(await web(vip, port, backends))
  const { id: _id, destinations: _destinations, ...options } = plain ?? ({} as Service)
  assert.equal(options, {
    scheduler: 'wrr',
    schedulerFlags: 0,
    persistence: 0,
    netmask: 32,
    engine: '',
    onePacket: false,
    owned: true,
  })
  const [said] = rowsOf(
    await web(
      vip,
      'port = 5060',
      'protocol = "udp"',
      'scheduler = "lc"',
      'one_packet = true',
      'persistence = { timeout = "1h", netmask = 24, engine = "sip" }',
      backends,
    ),
  )
  assert.is(said?.scheduler, 'lc')
  assert.is(said?.persistence, 3600)
  assert.is(said?.netmask, 24)
  assert.is(said?.engine, 'sip')
  assert.is(said?.onePacket, true)
})

for (const [scheduler, flags, bits] of [
  ['sh', undefined, 1],
  ['mh', undefined, 1],
  ['wrr', undefined, 0],
  ['sh', '[]', 0],
  ['sh', '["sh-port"]', 2],
  ['mh', '["mh-fallback", "mh-port"]', 3],
  ['mh', '["flag-2"]', 2],
  ['lc', '["flag-1", "flag-3"]', 5],
] as const)
  test(`scheduler ${scheduler} with flags ${flags ?? 'not said'}: bits ${bits}`, async () => {
    const line = flags === undefined ? '' : `scheduler_flags = ${flags}`
    const [row] = rowsOf(await web(vip, port, `scheduler = "${scheduler}"`, line, backends))
    assert.is(row?.schedulerFlags, bits)
  })

test('a firewall mark has a family and no port', async () => {
  const desired = await web('fwmark = 7', 'family = "ipv6"', 'backends = ["2001:db8::1"]')
  assert.equal(lines(desired), ['fwmark 7 ipv6: [2001:db8::1]:0 nat'])
  assert.equal(desired.vips, [])
  assert.is(rowsOf(desired)[0]?.netmask, 128)
})

test('port 0 is all ports, with persistence', async () => {
  const desired = await web(vip, 'port = 0', 'persistence = "5m"', backends)
  assert.equal(lines(desired), ['tcp 192.0.2.1:0: 10.0.0.1:0 nat'])
})

test('a backend of forward local may be the VIP or a loopback address', async () => {
  const desired = await web(
    vip,
    port,
    'backends = [{ address = "192.0.2.1", forward = "local" }, { address = "127.0.0.1", forward = "local" }]',
  )
  assert.equal(lines(desired), ['tcp 192.0.2.1:80: 127.0.0.1:80 local, 192.0.2.1:80 local'])
})

test('enabled, adopt, snat and drain are said of the whole service', async () => {
  const [plain] = (await web(vip, port, backends)).services
  assert.is(plain?.enabled, true)
  assert.is(plain?.adopt, false)
  assert.is(plain?.snat, false)
  assert.is(plain?.drain, 60_000)
  const [said] = (
    await web(vip, port, backends, 'enabled = false', 'adopt = true', 'snat = true', 'drain = "0s"')
  ).services
  assert.is(said?.enabled, false)
  assert.is(said?.adopt, true)
  assert.is(said?.snat, true)
  assert.is(said?.drain, 0)
})

test('defaults hold for their own file, those of slb.toml for all, a key in the service wins', async () => {
  const service = (name: string, more = ''): string =>
    `[service.${name}]\nvip = "192.0.2.${name.length}"\n${port}\n${backends}\n${more}\n`
  const desired = await desiredOf({
    '/etc/slb/a.toml': `[defaults]\nscheduler = "lc"\n${service('a')}${service('aa', 'scheduler = "sed"')}`,
    '/etc/slb/b.yaml': JSON.stringify({
      service: { bbb: { vip: '192.0.2.3', port: 80, backends: ['10.0.0.1'] } },
    }),
    '/etc/slb/slb.toml': `[defaults]\nscheduler = "nq"\ndrain = "5s"\n`,
  })
  const seen = desired.services.map(s => [s.name, s.listeners[0]?.scheduler, s.drain])
  assert.equal(seen, [
    ['a', 'lc', 5000],
    ['aa', 'sed', 5000],
    ['bbb', 'nq', 5000],
  ])
})

test('defaults that do not fit a service are silent', async () => {
  const desired = await desiredOf({
    'a.toml': `
      [defaults]
      vip             = "192.0.2.1"
      port            = 80
      scheduler       = "sh"
      scheduler_flags = ["sh-port"]
      one_packet      = true
      snat            = true
      tunnel          = { type = "gre" }
      backends        = ["10.0.0.1"]
      [service.mark]
      fwmark    = 7
      [service.wrr]
      scheduler = "wrr"
      forward   = "direct"
    `,
  })
  const [mark, wrr] = desired.services
  assert.is(mark?.listeners[0]?.id.key, 'fwmark 7 ipv4')
  assert.is(mark?.snat, false)
  assert.is(wrr?.listeners[0]?.schedulerFlags, 0)
  assert.is(wrr?.listeners[0]?.onePacket, false)
  assert.is(wrr?.snat, false)
})

test('where VIPs live, and who uses them', async () => {
  const desired = await desiredOf({
    'a.toml': `
      [vip.front]
      address = ["192.0.2.2", "192.0.2.3"]
      link    = "eth0"
      [vip.elsewhere]
      address = "192.0.2.4"
      link    = "external"
      [service.b]
      vip      = "192.0.2.1"
      port     = 443
      backends = ["10.0.0.1"]
      [service.a]
      vip      = ["192.0.2.1", "front", "elsewhere"]
      port     = 80
      backends = ["10.0.0.1"]
      [service.c]
      vip      = "192.0.2.5"
      link     = "@service"
      port     = 80
      backends = ["10.0.0.1"]
      [service.d]
      vip      = "192.0.2.3"
      port     = 81
      backends = ["10.0.0.1"]
    `,
  })
  assert.equal(desired.vips, [
    { address: '192.0.2.1', link: 'slb0', ownLink: true, services: ['a', 'b'] },
    { address: '192.0.2.2', link: 'eth0', ownLink: false, services: ['a'] },
    { address: '192.0.2.3', link: 'eth0', ownLink: false, services: ['a', 'd'] },
    { address: '192.0.2.4', ownLink: false, services: ['a'] },
    { address: '192.0.2.5', link: 'c', ownLink: true, services: ['c'] },
  ])
})

for (const [how, vips] of [
  ['a table', '[vip.front]\naddress = "192.0.2.9"\nlink = "eth0"'],
  ['a table in quotes', '[ \'vip\' . front ]\naddress = "192.0.2.9"\nlink = "eth0"'],
  ['a key', 'vip.front.link = "eth0"\nvip.front.address = "192.0.2.9"'],
  ['an inline table', '# first\n  vip = { front = { address = "192.0.2.9", link = "eth0" } }'],
  ['an escaped key', '["v\\u0069p".front]\naddress = "192.0.2.9"\nlink = "eth0"'],
] as const)
  test(`a VIP may be named in a later file, as ${how}`, async () => {
    const desired = await desiredOf({
      'a.toml': `[service.a]\nvip = "front"\n${port}\n${backends}`,
      'b.toml': `[service.b]\nvip = "192.0.2.9"\nport = 81\n${backends}`,
      'z.toml': vips,
    })
    assert.equal(desired.vips, [
      { address: '192.0.2.9', link: 'eth0', ownLink: false, services: ['a', 'b'] },
    ])
  })

test('settings: what holds when nothing is said', async () => {
  const desired = await desiredOf({ 'a.toml': '# nothing' })
  assert.equal(desired.kernel, { sysctl: new Map(), keep: new Set(), sync: [] })
  assert.equal(desired.guard, { maxRemove: { share: 0.3 } })
  assert.is(desired.conflict, 'refuse')
  assert.is(desired.history, 50)
  assert.equal(desired.node, {
    onStop: 'keep',
    stopTimeout: 30_000,
    drift: 'repair',
    driftInterval: 2000,
    settle: 250,
  })
})

test('settings of several files add up', async () => {
  const desired = await desiredOf({
    'a.toml': `
      [kernel]
      ip_forward   = "keep"
      ipv6_forward = "auto"
      conntrack    = true
      timeouts     = { tcp = "15m" }
      sync         = [{ role = "backup", interface = "eth1" }]
      [guard]
      max_remove = 5
      [node]
      stop_timeout   = "1h"
      drift          = "alert"
      drift_interval = "200ms"
    `,
    'b.toml': `
      [kernel.vs]
      sloppy_tcp     = true
      sync_threshold = "3 50"
      drop_entry     = 0
      cache_bypass   = "keep"
      [kernel.timeouts]
      udp = "5m"
      [node]
      name = "lb1"
      on_stop = "drain"
      settle = "0s"
      [ownership]
      conflict = "adopt"
      [state]
      history = 7
    `,
  })
  assert.equal(desired.kernel, {
    sysctl: new Map([
      ['net.ipv4.vs.conntrack', '1'],
      ['net.ipv4.vs.sloppy_tcp', '1'],
      ['net.ipv4.vs.sync_threshold', '3 50'],
      ['net.ipv4.vs.drop_entry', '0'],
    ]),
    keep: new Set(['net.ipv4.ip_forward', 'net.ipv4.vs.cache_bypass']),
    timeouts: { tcp: 900, udp: 300 },
    sync: [
      {
        role: 'backup',
        interface: 'eth1',
        id: 0,
        group: '224.0.0.81',
        port: 8848,
        ttl: 1,
        maxlen: 0,
      },
    ],
  })
  assert.equal(desired.guard, { maxRemove: { count: 5 } })
  assert.is(desired.conflict, 'adopt')
  assert.is(desired.history, 7)
  assert.equal(desired.node, {
    name: 'lb1',
    onStop: 'drain',
    stopTimeout: 3_600_000,
    drift: 'alert',
    driftInterval: 200,
    settle: 0,
  })
})

test('a name, a virtual service and a setting stand in one file: the others are named with both places', async () => {
  const text = (name: string): string => `[service.${name}]\n${vip}\n${port}\n${backends}\n`
  const { diagnostics } = await load(
    Object.entries({
      'a.toml': `${text('web')}[guard]\nmax_remove = 1\n[kernel.vs]\ndrop_entry = 1\n[vip.x]\naddress = "192.0.2.9"\n`,
      'b.toml': `${text('web')}[guard]\nmax_remove = 2\n`,
      'c.yaml': 'service: {www: {vip: "::ffff:192.0.2.1", port: 80, backends: []}}',
      'd.toml': '[kernel.vs]\ndrop_entry = 1\n[vip.x]\naddress = "192.0.2.8"\n',
    }).map(([file, given]) => ({ file, text: Buffer.from(given) })),
  )
  const seen = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, place, related }) => [
      code,
      `${place?.file}:${place?.line}:${place?.column}`,
      `${related?.file}:${related?.line}:${related?.column}`,
    ])
  assert.equal(seen, [
    ['duplicate-name', 'b.toml:1:10', 'a.toml:1:10'],
    ['duplicate-key', 'b.toml:6:1', 'a.toml:6:1'],
    ['duplicate-service', 'c.yaml:1:22', 'a.toml:2:7'],
    ['duplicate-key', 'd.toml:2:1', 'a.toml:8:1'],
    ['duplicate-name', 'd.toml:3:6', 'a.toml:9:6'],
  ])
})

test('a file that cannot be parsed hides no fault of another', async () => {
  const { desired, diagnostics } = await load([
    { file: 'a.toml', text: Buffer.from('[service.web\n') },
    {
      file: 'b.yaml',
      text: Buffer.from('service: {db: {vip: 0.0.0.0, port: 1, prot: 2, backends: []}}'),
    },
    { file: 'c.toml', text: Buffer.from('') },
  ])
  assert.is(desired, undefined)
  assert.equal(
    diagnostics.map(({ place, code }) => [place?.file, code]),
    [
      ['a.toml', 'toml-syntax'],
      ['b.yaml', 'bad-vip'],
      ['b.yaml', 'unknown-key'],
      ['b.yaml', 'no-backends'],
      ['c.toml', 'empty-file'],
    ],
  )
})

test.run()
