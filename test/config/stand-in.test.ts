import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Loaded, load, type Source } from '../../src/config/load.ts'
import { openLoadCache } from '../../src/config/load-cache.ts'
import type { Sources } from '../../src/config/read.ts'
import { type Standing, saysNothing, standIn } from '../../src/config/stand-in.ts'
import { check } from '../property/runs.ts'

type Texts = Readonly<Record<string, string>>

const sourcesOf = (texts: Texts): readonly Source[] =>
  Object.entries(texts).map(([file, text]) => ({ file, text: Buffer.from(text) }))

const goodOf = (texts: Texts): ReadonlyMap<string, Uint8Array> =>
  new Map(sourcesOf(texts).map(({ file, text }) => [file, text]))

const nowOf = (texts: Texts, more: Partial<Sources> = {}): Sources => ({
  sources: sourcesOf(texts),
  diagnostics: [],
  unreadable: [],
  ...more,
})

const stand = (now: Texts, good: Texts, more: Partial<Sources> = {}): Promise<Standing> =>
  standIn(nowOf(now, more), goodOf(good), load)

/** What counts, as texts. */
const counting = ({ sources }: Standing): Texts =>
  Object.fromEntries(sources.map(({ file, text }) => [file, `${Buffer.from(text)}`]))

const why = ({ held }: Standing): readonly string[] =>
  held.map(
    ({ file, why, standsIn }) => `${file} ${why}${standsIn ? '' : ', and nothing stands in'}`,
  )

const codes = ({ diagnostics }: Standing): readonly string[] => diagnostics.map(({ code }) => code)

const service = (name: string, port: number, vip = '192.0.2.10'): string =>
  `[service.${name}]\nvip = "${vip}"\nport = ${port}\nbackends = ["10.0.0.11"]\n`

const a = service('a', 80)
const b = service('b', 81)
const good = { 'a.toml': a, 'b.toml': b }

test('what is valid counts as it is, with one load', async () => {
  let loads = 0
  const now = { 'a.toml': service('a', 90), 'b.toml': b, 'c.toml': service('c', 82) }
  const found = await standIn(nowOf(now), goodOf(good), sources => {
    loads++
    return load(sources)
  })
  assert.equal(counting(found), now)
  assert.equal(found.held, [])
  assert.equal(found.diagnostics, [])
  assert.is(loads, 1)
  assert.equal(found.loaded, await load(sourcesOf(now)))
})

test('a faulty file stands in with its last good text, and its faults are told', async () => {
  const now = { 'a.toml': `${a}por = 1\n`, 'b.toml': service('b', 91) }
  const found = await stand(now, good)
  assert.equal(counting(found), { ...now, 'a.toml': a })
  assert.equal(why(found), ['a.toml invalid'])
  assert.equal(codes(found), ['unknown-key'])
  assert.is(found.held[0]?.diagnostics[0]?.place?.line, 5)
  assert.is(found.loaded.desired?.services.length, 2)
})

test('a faulty file that never was good is left out', async () => {
  const found = await stand({ ...good, 'c.toml': '[service.c' }, good)
  assert.equal(counting(found), good)
  assert.equal(why(found), ['c.toml invalid, and nothing stands in'])
})

test('a file that is gone, emptied or unreadable stands in, and what to do is told', async () => {
  const reason = {
    severity: 'error',
    code: 'unreadable-file',
    message: 'cannot read c.toml: the disk has an error',
  } as const
  const texts = { ...good, 'c.toml': service('c', 82), 'd.toml': service('d', 83) }
  const now = { 'b.toml': '# nothing\n', 'd.toml': texts['d.toml'] }
  const found = await stand(now, texts, { diagnostics: [reason], unreadable: ['c.toml'] })
  assert.equal(counting(found), texts)
  assert.equal(Object.keys(counting(found)), Object.keys(texts), 'in the order of reading')
  assert.equal(why(found).toSorted(), ['a.toml gone', 'b.toml empty', 'c.toml unreadable'])
  assert.equal(codes(found).toSorted(), [
    'file-empty',
    'file-gone',
    'file-unreadable',
    'unreadable-file',
  ])
  assert.match(found.diagnostics.map(({ suggestion }) => suggestion).join(), /--yes-remove/)
  const unread = found.held.find(({ file }) => file === 'c.toml')
  assert.equal(
    unread?.diagnostics.map(({ message }) => message),
    ['c.toml cannot be read: its last good text stays in force', reason.message],
    'and why',
  )
})

