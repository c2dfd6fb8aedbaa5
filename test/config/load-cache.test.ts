import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Loaded, load, type Source } from '../../src/config/load.ts'
import { type LoadCache, openLoadCache } from '../../src/config/load-cache.ts'
import type { DesiredService } from '../../src/model/desired.ts'

type Files = Readonly<Record<string, string>>

/** In byte order of their names, as a directory is read; new bytes every time, as from a disk. */
const sourcesOf = (files: Files): readonly Source[] =>
  Object.keys(files)
    .sort()
    .map(file => ({ file, text: Buffer.from(files[file] ?? '') }))

const loadFiles = (files: Files, cache: LoadCache): Promise<Loaded> => load(sourcesOf(files), cache)

const serviceIn = ({ desired }: Loaded, name: string): DesiredService => {
  const found = desired?.services.find(each => each.name === name)
  if (!found) throw new Error(`no service ${name}`)
  return found
}

const service = (name: string, more = 'vip = "192.0.2.1"\nport = 80'): string =>
  `[service.${name}]\n${more}\nbackends = ["10.0.0.1"]\n`

const two: Files = {
  'a.toml': service('a'),
  'b.toml': service('b', 'vip = "192.0.2.1"\nport = 81'),
}

test('a file that did not change keeps its services and their rows, whatever becomes of others', async () => {
  const cache = openLoadCache()
  const first = await loadFiles(two, cache)
  const edited = { ...two, 'b.toml': service('b', 'vip = "192.0.2.1"\nport = 82') }
  const second = await loadFiles(edited, cache)
  assert.is(serviceIn(second, 'a'), serviceIn(first, 'a'))
  assert.is(serviceIn(second, 'a').listeners[0], serviceIn(first, 'a').listeners[0])
  assert.is(serviceIn(second, 'b').listeners[0]?.id.key, 'tcp 192.0.2.1:82')

  const alone = await loadFiles({ 'a.toml': two['a.toml'] ?? '' }, cache)
  assert.is(serviceIn(alone, 'a'), serviceIn(first, 'a'))
  assert.equal(
    alone.desired?.vips.map(({ services }) => services),
    [['a']],
  )
})

for (const [what, broken] of [
  ['no text', '\0'],
  ['no TOML', '[service.b'],
  ['against the schema', service('b', 'vip = "192.0.2.1"\nport = "eighty"')],
  ['without sense', service('b', 'vip = "0.0.0.0"\nport = 81')],
  ['at odds with another file', service('b')],
] as const)
  test(`a file that is ${what} makes no other one forgotten, nor what it was before`, async () => {
    const cache = openLoadCache()
    const first = await loadFiles(two, cache)
    const second = await loadFiles({ ...two, 'b.toml': broken }, cache)
    assert.is(second.desired, undefined)
    const third = await loadFiles(two, cache)
    assert.is(serviceIn(third, 'a'), serviceIn(first, 'a'))
    assert.is(serviceIn(third, 'b'), serviceIn(first, 'b'))
  })

test('what is ahead of all files makes them new: the defaults of slb.toml, and a [vip]', async () => {
  const cache = openLoadCache()
  const files = {
    ...two,
    'slb.toml': `[defaults]\nscheduler = "rr"\n${service('main', 'vip = "front"\nport = 90')}`,
    'vips.toml': '[vip.front]\naddress = "192.0.2.9"\n',
  }
  const first = await loadFiles(files, cache)
  assert.is(serviceIn(first, 'a').listeners[0]?.scheduler, 'rr')

  // The same defaults in other words, and another service beside them, change nothing for the others.
  const said = `# again\n[defaults]\nscheduler = 'rr'\n${service('main', 'vip = "front"\nport = 91')}`
  const reworded = await loadFiles({ ...files, 'slb.toml': said }, cache)
  assert.is(serviceIn(reworded, 'a'), serviceIn(first, 'a'))
  assert.is(serviceIn(reworded, 'main').listeners[0]?.id.port, 91)

  const defaults = await loadFiles({ ...files, 'slb.toml': said.replace("'rr'", '"lc"') }, cache)
  assert.is(serviceIn(defaults, 'a').listeners[0]?.scheduler, 'lc')

  const moved = '[vip.front]\naddress = "192.0.2.1"\nlink = "eth0"\n'
  const vips = await loadFiles({ ...files, 'vips.toml': moved }, cache)
  assert.equal(
    vips.desired?.vips.map(({ address, link }) => [address, link]),
    [['192.0.2.1', 'eth0']],
  )
})

