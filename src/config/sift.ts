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
  const seen = new Set<string>()
  return errors.flatMap(error => {
    const { keyword, instancePath, params } = error
    if ('propertyName' in error && keyword !== 'propertyNames') return []
    const path = toPath(instancePath, tree)
    if (keyword === 'type' && chosen.has(instancePath)) return []
    if (choices.has(instancePath) && keyword !== 'anyOf') {
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