test('a directory that cannot be read makes all of its files unreadable', async () => {
  const found = await stand(
    {},
    { '/etc/slb/a.toml': a, '/srv/b.toml': b },
    {
      unreadable: ['/etc/slb'],
    },
  )
  assert.equal(why(found), ['/etc/slb/a.toml unreadable', '/srv/b.toml gone'])
  assert.is(found.loaded.desired?.services.length, 2)
})

test('what is left out of the good texts is released', async () => {
  const found = await stand({ 'b.toml': '# done with it\n' }, {})
  assert.equal(counting(found), { 'b.toml': '# done with it\n' })
  assert.equal(found.held, [])
  assert.equal(found.loaded.desired?.services, [])
})

test('a file that was empty when it was good may be empty', async () => {
  const found = await stand(
    { ...good, 'c.toml': '# nothing here' },
    { ...good, 'c.toml': '# none' },
  )
  assert.equal(found.held, [])
})

test('with nothing good and something wrong there is no desired state: not an empty one', async () => {
  for (const found of [
    await stand({ 'a.toml': '[service' }, {}),
    await stand(
      {},
      {},
      {
        diagnostics: [{ severity: 'error', code: 'missing-file', message: 'cannot read a.toml' }],
      },
    ),
  ]) {
    assert.is(found.loaded.desired, undefined)
    assert.is(found.diagnostics.length, 1)
  }
})

test('a path that cannot be read and has nothing good is told of as held', async () => {
  const found = await stand(good, good, { unreadable: ['c.toml'] })
  assert.equal(why(found), ['c.toml unreadable, and nothing stands in'])
  assert.is(found.loaded.desired?.services.length, 2)
})

test('two files at odds: the one that changed gives way', async () => {
  const found = await stand({ 'a.toml': a, 'b.toml': service('b', 80) }, good)
  assert.equal(counting(found), good)
  assert.equal(why(found), ['b.toml invalid'])
  assert.equal(codes(found), ['duplicate-service'])
})

test('two files at odds: the one that is named by the other’s fault gives way, too', async () => {
  const found = await stand({ 'a.toml': service('a', 81), 'b.toml': b }, good)
  assert.equal(counting(found), good)
  assert.equal(why(found), ['a.toml invalid'])
})

test('a service that moves is held until it has arrived', async () => {
  const there = { 'a.toml': `${a}${b}`, 'b.toml': b }
  assert.equal(counting(await stand(there, good)), good)
  const arrived = { 'a.toml': `${a}${b}`, 'b.toml': '# moved to a.toml\n' }
  const found = await stand(arrived, good)
  assert.equal(counting(found), arrived)
  assert.equal(found.held, [])
})

test('a file that is renamed is not gone, once the other name is good', async () => {
  const renamed = { 'a.toml': a, 'c.toml': b }
  const found = await stand(renamed, good)
  assert.equal(counting(found), renamed)
  assert.equal(found.held, [])
  const broken = await stand({ 'a.toml': a, 'c.toml': `${b}por = 1\n` }, good)
  assert.equal(counting(broken), good)
  assert.equal(why(broken).toSorted(), ['b.toml gone', 'c.toml invalid, and nothing stands in'])
})

const vip = '[vip.front]\naddress = "192.0.2.9"\n'

test('a file that lacks what another uses is held, though only the other is blamed', async () => {
  const before = { 'a.toml': `${vip}${a}`, 'b.toml': service('b', 81, 'front') }
  const now = { 'a.toml': service('a', 90), 'b.toml': service('b', 91, 'front') }
  const found = await stand({ ...now, 'c.toml': service('c', 82) }, before)
  assert.equal(counting(found), {
    'a.toml': before['a.toml'],
    'b.toml': now['b.toml'],
    'c.toml': service('c', 82),
  })
  assert.equal(why(found), ['a.toml invalid'])
})

