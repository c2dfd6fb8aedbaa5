/** Places in TOML, held against an independent parser that keeps positions. */
import { readdirSync, readFileSync } from 'node:fs'
import { type AST, parseTOML } from 'toml-eslint-parser'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Path } from '../../src/config/fault.ts'
import { find, type Layout } from '../../src/config/layout.ts'
import { layoutToml } from '../../src/config/layout-toml.ts'
import { layoutYaml } from '../../src/config/layout-yaml.ts'

const root = new URL('../../../', import.meta.url)

/** What stands at a path of a text: the key's spelling, or the value's. */
const at = (layout: Layout, text: string, path: Path, key = false): string =>
  text.slice(...find(layout, path, key))

const grammar = `
# a comment with [brackets] and = and "quotes"
top = 1
"quoted key" . 'literal' = "a \\" # not a comment"
dotted.key.here = [ 1, # one
  2, [ 3 ], { a = 4, b.c = "}" }, ]
[table]   # behind
a = """
multi \\""" line [x]
"""""
b = '''raw \\'''
c = 1979-05-27 07:32:00Z
d = { } # empty
e = [ ]
[table.sub . "x y"]
f = true
[[list]]
g = 'first'
[list.inner]
h = 1
[[list]]
g = 'second'
[list.inner]
h = 2
`

test('every kind of key and value has its place', () => {
  const layout = layoutToml(grammar)
  const see = (path: Path, key?: boolean): string => at(layout, grammar, path, key)
  assert.is(see(['top']), '1')
  assert.is(see(['quoted key'], true), '"quoted key"')
  assert.is(see(['quoted key', 'literal'], true), "'literal'")
  assert.is(see(['quoted key', 'literal']), '"a \\" # not a comment"')
  assert.is(see(['dotted', 'key'], true), 'key')
  assert.is(see(['dotted', 'key', 'here', 2, 0]), '3')
  assert.is(see(['dotted', 'key', 'here', 3, 'b', 'c']), '"}"')
  assert.is(see(['table', 'a']), '"""\nmulti \\""" line [x]\n"""""')
  assert.is(see(['table', 'b']), "'''raw \\'''")
  assert.is(see(['table', 'c']), '1979-05-27 07:32:00Z')
  assert.is(see(['table', 'd']), '{ }')
  assert.is(see(['table', 'sub'], true), 'sub')
  assert.is(see(['table', 'sub', 'x y', 'f']), 'true')
  assert.is(see(['list', 0, 'inner', 'h']), '1')
  assert.is(see(['list', 1, 'g']), "'second'")
  assert.is(see(['list', 1, 'inner', 'h']), '2')
})

test('what does not exist is at the nearest thing around it', () => {
  const layout = layoutToml(grammar)
  assert.is(at(layout, grammar, ['table', 'd', 'missing', 'deeper']), 'd')
  assert.is(at(layout, grammar, ['nothing']), '')
})

/** All places that the other parser knows, by path. */
const oracle = (text: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const enter = (path: Path, node: AST.TOMLContentNode): void => {
    found.set(JSON.stringify(path), text.slice(...node.range))
    if (node.type === 'TOMLArray')
      for (const [index, element] of node.elements.entries()) enter([...path, index], element)
    if (node.type === 'TOMLInlineTable') for (const pair of node.body) enterPair(path, pair)
  }
  const enterPair = (path: Path, { key, value }: AST.TOMLKeyValue): void => {
    const names = key.keys.map(each => (each.type === 'TOMLBare' ? each.name : each.value))
    enter([...path, ...names], value)
  }
  for (const node of parseTOML(text, { tomlVersion: '1.1' }).body[0].body)
    if (node.type === 'TOMLKeyValue') enterPair([], node)
    else for (const pair of node.body) enterPair(node.resolvedKey, pair)
  return found
}

const tomlFiles = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, root), { recursive: true })
    .map(name => `${folder}${name}`)
    .filter(name => name.endsWith('.toml') && !/syntax-|decimals|names/.test(name))

for (const file of [...tomlFiles('examples/'), ...tomlFiles('test/config/refused/'), 'grammar'])
  test(`${file}: the places are those that another parser finds`, () => {
    const text = file === 'grammar' ? grammar : readFileSync(new URL(file, root), 'utf8')
    const layout = layoutToml(text)
    const places = oracle(text)
    assert.ok(places.size > 0)
    for (const [path, value] of places) assert.is(at(layout, text, JSON.parse(path)), value, path)
  })

test('YAML: keys, values, and what an alias names', () => {
  const text = 'a: &x [1, {b: two}]\nc: *x\n"d e": |\n  text\nf:\n'
  const layout = layoutYaml(text)
  assert.is(at(layout, text, ['a', 1, 'b']), 'two')
  assert.is(at(layout, text, ['c']), '*x')
  assert.is(at(layout, text, ['c', 1, 'b']), 'two')
  assert.is(at(layout, text, ['d e'], true), '"d e"')
  assert.is(at(layout, text, ['f'], true), 'f')
})

test.run()
