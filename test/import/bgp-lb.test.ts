/** What a file of bgp-lb says is what the printed configuration does. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { importBgpLb } from '../../src/import/bgp-lb.ts'

type Tree = { [key: string]: unknown }

const usual = {
  bgp: {
    local: { routerID: '10.0.0.2', as: 64512, listenPort: -1 },
    peers: [{ address: '10.0.0.1', as: 64513 }],
  },
  service: {
    name: 'web',
    ip: '10.88.0.1',
    prefixLength: 32,
    ports: [{ servicePort: 80, targetLocalPort: 8080 }],
    protocol: 'tcp',
    httphealthcheck: { path: 'healthz', port: 8080, scheme: 'http' },
  },
}

/** The usual file with other values in `service`; undefined takes a key out. */
function service(other: Tree): Tree {
  return { ...usual, service: { ...usual.service, ...other } }
}

function local(other: Tree): Tree {
  return { ...usual, bgp: { ...usual.bgp, local: { ...usual.bgp.local, ...other } } }
}

function peers(...list: unknown[]): Tree {
  return { ...usual, bgp: { ...usual.bgp, peers: list } }
}

async function made(tree: Tree): Promise<{ text: string; notes: readonly string[] }> {
  const { text, notes, diagnostics } = await importBgpLb('lb.json', JSON.stringify(tree))
  assert.equal(diagnostics, [])
  return { text: text ?? '', notes }
}

async function says(tree: Tree, ...lines: string[]): Promise<readonly string[]> {
  const { text, notes } = await made(tree)
  for (const line of lines) assert.ok(text.split('\n').includes(line), `${line}\n--\n${text}`)
  return notes
}

/** It is told, with the path of the value. */
async function tells(tree: Tree, ...starts: string[]): Promise<void> {
  const { notes } = await made(tree)
  assert.is(notes.length, starts.length, notes.join('\n'))
  for (const start of starts)
    assert.ok(
      notes.some(note => note.startsWith(start)),
      `${start}\n--\n${notes.join('\n')}`,
    )
}

/** It is refused, at this piece of the text. */
async function refuses(tree: Tree, piece: string, message: RegExp): Promise<void> {
  const { text, diagnostics } = await importBgpLb('lb.json', JSON.stringify(tree))
  assert.is(text, undefined)
  assert.is(diagnostics.length, 1, diagnostics.map(one => one.message).join('\n'))
  const [{ message: said = '', line = '', place = undefined, length = 0 } = {}] = diagnostics
  assert.match(said, message)
  assert.is(line.slice((place?.column ?? 0) - 1).slice(0, length), piece)
}

test('one service becomes one service, told to the same routers', async () => {
  const { text, notes } = await made(usual)
  assert.equal(notes, [])
  assert.is(
    text,
    `[bgp]
as = 64512
router_id = "10.0.0.2"
next_hop = { ipv4 = "10.0.0.2" }
# bgp-lb has hold 90s and keepalive 30s; by 9s and 3s, as here, routers leave a host that hangs sooner.

[bgp.peer.router1]
address = "10.0.0.1"
as = 64513

[service.web]
vip = "10.88.0.1"
link = "@service"
announce = "bgp"
port = 80
# This host: bgp-lb balances to its router id, and only with -ipvs-setup.
backends = ["10.0.0.2:8080"]
when_empty = "withdraw"
# An answer that takes longer than 1s is bad here; bgp-lb waits for ever.
check = { type = "http", path = "/healthz", port = 8080, redirects = 10, interval = "1s", rise = 1, fall = 1 }
`,
  )
})

test('several ports have pairs where they differ, and one backend', async () => {
  const ports = [
    { servicePort: 80, targetLocalPort: 8080 },
    { servicePort: 53, targetLocalPort: 53 },
  ]
  await says(
    service({ ports, protocol: 'udp' }),
    'port = ["80:8080", 53]',
    'protocol = "udp"',
    'backends = ["10.0.0.2"]',
  )
})

test('a prefix that is more than the VIP stands in a [vip]', async () => {
  await says(
    service({ name: 'anycast.dns', prefixLength: 24 }),
    '[vip."anycast.dns"]',
    'prefix = 24',
    '[service."anycast.dns"]',
    'vip = "anycast.dns"',
  )
})

test('https is asked as there: the certificate is for 127.0.0.1, or any', async () => {
  const https = { path: '/', port: 8080, scheme: 'https' }
  const check = 'redirects = 10, interval = "1s", rise = 1, fall = 1 }'
  const start = 'check = { type = "https", path = "/", port = 8080'
  await says(service({ httphealthcheck: https }), `${start}, host = "127.0.0.1:8080", ${check}`)
  await says(
    service({ httphealthcheck: { ...https, insecureSkipVerify: true } }),
    `${start}, verify = false, ${check}`,
  )
})

