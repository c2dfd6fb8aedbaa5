/**
 * Writes what is made from the schema: the types, the validator and the table of known keys.
 *
 * `npm run schema` writes them; the test of freshness compares them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type AnySchemaObject } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import { referenceOf } from './reference.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const banner = '/* Made from schema/slb.schema.json by `npm run schema`. Do not edit. */'

interface Node {
  readonly $ref?: string
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly additionalProperties?: Node | boolean
  readonly properties?: Readonly<Record<string, Node>>
  readonly definitions?: Readonly<Record<string, Node>>
}

/** A generated file: where it stands below the project's root, and its text. */
export interface Generated {
  readonly path: string
  readonly text: string
}

const guide = 'docs/configuration.md'

/** Everything that is made from a schema; the guide is kept up to the line that says so. */
export async function generate(schema: JSONSchema): Promise<readonly Generated[]> {
  const [prose = '', rest] = readFileSync(`${root}${guide}`, 'utf8').split(/(?<=<!-- Made .*-->\n)/)
  if (rest === undefined && !prose.endsWith('-->\n'))
    throw new Error(`${guide} has no place for the keys`)
  return [
    { path: guide, text: `${prose}\n${referenceOf(schema)}` },
    { path: 'src/config/config.gen.ts', text: await typesOf(schema) },
    { path: 'src/config/validator.gen.ts', text: validatorOf(schema) },
    { path: 'src/config/keys.gen.ts', text: keysOf(schema) },
  ]
}

async function typesOf(schema: JSONSchema): Promise<string> {
  return compile(schema, 'Config', {
    bannerComment: banner,
    additionalProperties: false,
    style: { singleQuote: true, semi: false, printWidth: 100 },
  })
}

/** Ajv's own code without ajv: nothing is compiled, and nothing of it loaded, at run time. */
function validatorOf(schema: JSONSchema): string {
  const ajv = new Ajv({
    allErrors: true,
    ownProperties: true,
    strict: true,
    strictTypes: false,
    verbose: false,
    code: { source: true, esm: true, lines: true },
  })
  const code = standalone.default(ajv, ajv.compile(schema as AnySchemaObject))
  const names = Object.fromEntries(Object.keys(schema.properties ?? {}).map(key => [key, true]))
  const inlined = code
    .replace('"use strict";', '')
    // Of the schema itself only the names of the tables are looked up.
    .replace(
      /^const (schema\d+) = .*"\$schema".*;$/m,
      `const $1 = { properties: ${JSON.stringify(names)} };`,
    )
    .replace(
      /const (\w+) = require\("ajv\/dist\/runtime\/ucs2length"\)\.default;/g,
      'const $1 = text => text.length;',
    )
    .replace(
      /const (\w+) = require\("ajv\/dist\/runtime\/equal"\)\.default;/g,
      'const $1 = (a, b) => a === b;',
    )
    // Ajv copies all faults for each table that has some: quadratic in a file of many.
    .replace(
      /vErrors = vErrors === null \? (\w+)\.errors : vErrors\.concat\(\1\.errors\);/g,
      'vErrors = append(vErrors, $1.errors);',
    )
    .replace('export const validate = ', 'export const validate: Validator = ')
    .replace(/^export default .*;\n/m, '')
  if (/require\(|^import |\.concat\(/m.test(inlined))
    throw new Error('the validator would need ajv')
  return `// @ts-nocheck
${banner}

/** One fault that the validator found. */
export interface SchemaFault {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: {
    readonly additionalProperty?: string
    readonly missingProperty?: string
    readonly propertyName?: string
    readonly allowedValues?: readonly unknown[]
    readonly type?: string | readonly string[]
    readonly limit?: number
  }
  readonly message?: string
}

/** Says whether a tree follows the schema; the faults are a property of the function. */
export interface Validator {
  (tree: unknown): boolean
  errors?: readonly SchemaFault[] | null
}

const append = (into, more) => {
if(into === null)return more;
for(const each of more)into.push(each);
return into;
};
${inlined}`
}

/** The keys of each table by its place in a document (`/service/*`), to suggest the right ones. */
function keysOf(schema: JSONSchema): string {
  const found: Record<string, readonly string[]> = {}
  const visit = (given: Node, path: string): void => {
    const node = given.$ref ? { ...given, ...resolveRef(schema as Node, given.$ref) } : given
    if (node.properties) found[path] = Object.keys(node.properties)
    for (const [key, child] of Object.entries(node.properties ?? {})) visit(child, `${path}/${key}`)
    if (typeof node.additionalProperties === 'object') visit(node.additionalProperties, `${path}/*`)
    if (node.items) visit(node.items, `${path}/*`)
    for (const choice of node.anyOf ?? []) visit(choice, path)
  }
  visit(schema as Node, '')
  const lines = Object.entries(found).map(
    ([path, keys]) => `  '${path}': [${keys.map(key => `'${key}'`).join(', ')}],\n`,
  )
  return `${banner}

/** The keys that a table may have, by its place in a document; * stands for a name or an index. */
export const knownKeys: Readonly<Record<string, readonly string[]>> = {
${lines.join('')}}
`
}

function resolveRef(schema: Node, ref: string): Node {
  const found = schema.definitions?.[ref.replace('#/definitions/', '')]
  if (!found) throw new Error(`the schema has no ${ref}`)
  return found
}

/** Reads the project's own schema. */
export function readSchema(): JSONSchema {
  return JSON.parse(readFileSync(`${root}schema/slb.schema.json`, 'utf8')) as JSONSchema
}

/** The project's root folder, with a slash at its end, as seen from the compiled file. */
export const projectRoot: string = root

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { path, text } of await generate(readSchema())) writeFileSync(`${root}${path}`, text)
