import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { parse as fromToml, stringify as toToml } from 'smol-toml'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { stringify as toYaml } from 'yaml'
import { projectRoot } from '../../schema/generate.ts'
import { parseEndpoint } from '../../src/config/address.ts'
import { milliseconds } from '../../src/config/duration.ts'
import { frame } from '../../src/config/frame.ts'
import { type Loaded, load } from '../../src/config/load.ts'
import { endpoint, type Ip, parseIp } from '../../src/model/ip.ts'

const text = (file: string, content: string | Uint8Array): Promise<Loaded> =>
  load([{ file, text: Buffer.from(content) }])

/** What must hold for any input: an answer, and texts that can be shown. */
const check = (loaded: Loaded): void => {
  const failed = loaded.diagnostics.some(({ severity }) => severity === 'error')
  assert.is(loaded.desired === undefined, failed)
  for (const diagnostic of loaded.diagnostics) assert.ok(frame(diagnostic).length > 0)
}

const ipv4 = fc.ipV4().filter(ip => parseIp(ip) !== undefined)
const ipv6 = fc.ipV6().filter(ip => !ip.includes('%') && parseIp(ip) !== undefined)
const ip = fc.oneof(ipv4, ipv6).map(each => parseIp(each) as Ip)
const port = fc.integer({ min: 1, max: 65_535 })

test('an endpoint that is printed is read again as it was', () => {
  fc.assert(
    fc.property(ip, port, (address, number) => {
      assert.equal(parseEndpoint(endpoint(address, number)), { address, port: number })
      assert.equal(parseEndpoint(address), { address, port: -1 })
    }),
  )
})

test('no text is an endpoint and something else: what is read prints as canonical text', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'0123456789.:[]abf%/- '), maxLength: 24 })
  fc.assert(
    fc.property(letters, given => {
      const parsed = parseEndpoint(given)
      if (typeof parsed === 'string') return
      assert.is(parseIp(parsed.address), parsed.address)
      assert.ok(parsed.port === -1 || (parsed.port >= 1 && parsed.port <= 65_535))
    }),
    { numRuns: 2000 },
  )
})

test('durations are their number of units', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.constantFrom('ms', 's', 'm', 'h', 'd'), (amount, unit) => {
      const factor = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }[unit] ?? 0
      assert.is(milliseconds(`${amount}${unit}`), amount * factor)
    }),
  )
})

/** The spellings of an IPv6 address: upper case, leading zeros, no `::`, an IPv4 tail. */
const spellings = (canonical: string): readonly string[] => {
  const [head = '', tail] = canonical.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const groups = tail === undefined ? left : [...left, ...zeros, ...right]
  const high = groups.map(group => group.padStart(4, '0'))
  const [a = '0', b = '0'] = groups.slice(6)
  const bytes = [a, b].flatMap(group => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
  return [
    canonical.toUpperCase(),
    groups.join(':'),
    high.join(':').toUpperCase(),
    `${groups.slice(0, 6).join(':')}:${bytes.join('.')}`,
  ]
}

test('however a VIP is spelled, it is one virtual service', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 14, maxLength: 14 }),
      port,
      async (tail, number) => {
        const hex = Buffer.from(tail).toString('hex')
        const long = `2001:${hex.match(/.{4}/g)?.join(':')}`
        const canonical = parseIp(long)
        if (canonical === undefined) throw new Error(long)
        for (const spelled of spellings(canonical)) {
          const { diagnostics } = await text(
            'a.toml',
            toToml({
              service: {
                a: { vip: canonical, port: number, backends: [] },
                b: { vip: spelled, port: number, backends: [] },
              },
            }),
          )
          assert.ok(
            diagnostics.some(({ code }) => code === 'duplicate-service'),
            spelled,
          )
        }
      },
    ),
    { numRuns: 30 },
  )
})

const backend = fc.oneof(
  ipv4,
  ipv6,
  fc.tuple(ipv4, port).map(([a, p]) => `${a}:${p}`),
  fc.record(
    {
      address: ipv4,
      weight: fc.nat(70_000),
      enabled: fc.boolean(),
      forward: fc.constantFrom('nat', 'direct', 'tunnel', 'local', 'masq'),
    },
    { requiredKeys: ['address'] },
  ),
)
const service = fc.record(
  {
    vip: fc.oneof(ipv4, ipv6, fc.array(ip, { minLength: 1, maxLength: 3 }), fc.constant('front')),
    port: fc.oneof(port, fc.constantFrom(0, '80:8080', '80'), fc.array(port, { maxLength: 3 })),
    protocol: fc.constantFrom('tcp', 'udp', ['tcp', 'sctp'], 'icmp'),
    scheduler: fc.constantFrom('rr', 'sh', 'mh', 'wrrr'),
    forward: fc.constantFrom('nat', 'direct', 'tunnel'),
    persistence: fc.constantFrom('5m', { timeout: '300ms' }, { netmask: 24 }, 5),
    snat: fc.boolean(),
    drain: fc.constantFrom('0s', '60s', 60),
    fwmark: fc.nat(3),
    backends: fc.array(backend, { maxLength: 4 }),
  },
  { requiredKeys: ['vip', 'port', 'backends'] },
)
const config = fc.record(
  {
    service: fc.dictionary(fc.constantFrom('a', 'b', 'web', 'a name'), service, { maxKeys: 3 }),
    defaults: service.map(({ scheduler = 'rr', drain = '5s' }) => ({ scheduler, drain })),
    vip: fc.record({ front: fc.record({ address: ip }) }),
    kernel: fc.record({ ip_forward: fc.constantFrom(true, 'keep', 'auto', 'on') }),
  },
  { requiredKeys: ['service'] },
)

