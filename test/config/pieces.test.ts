/** A big file that is read in pieces says what it says as a whole. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Loaded, load, type Source } from '../../src/config/load.ts'
import { openLoadCache } from '../../src/config/load-cache.ts'
import { piecesOf, wholes } from '../../src/config/pieces.ts'

/** Before every service. */
const fine = { from: 0, services: 1 }

const source = (text: string, file = 'a.toml'): Source => ({ file, text: Buffer.from(text) })

const keys = (text: string, file?: string): readonly string[] =>
  piecesOf([source(text, file)], fine).map(({ key }) => key)

const service = (name: string, port = 80): string =>
  `[service.${name}]\nvip = "192.0.2.1"\nport = ${port}\nbackends = ["10.0.0.1"]\n`

test('a file is cut before its services, and nothing of it is lost', () => {
  const text = `[defaults]\nscheduler = "rr"\n${service('a')}${service('b', 81)}`
  const cut = piecesOf([source(text)], fine)
  assert.equal(
    cut.map(({ key, first }) => [key, first]),
    [
      ['a.toml', true],
      ['a.toml\0a', false],
      ['a.toml\0b', false],
    ],
  )
  assert.is(Buffer.concat(cut.map(piece => piece.text)).toString(), text)
})

test('tables below a service stay with it, small files and YAML as they are', () => {
  assert.equal(keys(`${service('a')}[service.a.persistence]\ntimeout = "5m"\n`), ['a.toml'])
  assert.equal(keys(`service:\n  a: |\n[service.b]\n`, 'a.yaml'), ['a.yaml'])
  assert.equal(
    piecesOf([source(`\n${service('a')}`)]).map(({ key }) => key),
    ['a.toml'],
  )
})

test('where a file is cut moves with no edit elsewhere in it', () => {
  const names = Array.from({ length: 400 }, (_, i) => `s${i}`)
  const coarse = { from: 0, services: 16 }
  const cuts = (text: string): readonly string[] =>
    piecesOf([source(text)], coarse).map(({ key }) => key)
  const before = cuts(names.map(name => service(name)).join(''))
  assert.ok(before.length > 10 && before.length < 50, `${before.length} pieces`)
  const without = names.filter((_, i) => i % 7 !== 0).map(name => service(name))
  const after = new Set(cuts(`# new\n${without.join('')}`))
  const stay = before.filter(
    key => !names.some((name, i) => i % 7 === 0 && key.endsWith(`\0${name}`)),
  )
  assert.equal(
    stay.filter(key => !after.has(key)),
    [],
  )
})

test('an edit looks at nothing but its piece', async () => {
  const cache = openLoadCache()
  const head = '[defaults]\nscheduler = "rr"\n'
  const read = (text: string): Promise<Loaded> => {
    const sources = [source(text)]
    return load(sources, cache, piecesOf(sources, fine))
  }
  const [a, b] = (await read(`${head}${service('a')}${service('b', 81)}`)).desired?.services ?? []
  const [c, d] =
    (await read(`# said\n${head}${service('a', 82)}${service('b', 81)}`)).desired?.services ?? []
  assert.is.not(a, c)
  assert.ok(b)
  assert.is(b, d)
  // What holds for the whole file makes all of it new.
  const [, e] =
    (await read(`${head.replace('rr', 'lc')}${service('a', 82)}${service('b', 81)}`)).desired
      ?.services ?? []
  assert.is(e?.listeners[0]?.scheduler, 'lc')
})

/** What files are made of: right, wrong, and what only looks like the begin of a service. */
const parts = [
  service('a'),
  service('b', 81),
  service('c', 81),
  service('d', 83).replace('vip = "192.0.2.1"', 'vip = "front"'),
  service('e', 84).replace('"10.0.0.1"', ''),
  `${service('f', 85)}scheduler = "mh"\n[service.f.persistence]\ntimeout = "5m"\n`,
  '[service.a.persistence]\ntimeout = "5m"\n',
  service('g', 86).replaceAll('\n', '\r\n'),
  '[service.h]\nvip = "192.0.2.1"\nport = 87\nbackends = [\n  "10.0.0.1",\n[service.i]\n]\n',
  `[service.j]\nvip = """\n${service('k', 88)}"""\n`,
  '[service.l]\nport = \n',
  '[service]\n',
  'service.m.port = 89\n',
  'service = { q = { vip = "192.0.2.1", port = 92, backends = ["10.0.0.1"] } }\n',
  '"service".r.port = 93\n',
  '[ "service" ]\n',
  '[service."n.o"]\nvip = "192.0.2.1"\nport = 90\nbackends = ["10.0.0.1"]\n',
  '[defaults]\nscheduler = "rr"\n',
  '[defaults]\nforward = "direct"\n',
  '[vip.front]\naddress = "192.0.2.7"\n',
  '[kernel]\nconntrack = true\n',
  '[node]\nname = 3\n',
  '# [service.p]\n',
  'stray = 1\n',
]

const texts = fc
  .array(fc.array(fc.constantFrom(...parts), { maxLength: 7 }), { minLength: 1, maxLength: 4 })
  .map(edits => edits.map(edit => edit.join('')))

test('whatever a file holds, and whatever it held before: in pieces it says the same', () =>
  fc.assert(
    fc.asyncProperty(texts, texts, async (edits, others) => {
      const cache = openLoadCache()
      for (const [i, edit] of edits.entries()) {
        const sources = [
          source(edit, 'slb.toml'),
          source(others[i % others.length] ?? '', 'z.toml'),
        ]
        const inPieces = await load(sources, cache, piecesOf(sources, fine))
        assert.equal(inPieces, await load(sources, openLoadCache(), wholes(sources)))
      }
    }),
    { numRuns: 600 },
  ))

test.run()