test('a ping of one address is a program that is allowed', async () => {
  const notes = await says(
    service({ httphealthcheck: undefined, pinghealthcheck: { addresses: ['192.0.2.7'] } }),
    'allow_exec = ["/usr/bin/ping"]',
    'check = { type = "exec", command = ["/usr/bin/ping", "-n", "-c", "1", "-W", "5", "192.0.2.7"], interval = "6s", timeout = "6s", rise = 1, fall = 1 }',
  )
  assert.equal(notes, [])
})

test('names match in any case, null is nothing, and the last of two counts: as Go reads JSON', async () => {
  const text = JSON.stringify(usual)
    .replace('"httphealthcheck"', '"pinghealthcheck":null,"httpHealthCheck"')
    .replace('"prefixLength":32', '"PrefixLength":24,"prefixlength":32')
  const read = await importBgpLb('lb.json', text)
  assert.is(read.text, (await made(usual)).text)
  assert.equal(read.notes, ['service.prefixLength: it is there twice; the last one counts'])
})

test('what is otherwise, cannot be said, or never worked is told', async () => {
  await tells(local({ listenPort: undefined }), 'bgp.local.listenPort: bgp-lb listens on port 179')
  await tells(local({ listenPort: 1790 }), 'bgp.local.listenPort: bgp-lb listens on port 1790')
  await tells({ ...usual, log: true }, 'log: ')
  await tells(service({ 'health check': {} }), 'service."health check": ')
  await tells(peers(), 'bgp.peers: there is none')
  await tells(peers({ address: 'fd00::9', as: 1 }), 'bgp.peers[0].address: GoBGP')
  await tells(service({ name: 'a-long-name-of-a-link' }), 'service.name: links have names')
  await tells(service({ name: 'web site' }), 'service.name: "web site" is no name')
  await tells(service({ name: undefined }), 'service.name: it is missing')
  await tells(
    service({ prefixLength: undefined }),
    'service.prefixLength: bgp-lb announces the default',
  )
  await tells(service({ prefixLength: 5 }), 'service.prefixLength: bgp-lb announces a prefix of 5')
  await tells(service({ protocol: undefined }), 'service.protocol: it is missing')
  const http = { path: '/', port: 9000 }
  await tells(service({ httphealthcheck: http }), 'service.httphealthcheck.port: bgp-lb asks 127.')
  await tells(service({ httphealthcheck: {} }), 'service.httphealthcheck.port: it is missing')
  await tells(service({ httphealthcheck: undefined }), 'service: without httphealthcheck and')
  await tells(
    service({ pinghealthcheck: { addresses: ['192.0.2.1'] } }),
    'service.pinghealthcheck:',
  )
  const pings = { addresses: ['192.0.2.1', '192.0.2.2'] }
  await tells(
    service({ httphealthcheck: undefined, pinghealthcheck: pings }),
    'service.pinghealthcheck.addresses: any one of them',
  )
})

test('a service that slb cannot have is a comment', async () => {
  await tells(service({ ports: [] }), '[service.web] is left out: service.ports is empty')
  await tells(
    service({ ip: 'fd00::1' }),
    'service.ip: bgp-lb put an IPv6 VIP up',
    'service.prefixLength: bgp-lb announced no IPv6',
    '[service.web] is left out: ',
  )
  await tells(local({ routerID: '10.88.0.1' }), '[service.web] is left out: ')
})