test('the same tree in TOML and in YAML means the same, right or wrong', async () => {
  await fc.assert(
    fc.asyncProperty(config, async tree => {
      const toml = await text('a.toml', toToml(tree))
      const yaml = await text('a.yaml', toYaml(tree, { aliasDuplicateObjects: false }))
      check(toml)
      check(yaml)
      const words = ({ diagnostics }: Loaded): readonly string[] =>
        diagnostics.map(({ code, message }) => `${code} ${message}`).sort()
      assert.equal(words(yaml), words(toml))
      const desired = ({ desired: each }: Loaded): string =>
        JSON.stringify(each)?.replaceAll('a.yaml', 'a.toml')
      assert.is(desired(yaml), desired(toml))
    }),
    { numRuns: 300 },
  )
})

test('no bytes stop the process', async () => {
  const bytes = fc.uint8Array({ maxLength: 200 })
  const tokens = fc.array(
    fc.constantFrom(
      ...[
        '[',
        ']',
        '[[',
        '{',
        '}',
        '=',
        ':',
        ',',
        '.',
        '"',
        "'",
        '"""',
        '\n',
        ' ',
        '  ',
        '- ',
        '? ',
      ],
      ...[
        'service',
        'web',
        'vip',
        'port',
        '80',
        '&a',
        '*a',
        '!!x',
        '|',
        '>',
        '#',
        '\\',
        '\t',
        '---',
      ],
      ...['__proto__', 'constructor', 'backends', '1e3', '0x1', '~', '\r\n', '\u2028', '%', '<<'],
    ),
    { maxLength: 40 },
  )
  for (const file of ['a.toml', 'a.yaml', 'unknown']) {
    await fc.assert(
      fc.asyncProperty(bytes, async given => check(await text(file, given))),
      { numRuns: 300 },
    )
    await fc.assert(
      fc.asyncProperty(tokens, async given => check(await text(file, given.join('')))),
      { numRuns: 1500 },
    )
  }
})

const examples = readdirSync(`${projectRoot}examples`, { recursive: true })
  .map(String)
  .filter(name => /\.(toml|yaml)$/.test(name))

/** Every byte of the small ones; of the others every seventh, which still ends in every kind of token. */
for (const name of examples) {
  const whole = readFileSync(`${projectRoot}examples/${name}`)
  const step = whole.length < 700 ? 1 : 7
  test(`examples/${name}, cut after every ${step === 1 ? '' : '7th '}byte, is read or refused`, async () => {
    for (let length = 0; length < whole.length; length += step)
      check(await text(name, whole.subarray(0, length)))
  })
}

for (const name of ['udp.toml', 'health.toml'])
  test(`examples/${name}, damaged, is read or refused`, async () => {
    const whole = await readFile(`${projectRoot}examples/${name}`)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
        const damaged = Buffer.from(whole)
        damaged[at] = byte
        check(await text(name, damaged))
      }),
      { numRuns: 500 },
    )
  })

/** The places of all values in a tree. */
const pathsOf = (tree: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof tree === 'object' && tree !== null
    ? [
        path,
        ...Object.entries(tree).flatMap(([key, value]) => pathsOf(value, [...path, key])),
      ].filter(each => each.length > 0)
    : [path]

/** Puts a value in the place of one in a tree, as far as that still is there. */
const put = (tree: unknown, path: readonly string[], value: unknown): void => {
  const table = path
    .slice(0, -1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], tree)
  if (typeof table !== 'object' || table === null) return
  const end = path.at(-1) ?? ''
  ;(table as Record<string, unknown>)[end] = value
}

test('values of another kind anywhere in an example are read or refused', async () => {
  const whole = fromToml(`${readFileSync(`${projectRoot}examples/health.toml`)}`)
  const paths = pathsOf(whole)
  const value = fc.oneof(
    fc.constantFrom(
      null,
      true,
      false,
      0,
      1,
      -1,
      5,
      70_000,
      '',
      'x',
      '1s',
      '9d',
      '50%',
      '10.0.0.1:80',
    ),
    fc.constantFrom('none', 'tcp', 'exec', 'vip', 'fd00::1', [], {}, [{}], [[]], ['x'], { up: {} }),
    fc
      .constantFrom(...paths)
      .map(path =>
        path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], whole),
      ),
  )
  const edits = fc.array(fc.tuple(fc.constantFrom(...paths), value), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(edits, async all => {
      const tree = structuredClone(whole)
      for (const [path, each] of all) put(tree, path, structuredClone(each))
      check(await text('health.yaml', toYaml(tree, { aliasDuplicateObjects: false })))
    }),
    { numRuns: 300 },
  )
})

test.run()
