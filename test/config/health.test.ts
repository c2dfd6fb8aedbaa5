import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { openLoadCache } from '../../src/config/load-cache.ts'
import { describeCheck } from '../../src/health/describe-check.ts'
import type { Check, Question } from '../../src/model/check.ts'
import type { Desired, DesiredService } from '../../src/model/desired.ts'
import { defaultServing, noChecks, type Serving } from '../../src/model/health.ts'
import { switchesFor } from '../../src/plan/switches.ts'

type Files = Readonly<Record<string, string>>

const loadFiles = async (files: Files, cache = openLoadCache()) =>
  load(
    Object.entries(files).map(([file, text]) => ({ file, text: Buffer.from(text) })),
    cache,
  )

/** What is not right fails the test. */
const desiredOf = async (files: Files): Promise<Desired> => {
  const { desired, diagnostics } = await loadFiles(files)
  assert.equal(
    diagnostics.map(({ message }) => message),
    [],
  )
  if (!desired) throw new Error('no desired state')
  return desired
}

const base = 'vip = "192.0.2.1"\nport = 80\nbackends = ["10.0.0.1:8080", "10.0.0.2:8080"]'

/** The service web with these lines, and what stands before it. */
const web = async (lines: string, before = ''): Promise<DesiredService> => {
  const { services } = await desiredOf({ 'web.toml': `${before}\n[service.web]\n${lines}` })
  const found = services.find(({ name }) => name === 'web')
  if (!found) throw new Error('no service web')
  return found
}

const spelled = ({ checks }: DesiredService): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries([...checks].map(([key, list]) => [key, list.map(describeCheck)]))

/** The one check of the first backend. */
const checkOf = async (check: string, more = ''): Promise<Check> => {
  const { checks } = await web(`${base}\ncheck = ${check}`, more)
  const [one] = checks.get('tcp 192.0.2.1:80 -> 10.0.0.1:8080') ?? []
  if (!one) throw new Error('no check')
  return one
}

const questionOf = async (check: string, more = ''): Promise<Question> =>
  (await checkOf(check, more)).question

/** Of a service with a check, without which these lines say nothing. */
const servingOf = async (lines: string, before = ''): Promise<Serving> => {
  const check = lines.includes('check') ? '' : 'check = {}'
  const heavy = base.replace('"10.0.0.1:8080"', '{ address = "10.0.0.1:8080", weight = 10 }')
  return (await web(`${heavy}\n${check}\n${lines}`, before)).serving
}

test('without a word about health, all services share what holds then', async () => {
  const service = await web(base)
  assert.is(service.checks, noChecks)
  assert.is(service.serving, defaultServing)
})

test('a check is put to every backend behind every VIP and port, at its own port', async () => {
  const service = await web(
    'vip = ["192.0.2.1", "192.0.2.2"]\nport = ["80:8080", 443]\nbackends = ["10.0.0.1"]\ncheck = {}',
  )
  assert.equal(spelled(service), {
    'tcp 192.0.2.1:80 -> 10.0.0.1:8080': ['tcp 10.0.0.1:8080 every 2s'],
    'tcp 192.0.2.1:443 -> 10.0.0.1:443': ['tcp 10.0.0.1:443 every 2s'],
    'tcp 192.0.2.2:80 -> 10.0.0.1:8080': ['tcp 10.0.0.1:8080 every 2s'],
    'tcp 192.0.2.2:443 -> 10.0.0.1:443': ['tcp 10.0.0.1:443 every 2s'],
  })
  assert.is(
    service.checks.get('tcp 192.0.2.1:80 -> 10.0.0.1:8080'),
    service.checks.get('tcp 192.0.2.2:80 -> 10.0.0.1:8080'),
  )
})

test('a backend that does not serve is not checked, nor is a service', async () => {
  const one = 'vip = "192.0.2.1"\nport = 80\ncheck = {}'
  const service = await web(
    `${one}\nbackends = ["10.0.0.1", { address = "10.0.0.2", enabled = false }]`,
  )
  assert.equal(Object.keys(spelled(service)), ['tcp 192.0.2.1:80 -> 10.0.0.1:80'])
  assert.is((await web(`${one}\nenabled = false\nbackends = ["10.0.0.1"]`)).checks, noChecks)
})

