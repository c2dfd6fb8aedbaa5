import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { frame } from '../../src/config/frame.ts'
import { maxBytes } from '../../src/config/limits.ts'
import { type Loaded, load } from '../../src/config/load.ts'

const good = '[service.web]\nvip = "192.0.2.10"\nport = 80\nbackends = ["10.0.0.11"]\n'

const loadBytes = (bytes: Uint8Array | string, file = 'web.toml'): Promise<Loaded> =>
  load([{ file, text: typeof bytes === 'string' ? Buffer.from(bytes) : bytes }])

const codes = ({ diagnostics }: Loaded): readonly string[] => diagnostics.map(({ code }) => code)

for (const [what, bytes] of [
  ['a byte order mark', `\ufeff${good}`],
  ['CR LF line ends', good.replaceAll('\n', '\r\n')],
  ['no line end at the end', good.trimEnd()],
  ['a comment in any script', `# Ein Bücherregal 本\n${good}`],
] as const)
  test(`${what}: read as it is meant`, async () => {
    const loaded = await loadBytes(bytes)
    assert.equal(loaded.diagnostics, [])
    assert.is(loaded.desired?.services[0]?.listeners[0]?.id.key, 'tcp 192.0.2.10:80')
  })

for (const [what, bytes, code, words, at] of [
  ['UTF-16 with mark', Buffer.from(`\ufeff${good}`, 'utf16le'), 'bad-encoding', /UTF-16/, [1, 1]],
  ['UTF-16 without', Buffer.from(good, 'utf16le'), 'bad-encoding', /UTF-16/, [1, 2]],
  ['a NUL byte', Buffer.from(`${good}# \0`), 'bad-encoding', /NUL/, [5, 3]],
  ['Latin-1', Buffer.from(`# B\u00fccher\n${good}`, 'latin1'), 'bad-encoding', /0xfc/, [1, 4]],
  ['a cut character', Buffer.from(`# B\u00fc`).subarray(0, 4), 'bad-encoding', /0xc3/, [1, 4]],
  ['a lone CR', Buffer.from('a = 1\rb = 2'), 'bad-line-end', /carriage return/, [1, 6]],
  ['no bytes', Buffer.from(''), 'empty-file', /empty/, [1, 1]],
  ['blanks alone', Buffer.from(' \n\t\r\n'), 'empty-file', /empty/, [1, 1]],
] as const)
  test(`${what}: refused with the reason and the place`, async () => {
    for (const file of ['web.toml', 'web.yaml']) {
      const { desired, diagnostics } = await loadBytes(bytes, file)
      assert.is(desired, undefined)
      assert.is(diagnostics.length, 1)
      assert.is(diagnostics[0]?.code, code)
      assert.match(diagnostics[0]?.message ?? '', words)
      assert.equal(diagnostics[0]?.place, { file, line: at[0], column: at[1] })
    }
  })

test('a file over the limit is not looked at', async () => {
  const loaded = await loadBytes(Buffer.alloc(maxBytes + 1, '#'))
  assert.equal(codes(loaded), ['too-big'])
})

test('a file of comments is an empty configuration, on purpose', async () => {
  for (const file of ['web.toml', 'web.yaml']) {
    const { desired, diagnostics } = await loadBytes('# nothing yet\n', file)
    assert.equal(diagnostics, [])
    assert.equal(desired?.services, [])
  }
})