test('what bgp-lb would not read or could not do is refused, with its place', async () => {
  await refuses(local({ as: '64512' }), '"64512"', /^bgp\.local\.as is a whole number from 0 to/)
  await refuses(local({ as: 65_535 }), '65535', /^bgp\.local\.as cannot be: 65535 is reserved/)
  await refuses(local({ as: 0 }), '0', /^bgp\.local\.as is missing/)
  await refuses(local({ routerID: 'router' }), '"router"', /^bgp\.local\.routerID cannot be/)
  await refuses(local({ routerID: 'fd00::1' }), '"fd00::1"', /IPv4 address$/)
  await refuses(local({ routerID: undefined }), '{', /^bgp\.local\.routerID is missing/)
  await refuses(peers({ as: 1 }), '{', /^bgp\.peers\[0\]\.address is missing/)
  await refuses(peers(usual.bgp.peers[0], usual.bgp.peers[0]), '"10.0.0.1"', /^bgp\.peers\[1\]\.ad/)
  await refuses(service({ ip: '224.0.0.1' }), '"224.0.0.1"', /^service\.ip cannot be: .*multicast/)
  await refuses(service({ prefixLength: 33 }), '33', /^service\.prefixLength is a whole number/)
  await refuses(service({ protocol: 'icmp' }), '"icmp"', /^service\.protocol is tcp, udp or sctp/)
  await refuses(service({ ports: 80 }), '80', /^service\.ports is a list for bgp-lb, not 80/)
  await refuses(service({ ports: [{ servicePort: 80 }] }), '{', /targetLocalPort is missing/)
  await refuses(
    service({ ports: [usual.service.ports[0], usual.service.ports[0]] }),
    '80',
    /^service\.ports\[1\]\.servicePort is 80 once more/,
  )
  await refuses(
    service({ httphealthcheck: { port: 8080, scheme: 'ftp' } }),
    '"ftp"',
    /^service\.httphealthcheck\.scheme is http or https/,
  )
})

test('all faults of a file are told, in its order', async () => {
  const tree = { bgp: { local: { as: '1' }, peers: {} }, service: { ip: 7 } }
  const { diagnostics } = await importBgpLb('lb.json', JSON.stringify(tree, null, 2))
  const lines = diagnostics.map(({ place }) => place?.line ?? 0)
  assert.is(lines.length, 4)
  assert.equal(
    lines,
    [...lines].sort((a, b) => a - b),
  )
})

test('what is no JSON is refused where it ends to be some', async () => {
  const { text, diagnostics } = await importBgpLb('lb.json', '{\n  "bgp": {},\n}\n')
  assert.is(text, undefined)
  assert.equal(diagnostics, [
    {
      severity: 'error',
      code: 'json-syntax',
      message: 'a name in double quotes is expected',
      place: { file: 'lb.json', line: 3, column: 1 },
      line: '}',
      length: 1,
    },
  ])
})

const byte = fc.nat(255)
const ipv4 = fc.tuple(
  fc.integer({ min: 1, max: 126 }),
  byte,
  byte,
  fc.integer({ min: 1, max: 254 }),
)
const address = ipv4.map(bytes => bytes.join('.'))
const as = fc.integer({ min: 1, max: 23_455 })
const port = fc.integer({ min: 1, max: 65_535 })

/** Files that bgp-lb reads and works with, and some that it only reads. */
const anyFile = fc.record({
  bgp: fc.record({
    local: fc.record(
      { routerID: address, as, listenPort: fc.constantFrom(-1, 0, 179) },
      { requiredKeys: ['routerID', 'as'] },
    ),
    peers: fc.uniqueArray(fc.record({ address, as }), {
      selector: one => one.address,
      maxLength: 4,
    }),
  }),
  service: fc.record(
    {
      name: fc.string({ maxLength: 70 }),
      ip: fc.oneof(address, fc.constantFrom('fd00::1', '2001:db8::10')),
      prefixLength: fc.integer({ min: 0, max: 32 }),
      ports: fc.uniqueArray(fc.record({ servicePort: port, targetLocalPort: port }), {
        selector: one => one.servicePort,
        maxLength: 4,
      }),
      protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
      httphealthcheck: fc.record(
        {
          path: fc.string({ unit: 'grapheme' }),
          port,
          scheme: fc.constantFrom('http', 'https'),
          insecureSkipVerify: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      pinghealthcheck: fc.record({ addresses: fc.array(address, { maxLength: 3 }) }),
    },
    { requiredKeys: ['ip'] },
  ),
})

test('any file of bgp-lb gives one that loads, with the service or the reason why not', () =>
  fc.assert(
    fc.asyncProperty(anyFile, async tree => {
      const { text, notes } = await made(tree)
      const { desired, diagnostics } = await load([
        { file: 'import.toml', text: Buffer.from(text) },
      ])
      assert.equal(
        diagnostics.filter(({ severity }) => severity === 'error'),
        [],
        text,
      )
      const leftOut = notes.some(note => note.startsWith('['))
      const { ports = [] } = tree.service
      const listeners = desired?.services.flatMap(one => one.listeners)
      assert.is(listeners?.length, leftOut ? 0 : ports.length, text)
      assert.is(desired?.bgp?.peers.length, tree.bgp.peers.length)
      if (leftOut) return
      const { prefixLength = 0 } = tree.service
      const [announced] = desired?.vips ?? []
      const prefix = announced?.announcing?.bgp?.prefix ?? 32
      assert.is(prefix, prefixLength < 8 ? 32 : prefixLength)
    }),
  ))

test.run()
