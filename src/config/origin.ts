/** The merged configuration, each key with the place that it comes from. */
import type { Diagnostic, Place } from '../model/diagnostic.ts'
import type { Path } from './fault.ts'
import { find, type Layout } from './layout.ts'
import type { Source } from './load.ts'
import { layoutOf } from './locate.ts'
import { mainFile } from './part.ts'
import { lineStarts, placeOf } from './text.ts'
import { readTrees, type Tree } from './texts.ts'

/** One key with its value, as text that TOML and JSON share. */
export interface Origin {
  /** `service.web.port` */
  readonly key: string
  readonly value: string
  readonly place: Place
}

export interface Shown {
  /** In the order of tables, services by name; complete as far as the files can be read. */
  readonly origins: readonly Origin[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * What holds for each service after `[defaults]` and everything else that the files say.
 *
 * A key that a service takes from `[defaults]` has the place of the default. What nobody wrote is
 * not shown: the schema says what it is.
 */
export async function showConfig(sources: readonly Source[]): Promise<Shown> {
  const { trees, texts, diagnostics } = await readTrees(sources)
  const layouts = new Map<string, readonly [Layout, readonly number[]]>()
  for (const { file } of trees) {
    const source = texts.get(file)
    if (source) layouts.set(file, [await layoutOf(source), lineStarts(source.text)])
  }
  const origins: Origin[] = []
  const enter = (file: string, path: Path, name: string, value: unknown): void => {
    const [layout, starts] = layouts.get(file) ?? []
    const text = texts.get(file)?.text
    if (!layout || text === undefined) return
    const [start] = find(layout, path, true)
    origins.push({
      key: name,
      value: isSecret(path) ? '"(not shown)"' : asText(value),
      place: { file, ...placeOf(text, start, starts) },
    })
  }
  for (const tree of trees) enterTree(tree, trees, enter)
  origins.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return { origins, diagnostics }
}

/** True where the password itself may stand, and not where it is. */
function isSecret(path: Path): boolean {
  return path.includes('password') && !/^(file|env|credential)$/.test(`${path.at(-1)}`)
}

type Enter = (file: string, path: Path, name: string, value: unknown) => void
type Table = Readonly<Record<string, unknown>>

function enterTree({ file, tree }: Tree, all: readonly Tree[], enter: Enter): void {
  const main = all.filter(each => mainFile(each.file) && each.file !== file)
  for (const [table, entries] of Object.entries(tree)) {
    if (table === 'defaults' || !isTable(entries)) continue
    for (const [name, value] of Object.entries(entries))
      if (table === 'service' && isTable(value)) {
        const layers = [{ file, path: [table, name], table: value }]
        for (const from of [{ file, tree }, ...main]) {
          const { defaults } = from.tree
          if (isTable(defaults))
            layers.push({ file: from.file, path: ['defaults'], table: defaults })
        }
        enterService(name, layers, enter)
      } else enterNested(file, [table, name], value, enter)
  }
}

interface Layer {
  readonly file: string
  readonly path: Path
  readonly table: Table
}

function enterService(name: string, layers: readonly Layer[], enter: Enter): void {
  const seen = new Set<string>()
  for (const { file, path, table } of layers)
    for (const [key, value] of Object.entries(table)) {
      if (seen.has(key)) continue
      seen.add(key)
      enter(file, [...path, key], `service.${nameText(name)}.${nameText(key)}`, value)
    }
}

/** Tables within tables are shown key by key, lists as one value. */
function enterNested(file: string, path: Path, value: unknown, enter: Enter): void {
  if (!isTable(value)) enter(file, path, path.map(nameText).join('.'), value)
  else
    for (const [key, inner] of Object.entries(value))
      enterNested(file, [...path, key], inner, enter)
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameText(name: string | number): string {
  return /^[A-Za-z0-9_-]+$/.test(`${name}`) ? `${name}` : JSON.stringify(name)
}

/** Values as TOML writes them, on one line. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`
  if (isTable(value)) {
    const pairs = Object.entries(value).map(([key, inner]) => `${nameText(key)} = ${asText(inner)}`)
    return `{ ${pairs.join(', ')} }`
  }
  return JSON.stringify(value) ?? 'null'
}