const deep = 5000
for (const [what, file, text] of [
  ['lists in TOML', 'a.toml', `a = ${'['.repeat(deep)}${']'.repeat(deep)}`],
  ['open lists in TOML', 'a.toml', `a = ${'['.repeat(deep)}`],
  ['inline tables in TOML', 'a.toml', `a = ${'{a='.repeat(deep)}1${'}'.repeat(deep)}`],
  ['dotted keys in TOML', 'a.toml', `${Array.from({ length: deep }, () => 'a').join('.')} = 1`],
  ['table names in TOML', 'a.toml', `[${Array.from({ length: deep }, () => 'a').join('.')}]`],
  ['lists in YAML', 'a.yaml', `a: ${'['.repeat(deep)}${']'.repeat(deep)}`],
  ['open lists in YAML', 'a.yaml', '['.repeat(deep)],
  ['tables in YAML', 'a.yaml', '{a: '.repeat(deep)],
  ['block lists in YAML', 'a.yaml', '- '.repeat(deep)],
  ['explicit keys in YAML', 'a.yaml', '? '.repeat(deep)],
  [
    'block tables in YAML',
    'a.yaml',
    Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  ],
] as const)
  test(`${deep} ${what}: refused, twice in one process`, async () => {
    for (const _ of [1, 2]) {
      const { desired, diagnostics } = await loadBytes(text, file)
      assert.is(desired, undefined)
      assert.ok(diagnostics.length > 0)
    }
  })

test('64 levels are read, 65 are not', async () => {
  const nested = (levels: number): string => `a: ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`
  assert.not.ok(codes(await loadBytes(nested(64), 'a.yaml')).includes('too-deep'))
  assert.ok(codes(await loadBytes(nested(65), 'a.yaml')).includes('too-deep'))
})

test('aliases that stand for too much are refused', async () => {
  const levels = Array.from({ length: 12 }, (_, i) =>
    i === 0
      ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
      : `a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`,
  )
  const loaded = await loadBytes(levels.join('\n'), 'bomb.yaml')
  assert.equal(codes(loaded), ['too-big'])
})

for (const [what, file, text] of [
  ['300,000 comment lines', 'a.toml', `${'#\n'.repeat(300_000)}[x]\n`],
  ['300,000 blank lines', 'a.yaml', `${' \n'.repeat(300_000)}x: 1\n`],
  ['a key of a million letters', 'a.toml', `${'a'.repeat(1_000_000)} = 1`],
  [
    'faults in 20,000 services',
    'a.toml',
    Array.from({ length: 20_000 }, (_, i) => `[service.s${i}]\n`).join(''),
  ],
] as const)
  test(`${what}: the answer is diagnostics`, async () => {
    const { desired, diagnostics } = await loadBytes(text, file)
    assert.is(desired, undefined)
    assert.ok(diagnostics.length > 0)
    for (const diagnostic of diagnostics) assert.ok(frame(diagnostic).length < 2000)
  })

test('hostile keys change no object', async () => {
  for (const [file, text] of [
    ['a.toml', '[__proto__]\npolluted = 1\n[service.__proto__]\npolluted = 1'],
    ['a.yaml', '__proto__: {polluted: 1}\nservice: {__proto__: {polluted: 1}}'],
    ['a.yaml', 'constructor: {prototype: {polluted: 1}}'],
  ] as const) {
    const loaded = await loadBytes(text, file)
    assert.ok(codes(loaded).includes('hostile-key'))
    assert.is(({} as Record<string, unknown>)['polluted'], undefined)
  }
})

test('a fault of defaults is one, however many services take them', async () => {
  const services = Array.from(
    { length: 200 },
    (_, i) => `[service.s${i}]\nvip = "192.0.2.1"\nport = ${i + 1}\nbackends = ["10.0.0.1"]\n`,
  )
  const { diagnostics } = await load([
    {
      file: 'slb.toml',
      text: Buffer.from(`[defaults]\ncheck = { timeout = "3s" }\n${services.join('')}`),
    },
  ])
  assert.equal(
    diagnostics.map(({ code, place }) => [code, place?.line, place?.column]),
    [['bad-duration', 2, 21]],
  )
})

test('of thousands of faults a hundred are shown, and the number of the rest', async () => {
  const text = Array.from({ length: 5000 }, (_, i) => `[service.s${i}]\nprot = ${i}\n`).join('')
  const { diagnostics } = await loadBytes(text)
  assert.is(diagnostics.length, 101)
  assert.is(diagnostics.at(-1)?.message, 'web.toml has 19900 more faults, not shown here')
})

test.run()
