/** What is made from the schema is fresh, and what the documentation shows is right. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { generate, projectRoot, readSchema } from '../../schema/generate.ts'
import { frame } from '../../src/config/frame.ts'
import { load } from '../../src/config/load.ts'
import { readSources } from '../../src/config/read.ts'

for (const { path, text } of await generate(readSchema()))
  test(`${path} is what the schema makes; if not: npm run schema`, () => {
    assert.ok(readFileSync(`${projectRoot}${path}`, 'utf8') === text)
  })

interface Node {
  readonly $ref?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly definitions?: Readonly<Record<string, Node>>
}

test('every key of every table is described', () => {
  const schema = readSchema() as Node
  const visit = (node: Node, path: string): void => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const target = schema.definitions?.[child.$ref?.replace('#/definitions/', '') ?? '']
      assert.ok(child.description ?? target?.description, `${path}.${key} has no description`)
      visit(child, `${path}.${key}`)
    }
  }
  visit(schema, '')
  for (const [name, definition] of Object.entries(schema.definitions ?? {})) visit(definition, name)
})

test('the validator needs nothing at run time', () => {
  const text = readFileSync(`${projectRoot}src/config/validator.gen.ts`, 'utf8')
  assert.not.match(text, /require\(|^import /m)
})

for (const name of readdirSync(`${projectRoot}examples`).filter(each => each !== 'README.md'))
  test(`examples/${name} is right, and says where its schema is`, async () => {
    const { sources, diagnostics } = readSources([`${projectRoot}examples/${name}`])
    const loaded = await load(sources)
    assert.is([...diagnostics, ...loaded.diagnostics].map(each => frame(each)).join('\n'), '')
    for (const { file, text } of sources)
      assert.match(
        `${Buffer.from(text)}`,
        file.endsWith('.toml')
          ? /^#:schema (\.\.\/)+schema\/slb\.schema\.json\n/
          : /^# yaml-language-server: \$schema=(\.\.\/)+schema\/slb\.schema\.json\n/,
      )
  })

for (const [page, least] of [
  ['configuration', 2],
  ['health', 9],
] as const)
  test(`the files in docs/${page}.md are right`, async () => {
    const guide = readFileSync(`${projectRoot}docs/${page}.md`, 'utf8')
    const blocks = [...guide.matchAll(/^```(toml|yaml)\n(.*?)^```$/gms)]
    assert.ok(blocks.length >= least)
    for (const [, language, text = ''] of blocks) {
      const loaded = await load([{ file: `guide.${language}`, text: Buffer.from(text) }])
      assert.is(loaded.diagnostics.map(each => frame(each)).join('\n'), '')
    }
  })

test.run()
