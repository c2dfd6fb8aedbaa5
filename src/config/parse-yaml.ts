/** YAML by the package yaml. */
import { isAlias, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml'
import type { Diagnostic } from '../model/diagnostic.ts'
import { compose } from './compose-yaml.ts'
import { type Fault, fault, type Path } from './fault.ts'
import { maxDepth } from './limits.ts'
import type { Parsed } from './parse.ts'
import { makePlain } from './plain.ts'
import { lineOf, placeOf, quote, visible } from './text.ts'

/** How many keys and values aliases may stand for, all of them together. */
const maxCopied = 100_000

/** Reads YAML 1.2; aliases are written out, as if their text stood there. */
export function parseYaml(file: string, text: string): Parsed {
  const composed = compose(text)
  if ('code' in composed) return { diagnostics: [diagnose(file, text, composed)], faults: [] }
  const { document } = composed
  if (document.errors.length > 0)
    return { diagnostics: syntax(file, text, document.errors), faults: [] }
  const walk: Walk = {
    file,
    faults: [],
    anchors: new Map(),
    open: new Set(),
    inAlias: 0,
    copied: 0,
  }
  const warnings = syntax(file, text, document.warnings)
  if (!document.contents) return { tree: {}, diagnostics: warnings, faults: [] }
  const tree = convert(walk, document.contents, [], 1)
  if (walk.copied > maxCopied) return { diagnostics: warnings, faults: walk.faults }
  return {
    tree: tree ?? {},
    diagnostics: warnings,
    faults: [...walk.faults, ...makePlain(file, tree)],
  }
}

interface Walk {
  readonly file: string
  readonly faults: Fault[]
  readonly anchors: Map<string, ParsedNode>
  /** Anchors that are being written out. */
  readonly open: Set<ParsedNode>
  inAlias: number
  copied: number
}

function convert(walk: Walk, node: ParsedNode | null, path: Path, depth: number): unknown {
  if (node === null) return null
  if (walk.inAlias > 0 && ++walk.copied > maxCopied) {
    if (walk.copied === maxCopied + 1)
      refuse(walk, 'too-big', path, `aliases stand for more than ${maxCopied} keys and values`)
    return null
  }
  if (isAlias(node)) return convertAlias(walk, node.source, path, depth)
  if (node.anchor) walk.anchors.set(node.anchor, node)
  if (isScalar(node)) return scalar(walk, node, path)
  if (depth > maxDepth) {
    refuse(walk, 'too-deep', path, `nested deeper than ${maxDepth} levels`)
    return null
  }
  walk.open.add(node)
  const value = isSeq(node)
    ? node.items.map((item, i) => convert(walk, item as ParsedNode | null, [...path, i], depth + 1))
    : convertMap(walk, node as YAMLMap<ParsedNode, ParsedNode | null>, path, depth)
  walk.open.delete(node)
  return value
}

function convertAlias(walk: Walk, name: string, path: Path, depth: number): unknown {
  const target = walk.anchors.get(name)
  if (!target || walk.open.has(target)) {
    const why = target ? 'stands inside of what it names' : 'names no anchor before it'
    refuse(walk, 'bad-alias', path, `the alias *${visible(name)} ${why}`)
    return null
  }
  walk.inAlias++
  const value = convert(walk, target, path, depth)
  walk.inAlias--
  return value
}

function convertMap(
  walk: Walk,
  node: YAMLMap<ParsedNode, ParsedNode | null>,
  path: Path,
  depth: number,
): Record<string, unknown> {
  const table: Record<string, unknown> = Object.create(null)
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? `${key.value}` : `${key}`
    if (Object.hasOwn(table, name)) {
      const at = { file: walk.file, path: [...path, name], key: true }
      walk.faults.push(fault('duplicate-key', at, `this key stands in the file already`))
    }
    table[name] = convert(walk, value, [...path, name], depth + 1)
  }
  return table
}

/** YAML 1.1 reads 010 as eight, YAML 1.2 as ten: nobody should have to know. */
function scalar(walk: Walk, node: { value: unknown; source?: string }, path: Path): unknown {
  if (typeof node.value === 'bigint' && /^[-+]?0[0-9]/.test(node.source ?? ''))
    refuse(walk, 'bad-number', path, `${quote(node.source ?? '')} has leading zeros`)
  return node.value
}

function refuse(walk: Walk, code: string, path: Path, message: string): void {
  walk.faults.push(fault(code, { file: walk.file, path }, message))
}

interface Spoken {
  readonly message: string
  readonly pos: readonly [number, number]
}

/** The parser's errors, one for each place: what follows from an error is seldom of use. */
function syntax(
  file: string,
  text: string,
  errors: readonly (Spoken & { name: string })[],
): Diagnostic[] {
  const seen = new Set<number>()
  return errors.flatMap(({ name, message, pos }) => {
    if (seen.has(pos[0]) || seen.size >= 10) return []
    seen.add(pos[0])
    const severity = name === 'YAMLWarning' ? 'warning' : 'error'
    // [2001:db8::1]:80 is a list to YAML, with something behind it that has no place.
    const bracket = message.startsWith('With stringKeys') || /[\]}]/.test(text[pos[0] - 1] ?? '')
    const words = bracket ? 'text that begins with [ or { stands in quotes' : message
    return [diagnose(file, text, { code: 'yaml-syntax', message: words, at: pos[0] }, severity)]
  })
}

function diagnose(
  file: string,
  text: string,
  { code, message, at }: { code: string; message: string; at: number },
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  const place = { file, ...placeOf(text, at) }
  return { severity, code, message: visible(message), place, line: lineOf(text, place.line) }
}
