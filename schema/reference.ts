/** The keys of the schema as Markdown tables, for docs/configuration.md. */

interface Node {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Node[]
  readonly items?: Node
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly definitions?: Readonly<Record<string, Node>>
}

/** The tables in the order of the page: heading, definition, and where a nested one stands. */
const tables: readonly (readonly [heading: string, definition: string, nested?: string])[] = [
  ['`[service.NAME]`', 'service'],
  ['A backend', 'backend'],
  ['`check`', 'check'],
  ['`ban`', 'ban'],
  ['`quorum`', 'quorum'],
  ['`sorry`', 'sorry'],
  ['`weight_from`', 'weightFrom'],
  ['`persistence`', 'persistence'],
  ['`tunnel`', 'tunnel'],
  ['`[vip.NAME]`', 'vip'],
  ['`[kernel]`', 'kernel'],
  ['`[kernel.timeouts]`', 'kernel', 'timeouts'],
  ['`[[kernel.sync]]`', 'sync'],
  ['`[node]`', 'node'],
  ['`[guard]`', 'guard'],
  ['`[ownership]`', 'ownership'],
  ['`[state]`', 'state'],
]

/** All tables, one after the other. */
export function referenceOf(schema: object): string {
  const root = schema as Node
  return tables
    .map(([heading, name, nested]) => {
      const definition = root.definitions?.[name]
      const node = nested === undefined ? definition : definition?.properties?.[nested]
      if (!node?.properties) throw new Error(`the schema has no table ${name}`)
      return `### ${heading}\n\n${sentence(node)}${keysOf(root, node)}`
    })
    .join('\n')
}

function sentence({ description }: Node): string {
  return description === undefined ? '' : `${description}\n\n`
}

function keysOf(root: Node, table: Node): string {
  const rows = Object.entries(table.properties ?? {}).map(([key, given]) => {
    const node = merged(root, given)
    const required = table.required?.includes(key) ? '**required**' : ''
    const standard = node.default === undefined ? required : code(JSON.stringify(node.default))
    return `| \`${key}\` | ${cell(typeOf(root, node))} | ${standard} | ${cell(node.description ?? '')} |`
  })
  return `| key | value | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

/** What a reference points to, with what stands beside it. */
function merged(root: Node, node: Node): Node {
  const target = root.definitions?.[node.$ref?.replace('#/definitions/', '') ?? '']
  return target ? { ...target, ...node } : node
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  boolean: 'true, false',
  object: 'table',
  array: 'list',
}

function typeOf(root: Node, given: Node): string {
  const node = merged(root, given)
  if (given.$ref?.endsWith('/duration')) return 'duration'
  if (node.enum) return node.enum.map(each => code(JSON.stringify(each))).join(', ')
  if (node.anyOf) return node.anyOf.map(each => typeOf(root, each)).join(', or ')
  return [node.type ?? []]
    .flat()
    .map(type => {
      if (type === 'array' && node.items) return `list of ${typeOf(root, node.items)}`
      if (type === 'integer' && node.maximum !== undefined)
        return `${node.minimum ?? 0} to ${node.maximum}`
      return words[type] ?? type
    })
    .join(', or ')
}

function code(text: string): string {
  return `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
