/** The layout of a YAML text that has been parsed without errors. */
import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml'
import { compose } from './compose-yaml.ts'
import type { Layout, Range } from './layout.ts'

/** Builds the layout; what an alias names is found under the alias too. */
export function layoutYaml(text: string): Layout {
  const composed = compose(text)
  const contents = 'document' in composed ? composed.document.contents : null
  return contents ? layoutOf(contents, undefined, new Map()) : { value: [0, 0], inside: new Map() }
}

type Anchors = Map<string, Layout>

function layoutOf(node: ParsedNode | null, key: Range | undefined, anchors: Anchors): Layout {
  const own = { ...(key ? { key } : {}), value: rangeOf(node) ?? key ?? ([0, 0] as const) }
  if (isAlias(node)) return { ...own, inside: anchors.get(node.source)?.inside ?? new Map() }
  const layout: Layout = { ...own, inside: new Map() }
  if (isMap(node))
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? `${pair.key.value}` : `${pair.key}`
      const range = rangeOf(pair.key as ParsedNode)
      layout.inside.set(name, layoutOf(pair.value as ParsedNode | null, range, anchors))
    }
  if (isSeq(node))
    for (const [index, item] of node.items.entries())
      layout.inside.set(index, layoutOf(item as ParsedNode | null, undefined, anchors))
  if (node && !isAlias(node) && node.anchor) anchors.set(node.anchor, layout)
  return layout
}

function rangeOf(node: ParsedNode | null): Range | undefined {
  return node ? [node.range[0], node.range[1]] : undefined
}