test('good texts that no longer load are good as far as they do', async () => {
  const older = { 'a.toml': a, 'b.toml': '[service.b]\nold_key = 1\n', 'c.toml': service('c', 82) }
  const found = await stand(older, older)
  assert.equal(counting(found), { 'a.toml': a, 'c.toml': service('c', 82) })
  assert.equal(why(found), ['b.toml invalid, and nothing stands in'])
  const mended = await stand({ ...older, 'b.toml': b }, older)
  assert.equal(counting(mended), { ...older, 'b.toml': b })
  assert.equal(mended.held, [])
})

test('a text says nothing if it has no key and no table', () => {
  const nothing = [
    '',
    '\n\n',
    '# a\n  # b\r\n',
    '\ufeff# a',
    '---\n',
    '{}',
    '--- \n{ } # a',
    'null',
  ]
  const something = ['a = 1', '\n[service.a]', 'service:', '- a', '{ a: 1 }', '# a\nb: 1', '\0']
  for (const text of nothing) assert.ok(saysNothing(Buffer.from(text)), JSON.stringify(text))
  for (const text of something) assert.not.ok(saysNothing(Buffer.from(text)), JSON.stringify(text))
})

/** Nobody has taken a copy of a file's address or port, so that no file is at odds with another. */
const whole = (index: number, version: number): string =>
  `# version ${version}\n${service(`s${index}`, 8000 + version, `192.0.2.${10 + index}`)}`

interface History {
  readonly good: string | undefined
  readonly now: string | undefined
}

const history = (index: number): fc.Arbitrary<History> => {
  const text = fc.nat(5).map(version => whole(index, version))
  const torn = fc.tuple(text, fc.nat(200)).map(([one, at]) => one.slice(0, at % one.length))
  const spliced = fc
    .tuple(text, fc.nat(200), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([one, at, more]) => `${one.slice(0, at)}${more}${one.slice(at)}`)
  return fc.record({
    good: fc.option(text, { nil: undefined }),
    now: fc.option(fc.oneof(text, torn, spliced), { nil: undefined }),
  })
}

/** What should count of one file, judged by itself. */
const judged = async (file: string, { now, good }: History): Promise<string | undefined> => {
  if (now === undefined) return good
  if (good !== undefined && saysNothing(Buffer.from(now))) return good
  const { desired } = await load(sourcesOf({ [file]: now }))
  return desired === undefined ? good : now
}

const textsOf = (files: readonly (readonly [string, string | undefined])[]): Texts =>
  Object.fromEntries(files.filter((one): one is readonly [string, string] => one[1] !== undefined))

test('whatever is torn or broken: each valid file counts as itself, each other as last good', () =>
  check(
    'stand-in',
    300,
    fc.asyncProperty(fc.tuple(history(0), history(1), history(2), history(3)), async files => {
      const named = files.map((one, index) => [`f${index}.toml`, one] as const)
      const now = textsOf(named.map(([file, one]) => [file, one.now]))
      const last = textsOf(named.map(([file, one]) => [file, one.good]))
      const expected = textsOf(
        await Promise.all(
          named.map(async ([file, one]) => [file, await judged(file, one)] as const),
        ),
      )
      const cache = openLoadCache()
      const loadThem = (sources: readonly Source[]): Promise<Loaded> => load(sources, cache)
      await loadThem(sourcesOf(last))
      const found = await standIn(nowOf(now), goodOf(last), loadThem)
      assert.equal(counting(found), expected)
      const held = named.filter(([file]) => expected[file] !== now[file]).map(([file]) => file)
      assert.equal(found.held.map(({ file }) => file).toSorted(), held)
      for (const { diagnostics } of found.held) assert.ok(diagnostics.length > 0)
      const { desired } = await load(sourcesOf(expected))
      const nothing = Object.keys(expected).length === 0 && held.length > 0
      assert.equal(found.loaded.desired, nothing ? undefined : desired)
    }),
  ))

test.run()
