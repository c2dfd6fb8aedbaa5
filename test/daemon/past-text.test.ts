/** The past as text says everything that it was made of, but for secrets. */
import { deepStrictEqual } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { type Cares, pastOfText, textOfPast } from '../../src/daemon/past-text.ts'
import { caresOf } from '../../src/serve/serve.ts'

const cares = async (text: string): Promise<Cares> => {
  const { desired, diagnostics } = await load([{ file: 'slb.toml', text: Buffer.from(text) }])
  if (desired === undefined) throw new Error(JSON.stringify(diagnostics))
  return new Map(
    [...caresOf(desired)].map(([key, { name, checks, serving }]) => [
      key,
      { name, checks, serving },
    ]),
  )
}

const service = (name: string, port: number, check: string, more = ''): string => `
[service.${name}]
vip = ["192.0.2.10", "2001:db8::10"]
port = ${port}
backends = ["10.0.0.11", { address = "10.0.0.12", weight = 3 }, "[2001:db8::11]:81"]
check = ${check}
${more}
`

/** Every kind of question with every key that it knows, and every key of serving. */
const everything = [
  service('a', 80, '{ type = "tcp", port = 8080 }'),
  service(
    'b',
    81,
    `[{ type = "https", method = "HEAD", path = "/x?y", host = "h", headers = { A = "b" },
    expect = [200, "300-399"], contains = "ok", redirects = 2, sni = "s", ca = "/etc/ca.pem",
    expiry_warning = "3d" }, { type = "icmp" }, { verify = false, type = "https" }]`.replace(
      /\n\s*/g,
      ' ',
    ),
    'slow_start = "30s"\nquorum = { up = "60%", down = 1 }\nsorry = "10.0.0.9:82"',
  ),
  service(
    'c',
    82,
    '{ type = "dns", name = "example.com", record = "AAAA", rcode = "NXDOMAIN", interval = "5s", fast_interval = "200ms", timeout = "150ms", rise = 4, fall = 5 }',
  ),
  service(
    'd',
    83,
    `{ type = "udp", payload = 'a\\x00\\xff', expect = "hex:00 ff", ban = { after = 3, window = "10m", time = "1h" } }`,
  ),
  service(
    'e',
    84,
    '{ type = "grpc", service = "x.y", tls = true, sni = "g" }',
    'on_down = "quiesce"\nwhen_empty = "withdraw"\nquorum = { up = 3, down = 1 }',
  ),
  service(
    'f',
    85,
    '{ type = "exec", command = ["/bin/true", "{address}"], user = "nobody" }',
    'weight_from = { from = "exec", min = 2, max = 50 }',
  ),
  service('g', 86, '{ type = "http", via = "vip" }', 'forward = "direct"')
    .replace(':81"', '"')
    .replace('[2001:db8::11]', '2001:db8::11'),
  '[service.h]\nvip = "192.0.2.11"\nport = 80\nbackends = ["10.0.0.11"]\n',
  'check = { type = "tcp", source = "10.0.0.1" }\n',
  '[node]\nallow_exec = ["/bin/true"]\n',
].join('')

test('every check and every rule comes back as it was', async () => {
  const all = await cares(everything)
  assert.ok(all.size > 10)
  const [again, other, ...none] = pastOfText(textOfPast([all, new Map()]), new Map())
  deepStrictEqual(again, all)
  assert.is(other?.size, 0)
  assert.equal(none, [])
})

const secret = (token: string, more = ''): Promise<Cares> =>
  cares(
    service('web', 80, `{ type = "http", headers = { X-Api-Key = "${token}", Accept = "x" } }`) +
      more,
  )

test('a secret is the one that the service has now', async () => {
  const text = textOfPast([await secret('fifi')])
  assert.not.match(text, /fifi/)
  deepStrictEqual(pastOfText(text, await secret('gigi')), [await secret('gigi')])
})

test('a check whose secret nobody knows any more is left out', async () => {
  const text = textOfPast([await secret('fifi')])
  const elsewhere = await cares(
    service('web2', 80, '{ type = "http", headers = { X-Api-Key = "no" } }'),
  )
  const [only] = pastOfText(text, elsewhere)
  for (const { checks } of only?.values() ?? []) assert.is(checks.size, 0)
})

test('a text that is damaged, or of another kind, says nothing', async () => {
  const text = textOfPast([await secret('fifi')])
  for (const bad of [
    '',
    '{',
    text.slice(0, -20),
    text.replace('"version":1', '"version":2'),
    'null',
  ])
    assert.equal(pastOfText(bad, new Map()), [])
})

test.run()