test('loads of some of the files in between make none forgotten', async () => {
  const cache = openLoadCache()
  const vips = '[vip.front]\naddress = "192.0.2.1"\nlink = "eth0"\n'
  const first = await loadFiles({ ...two, 'vips.toml': vips }, cache)
  await loadFiles({}, cache)
  await loadFiles({ 'vips.toml': vips }, cache)
  const second = await loadFiles({ ...two, 'vips.toml': vips }, cache)
  for (const name of ['a', 'b']) assert.is(serviceIn(second, name), serviceIn(first, name))
})

test('a file that stays away is forgotten', async () => {
  const cache = openLoadCache()
  const first = await loadFiles(two, cache)
  for (let i = 0; i < 20; i++) await loadFiles({ 'a.toml': two['a.toml'] ?? '' }, cache)
  const second = await loadFiles(two, cache)
  assert.is(serviceIn(second, 'a'), serviceIn(first, 'a'))
  assert.is.not(serviceIn(second, 'b'), serviceIn(first, 'b'))
})

test('a warning of a file that did not change is said again, where it stands', async () => {
  const cache = openLoadCache()
  const files = { ...two, 'a.toml': `# first\n${service('a').replace('"10.0.0.1"', '')}` }
  const first = await loadFiles(files, cache)
  const second = await loadFiles({ ...files, 'b.toml': `${two['b.toml']}# more\n` }, cache)
  assert.equal(
    first.diagnostics.map(({ code, place }) => [code, place?.file, place?.line]),
    [['no-backends', 'a.toml', 5]],
  )
  assert.equal(second.diagnostics, first.diagnostics)
})

/** Pieces of files, right and wrong, that meet each other in every way that files can. */
const pieces = {
  toml: [
    service('a'),
    service('b', 'vip = "192.0.2.1"\nport = 81'),
    service('b', 'vip = "front"\nport = [82, 83]'),
    service('c', 'vip = ["front", "192.0.2.3"]\nport = 80\nprotocol = ["tcp", "udp"]'),
    service('d', 'vip = "192.0.2.4"\nport = 80\nlink = "eth1"'),
    service('e', 'vip = "192.0.2.4"\nport = 81\nlink = "@service"'),
    service('f', 'vip = "192.0.2.9"\nport = 84\nscheduler = "wrrr"'),
    service('g', 'fwmark = 7\nscheduler = "mine"'),
    service('h', 'vip = "192.0.2.5"\nport = 85\nprot = 1'),
    service('i', 'vip = "fromt"\nport = 86'),
    service('j', 'port = 87'),
    service('k', 'vip = "192.0.2.6"\nport = 88').replace('"10.0.0.1"', ''),
    '[vip.front]\naddress = "192.0.2.9"\n',
    '[vip.front]\naddress = ["192.0.2.9", "192.0.2.4"]\nlink = "eth1"\n',
    '["v\\u0069p".frond]\naddress = "192.0.2.1"\nlink = "eth0"\n',
    '[vip.front]\naddress = "192.0.2.300"\n',
    '[vip.front]\nadress = "192.0.2.9"\n',
    '[defaults]\nscheduler = "lc"\n',
    '[defaults]\nvip = "192.0.2.8"\nlink = "external"\nscheduler = "mine"\n',
    '[defaults]\ndrain = 5\n',
    '[kernel]\nip_forward = true\n',
    '[kernel.vs]\ndrop_entry = 1\n',
    '[kernel.vs]\nconntrack = 1\n',
    '[guard]\nmax_remove = 2\n',
    '# nothing\n',
    '[service.z\n',
    ' \n',
    '\0',
  ],
  yaml: [
    'service: {l: {vip: 192.0.2.1, port: 89, backends: [10.0.0.1]}}\n',
    'service: {a: {vip: 192.0.2.2, port: 80, backends: [10.0.0.1, 10.0.0.2]}}\n',
    'vip: {back: {address: "2001:db8::9"}}\n',
    '"vip": {front: {address: 192.0.2.9}}\n',
    'node: {name: lb1}\nguard: {max_remove: 3}\n',
    'service: [\n',
  ],
} as const