test('nearer checks take the place of farther ones, and "none" of all', async () => {
  const defaults = '[defaults]\ncheck = { type = "http", path = "/usual" }\n'
  const backends = `backends = [
    "10.0.0.1:81",
    { address = "10.0.0.2:81", check = { type = "icmp" } },
    { address = "10.0.0.3:81", check = "none" },
    { address = "10.0.0.4:81", check = [{ port = 9000 }, { type = "icmp" }] },
  ]`
  const vip = 'vip = "192.0.2.1"\nport = 80'
  assert.equal(Object.values(spelled(await web(`${vip}\n${backends}`, defaults))), [
    ['http 10.0.0.1:81/usual every 2s'],
    ['icmp 10.0.0.2 every 2s'],
    ['tcp 10.0.0.4:9000 every 2s', 'icmp 10.0.0.4 every 2s'],
  ])
  const own = await web(`${vip}\n${backends}\ncheck = { interval = "500ms" }`, defaults)
  assert.equal(Object.values(spelled(own))[0], ['tcp 10.0.0.1:81 every 500ms'])
  const off = await web(`${vip}\n${backends}\ncheck = "none"`, defaults)
  assert.equal(Object.keys(spelled(off)), [
    'tcp 192.0.2.1:80 -> 10.0.0.2:81',
    'tcp 192.0.2.1:80 -> 10.0.0.4:81',
  ])
  assert.is((await web(`${base}\ncheck = "none"`, defaults)).checks, noChecks)
})

test('rules have defaults that fit each other', async () => {
  const rulesOf = async (check: string) => (await checkOf(check)).rules
  const usual = { interval: 2000, timeout: 1000, rise: 2, fall: 3, fastInterval: 2000 }
  assert.equal(await rulesOf('{}'), usual)
  assert.equal(await rulesOf('{ interval = "500ms" }'), {
    ...usual,
    interval: 500,
    timeout: 500,
    fastInterval: 500,
  })
  assert.equal(await rulesOf('{ fast_interval = "250ms", rise = 1, fall = 1 }'), {
    ...usual,
    timeout: 250,
    rise: 1,
    fall: 1,
    fastInterval: 250,
  })
  assert.equal((await rulesOf('{ ban = { after = 5 } }')).ban, {
    after: 5,
    window: 0,
    time: 600_000,
  })
  assert.equal((await rulesOf('{ ban = { after = 5, window = "1h", time = "2m" } }')).ban, {
    after: 5,
    window: 3_600_000,
    time: 120_000,
  })
  assert.is((await rulesOf('{ ban = { after = -1, time = "2m" } }')).ban, undefined)
})

test('backends of a service share question and rules', async () => {
  const { checks } = await web(`${base}\ncheck = { type = "http" }`)
  const [a, b] = [...checks.values()].flat()
  assert.is(a?.question, b?.question)
  assert.is(a?.rules, b?.rules)
})

test('http asks for what is said, and takes 2xx unless told', async () => {
  const usual = {
    type: 'http',
    method: 'GET',
    path: '/',
    headers: {},
    expect: [[200, 299]],
    redirects: 0,
  }
  assert.equal(await questionOf('{ type = "http" }'), usual)
  assert.equal(
    await questionOf(
      '{ type = "http", method = "HEAD", path = "/a?b", host = "x.example", headers = { A = "1" }, expect = [301, "200-204", 200], contains = "ok", redirects = 2 }',
    ),
    {
      type: 'http',
      method: 'HEAD',
      path: '/a?b',
      host: 'x.example',
      headers: { A: '1' },
      expect: [
        [200, 200],
        [200, 204],
        [301, 301],
      ],
      contains: 'ok',
      redirects: 2,
    },
  )
})

test('https verifies, and asks for the name in host unless sni says another', async () => {
  const tlsOf = async (more: string) => {
    const question = await questionOf(`{ type = "https"${more} }`)
    return question.type === 'http' ? question.tls : undefined
  }
  const fortnight = 14 * 86_400_000
  assert.equal(await tlsOf(''), { verify: true, expiryWarning: fortnight })
  assert.is((await tlsOf(', host = "a.example:8443"'))?.serverName, 'a.example')
  assert.is((await tlsOf(', host = "10.0.0.1"'))?.serverName, undefined)
  assert.is((await tlsOf(', host = "[fd00::1]:443"'))?.serverName, undefined)
  assert.equal(
    await tlsOf(', host = "a.example", sni = "b.example", ca = "/c.pem", expiry_warning = "0s"'),
    { serverName: 'b.example', caFile: '/c.pem', verify: true, expiryWarning: 0 },
  )
  assert.is((await tlsOf(', verify = false'))?.verify, false)
})

