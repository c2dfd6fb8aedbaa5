/** The validator's faults with paths, one for each cause. */
import type { Path } from './fault.ts'
import type { SchemaFault } from './validator.gen.ts'

type Tree = Record<string, unknown>

/** A schema fault with its path as keys and indexes. */
export interface Sifted extends SchemaFault {
  readonly path: Path
}

/** Paths instead of pointers, and one fault where the validator reports several for the same cause. */
export function sift(errors: readonly SchemaFault[], tree: unknown): readonly Sifted[] {
  const choices = new Set<string>()
  const chosen = new Set<string>()
  for (const { keyword, instancePath } of errors) {
    if (keyword === 'anyOf') choices.add(instancePath)
    if (keyword === 'enum') chosen.add(instancePath)
  }
  const inTables = tableFaults(errors, choices)
  const seen = new Set<string>()
  return errors.flatMap(error => {
    const { keyword, instancePath, params } = error
    if ('propertyName' in error && keyword !== 'propertyNames') return []
    const path = toPath(instancePath, tree)
    if (keyword === 'type' && chosen.has(instancePath)) return []
    if (inTables.has(instancePath)) {
      if (!ofTables.has(keyword)) return []
    } else if (choices.has(instancePath) && keyword !== 'anyOf') {
      const text = typeof valueAt(tree, path) === 'string'
      if (text ? keyword !== 'enum' : keyword !== 'uniqueItems' && keyword !== 'minItems') return []
    }
    if (keyword === 'anyOf' && isTextOrList(valueAt(tree, path))) return []
    const id = `${instancePath} ${keyword} ${JSON.stringify(params)}`
    if (seen.has(id)) return []
    seen.add(id)
    return [{ ...error, path }]
  })
}

/** What is said of a table, and not of a text or list in its place. */
const ofTables: ReadonlySet<string> = new Set(['additionalProperties', 'required', 'propertyNames'])

/** Of the places with a choice those where a table was chosen, which has a fault of its own or in it. */
function tableFaults(
  errors: readonly SchemaFault[],
  choices: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { keyword, instancePath } of errors) {
    if (ofTables.has(keyword) && choices.has(instancePath)) found.add(instancePath)
    for (let end = instancePath.lastIndexOf('/'); end > 0; ) {
      const above = instancePath.slice(0, end)
      // What is below a list is below its index.
      if (choices.has(above) && !/^[0-9]+(\/|$)/.test(instancePath.slice(end + 1))) found.add(above)
      end = above.lastIndexOf('/')
    }
  }
  return found
}

function isTextOrList(value: unknown): boolean {
  return typeof value === 'string' || Array.isArray(value)
}

/** A JSON pointer to keys, and indexes where the tree has lists. */
function toPath(pointer: string, tree: unknown): Path {
  if (pointer === '') return []
  let node = tree
  return pointer
    .slice(1)
    .split('/')
    .map(part => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const step = Array.isArray(node) ? Number(key) : key
      node = (node as Tree | undefined)?.[key]
      return step
    })
}

/** The value that a path leads to. */
export function valueAt(tree: unknown, path: Path): unknown {
  let node = tree
  for (const key of path) node = (node as Tree | null | undefined)?.[key]
  return node
}