const toml = fc
  .uniqueArray(fc.constantFrom(...pieces.toml), { minLength: 1, maxLength: 3 })
  .map(list => list.join(''))

const name = fc.constantFrom('a.toml', 'b.toml', 'c.yaml', 'slb.toml', 'slb.yml', 'z.toml')

type Edit = (text: string | undefined) => string | undefined

/** A file gets another text, or none: then it is gone. */
const become = (texts: fc.Arbitrary<string>): fc.Arbitrary<Edit> =>
  fc.option(texts, { freq: 6, nil: undefined }).map(text => () => text)

/** In most edits one word changes, which other files can see or not. */
const tune: fc.Arbitrary<Edit> = fc
  .tuple(
    fc.constantFrom<[RegExp, (digit: number) => string]>(
      [/"10\.0\.0\.\d+"/, digit => `"10.0.0.${digit}"`],
      [/"10\.0\.0\.\d+"/, () => ''],
      [/backends = \[\]/, () => 'backends = ["10.0.0.1"]'],
      [/link = "eth\d"/, digit => `link = "eth${digit}"`],
      [/port = 8\d/, digit => `port = 8${digit}`],
      [/max_remove = \d/, digit => `max_remove = ${digit}`],
    ),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(
    ([[what, word], digit]) =>
      text =>
        text?.replace(what, word(digit)),
  )

/** What turns out wrong is often undone. */
const edit = fc.oneof(
  fc.tuple(
    fc.constantFrom('a.toml', 'b.toml', 'slb.toml', 'z.toml'),
    fc.oneof(become(toml), tune),
    fc.boolean(),
    name,
  ),
  fc.tuple(
    fc.constantFrom('c.yaml', 'slb.yml'),
    fc.oneof(become(fc.constantFrom(...pieces.yaml)), tune),
    fc.boolean(),
    name,
  ),
)

const edits = fc.array(edit, { minLength: 1, maxLength: 12 })

/** Files that are right together, for edits to begin from. */
const sound: Files = {
  'a.toml': `${service('a')}${service('d', 'vip = "192.0.2.4"\nport = 80\nlink = "eth1"')}`,
  'b.toml': `${service('b', 'vip = "192.0.2.1"\nport = 81')}[guard]\nmax_remove = 2\n`,
  'z.toml': `${service('z', 'vip = "192.0.2.1"\nport = 82')}[vip.front]\naddress = "192.0.2.9"\n`,
}

const put = (files: Record<string, string>, file: string, text: string | undefined): void => {
  if (text === undefined) delete files[file]
  else files[file] = text
}

test('after any edits, what is loaded with a cache is what is loaded afresh', async () => {
  let good = 0
  let tuned = 0
  await fc.assert(
    fc.asyncProperty(fc.constantFrom({}, sound), edits, async (start, edits) => {
      const cache = openLoadCache()
      const files: Record<string, string> = { ...start }
      let last: Loaded['desired']
      for (const [file, edited, undone, left] of edits) {
        const before = files[file]
        put(files, file, edited(before))
        const cached = await loadFiles(files, cache)
        assert.equal(cached, await loadFiles(files, openLoadCache()))
        if (cached.desired && cached.desired.vips === last?.vips) tuned++
        // Whoever looks which files are right loads some of them.
        const some = Object.fromEntries(Object.entries(files).filter(([name]) => name !== left))
        assert.equal(await loadFiles(some, cache), await loadFiles(some, openLoadCache()))
        if (cached.desired) good++
        else if (undone) put(files, file, before)
        last = cached.desired ?? last
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(good > 200, `too few of the edits were right to prove anything: ${good}`)
  assert.ok(tuned > 100, `too few of the edits changed services alone: ${tuned}`)
})

test.run()