test('dns, udp, icmp, grpc', async () => {
  assert.equal(await questionOf('{ type = "dns", name = "example.com." }'), {
    type: 'dns',
    name: 'example.com',
    record: 'A',
    rcode: 'NOERROR',
  })
  assert.equal(
    await questionOf('{ type = "dns", name = ".", record = "NS", answer = "a.example" }'),
    { type: 'dns', name: '.', record: 'NS', rcode: 'NOERROR', answer: 'a.example' },
  )
  assert.equal(await questionOf('{ type = "udp" }'), { type: 'udp', payload: new Uint8Array() })
  assert.equal(
    await questionOf(`{ type = "udp", payload = 'é\\x00\\n\\\\x', expect = "hex:00 ff" }`),
    {
      type: 'udp',
      payload: Uint8Array.from([0xc3, 0xa9, 0, 10, 92, 120]),
      expect: Uint8Array.from([0, 255]),
    },
  )
  assert.equal(await questionOf('{ type = "icmp" }'), { type: 'icmp' })
  assert.equal(await questionOf('{ type = "grpc" }'), { type: 'grpc', service: '' })
  assert.equal(
    await questionOf('{ type = "grpc", service = "a.B", tls = true, sni = "c", verify = false }'),
    {
      type: 'grpc',
      service: 'a.B',
      tls: { serverName: 'c', verify: false, expiryWarning: 14 * 86_400_000 },
    },
  )
})

test('a check can have a port and a source of its own; a ping has no port', async () => {
  const { port, source } = await checkOf('{ port = 9000, source = "10.0.0.254" }')
  assert.equal([port, `${source}`], [9000, '10.0.0.254'])
  assert.is((await checkOf('{ type = "icmp" }')).port, 0)
})

test('programs run where [node] allows them, in whichever file that stands', async () => {
  const check = '{ type = "exec", command = ["/bin/check", "{address}"], user = "nobody" }'
  const files = {
    'node.toml': '[node]\nallow_exec = ["/bin/check"]\n',
    'web.toml': `[service.web]\n${base}\ncheck = ${check}\n`,
  }
  const { services } = await desiredOf(files)
  assert.equal([...(services[0]?.checks.values() ?? [])].flat()[0]?.question, {
    type: 'exec',
    command: ['/bin/check', '{address}'],
    user: 'nobody',
    weight: false,
  })
  const cache = openLoadCache()
  await loadFiles(files, cache)
  const codesOf = async (changed: Files): Promise<readonly string[]> =>
    (await loadFiles({ ...files, ...changed }, cache)).diagnostics.map(({ code }) => code)
  assert.equal(await codesOf({ 'web.toml': files['web.toml'].replace('bin/check', 'bin/chick') }), [
    'not-allowed',
  ])
  assert.equal(await codesOf({ 'node.toml': '[node]\nallow_exec = []\n' }), ['not-allowed'])
  assert.equal(await codesOf({}), [])
})

test('an edit of checks alone makes that service new and no other', async () => {
  const cache = openLoadCache()
  const textOf = (check: string): string => `[service.web]\n${base}\ncheck = ${check}\n`
  const other = '[service.other]\nvip = "192.0.2.2"\nport = 80\nbackends = ["10.0.0.9"]\n'
  const first = await loadFiles({ 'a.toml': textOf('{}'), 'b.toml': other }, cache)
  const second = await loadFiles({ 'a.toml': textOf('{ rise = 1 }'), 'b.toml': other }, cache)
  const keys = (service: DesiredService | undefined) =>
    [...(service?.checks.values() ?? [])].flat().map(({ key }) => key)
  assert.equal(
    keys(first.desired?.services[0])[0],
    'tcp 10.0.0.1:8080 every=2000/1000 rise=2 fall=3',
  )
  assert.equal(
    keys(second.desired?.services[0])[0],
    'tcp 10.0.0.1:8080 every=2000/1000 rise=1 fall=3',
  )
  assert.is(second.desired?.services[1], first.desired?.services[1])
})

test('quorum is a count, a share, or both ends of it', async () => {
  assert.equal((await servingOf('quorum = 2')).quorum, { up: { count: 2 }, down: { count: 2 } })
  assert.equal((await servingOf('quorum = "50%"')).quorum, {
    up: { share: 0.5 },
    down: { share: 0.5 },
  })
  assert.equal((await servingOf('quorum = { up = 2, down = "30%" }')).quorum, {
    up: { count: 2 },
    down: { share: 0.3 },
  })
})

