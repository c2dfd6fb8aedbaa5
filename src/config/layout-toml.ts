/** The layout of a TOML text that smol-toml has accepted. */
import { type AST, parseTOML } from 'toml-eslint-parser'
import type { Layout, Range } from './layout.ts'

/** Builds the layout; throws what the parser throws for a text that is not TOML. */
export function layoutToml(text: string): Layout {
  const root: Layout = { value: [0, 0], inside: new Map() }
  const [top] = parseTOML(text, { tomlVersion: '1.1' }).body
  for (const node of top.body)
    if (node.type === 'TOMLKeyValue') enterPair(root, node)
    else enterTable(root, node)
  return root
}

function enterTable(root: Layout, node: AST.TOMLTable): void {
  const header = node.key.keys
  let layout = root
  let name = 0
  for (const [index, step] of node.resolvedKey.entries()) {
    const key: Range | undefined = typeof step === 'string' ? header[name++]?.range : undefined
    const known = layout.inside.get(step)
    // [service.web] and [service.db] share service, which has no place but the first mention.
    const last = index === node.resolvedKey.length - 1
    const next: Layout =
      known && !last
        ? known
        : {
            key: key ?? node.key.range,
            value: node.key.range,
            inside: known?.inside ?? new Map(),
          }
    layout.inside.set(step, next)
    layout = next
  }
  for (const pair of node.body) enterPair(layout, pair)
}

function enterPair(table: Layout, node: AST.TOMLKeyValue): void {
  let layout = table
  const keys = node.key.keys
  for (const [index, key] of keys.entries()) {
    const name = key.type === 'TOMLBare' ? key.name : key.value
    const last = index === keys.length - 1
    const known = layout.inside.get(name)
    const next: Layout =
      known && !last
        ? known
        : {
            key: key.range,
            value: last ? node.value.range : key.range,
            inside: last ? insideOf(node.value) : new Map(),
          }
    layout.inside.set(name, next)
    layout = next
  }
}

function insideOf(node: AST.TOMLContentNode): Layout['inside'] {
  const inside: Layout['inside'] = new Map()
  if (node.type === 'TOMLArray')
    for (const [index, element] of node.elements.entries())
      inside.set(index, { value: element.range, inside: insideOf(element) })
  if (node.type === 'TOMLInlineTable') {
    const table: Layout = { value: node.range, inside }
    for (const pair of node.body) enterPair(table, pair)
  }
  return inside
}