test('slow start and what is done with a backend that is down', async () => {
  const serving = await servingOf('slow_start = "30s"\non_down = "quiesce"')
  assert.equal([serving.slowStart, serving.onDown], [30_000, 'quiesce'])
  assert.is(serving.quorum, defaultServing.quorum)
})

test('a sorry server speaks for itself, for each virtual service', async () => {
  const lines =
    'vip = ["192.0.2.1", "192.0.2.2"]\nport = [80, 443]\nbackends = ["10.0.0.1"]\ncheck = {}'
  const { serving, listeners } = await web(`${lines}\nsorry = "10.0.0.9:8080"`)
  assert.is(serving.whenEmpty, 'sorry')
  assert.equal(
    [...serving.sorry].map(([key, { address, port, forward, weight }]) =>
      [key, `${address}:${port}`, forward, weight].join(' '),
    ),
    listeners.map(({ id }) => `${id.key} 10.0.0.9:8080 nat 1`),
  )
  for (const { id } of listeners) assert.is(serving.sorry.get(id.key)?.service, id)
  const local = await web(`${lines}\nsorry = { address = "127.0.0.1", forward = "local" }`)
  assert.equal(
    [...local.serving.sorry.values()].map(({ port, forward }) => [port, forward]),
    [80, 443, 80, 443].map(port => [port, 'local']),
  )
})

test('what a service says about being empty wins over what defaults say', async () => {
  const defaults = '[defaults]\nsorry = "10.0.0.9:80"\n'
  assert.is((await servingOf('', defaults)).whenEmpty, 'sorry')
  const keep = await servingOf('when_empty = "keep"', defaults)
  assert.equal([keep.whenEmpty, keep.sorry.size], ['keep', 0])
  const away = '[defaults]\nwhen_empty = "withdraw"\n'
  assert.is((await servingOf('', away)).whenEmpty, 'withdraw')
  const sorry = await servingOf('sorry = "10.0.0.9:80"', away)
  assert.equal([sorry.whenEmpty, sorry.sorry.size], ['sorry', 1])
})

test('the first check that can say weights is asked for them', async () => {
  const check = 'check = [{}, { type = "http" }, { type = "https", host = "a.example" }]'
  const { checks, serving } = await web(`${base}\n${check}\nweight_from = "header:X-Weight"`)
  assert.equal(serving.weights, { min: 1, max: 100 })
  const [list = []] = [...checks.values()]
  assert.equal(
    list.map(({ question }) => question.type === 'http' && question.weightHeader),
    [false, 'X-Weight', undefined],
  )
  const bounds = '{ from = "header:X-Weight", min = 0, max = 10 }'
  assert.equal((await servingOf(`check = { type = "http" }\nweight_from = ${bounds}`)).weights, {
    min: 0,
    max: 10,
  })
  const usual = await servingOf('check = {}', '[defaults]\nweight_from = "header:X-Weight"\n')
  assert.is(usual.weights, undefined)
})

test('checks by icmp need the right to ping, udp flows need an end', async () => {
  const valuesOf = async (lines: string): Promise<readonly string[]> => {
    const { sysctl, reasons } = switchesFor(
      await desiredOf({ 'web.toml': `[service.web]\n${base}\n${lines}` }),
    )
    return [...sysctl].map(([key, { value }]) => `${key} = ${value}, ${reasons.get(key)}`)
  }
  const forward = 'sysctl net.ipv4.ip_forward = 1, needed by web'
  assert.equal(await valuesOf('check = [{}, { type = "icmp" }]'), [
    forward,
    'sysctl net.ipv4.ping_group_range = 0 2147483647, needed by web (checks by icmp)',
  ])
  assert.equal(await valuesOf('check = { type = "icmp" }\n[kernel]\nping_group_range = "keep"'), [
    forward,
  ])
  assert.equal(await valuesOf('check = { type = "icmp" }\n[kernel]\nping_group_range = "0 9"'), [
    'sysctl net.ipv4.ping_group_range = 0 9, undefined',
    forward,
  ])
  assert.equal(await valuesOf('protocol = "udp"'), [
    forward,
    'sysctl net.ipv4.vs.expire_nodest_conn = 1, needed by web (udp)',
  ])
  assert.equal(await valuesOf('protocol = "udp"\none_packet = true'), [forward])
})

test.run()
