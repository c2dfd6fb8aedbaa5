/** A tree to a `Config`, or what is wrong with it. */
import type { Config } from './config.gen.ts'
import { explain } from './explain.ts'
import type { Fault } from './fault.ts'
import type { Part } from './resolve.ts'
import { type Sifted, sift, valueAt } from './sift.ts'
import { validate as follows } from './validator.gen.ts'

export interface Checked {
  readonly part: Part
  readonly faults: readonly Fault[]
}

type Tree = Record<string, unknown>

/**
 * Checks a tree against the schema.
 *
 * What is wrong is taken out of the tree, so that the rest can still be looked at for meaning;
 * names of services and VIPs that are taken out stay known.
 */
export function check(file: string, tree: unknown): Checked {
  const empty = { service: [], vip: [] }
  const given = tree ?? {}
  if (follows(given)) return { part: { file, config: given as Config, faulty: empty }, faults: [] }
  const found = sift(follows.errors ?? [], given)
  const faults = found.map(schemaFault => explain(file, given, schemaFault))
  if (typeof given !== 'object' || Array.isArray(given))
    return { part: { file, config: {}, faulty: empty }, faults }
  const faulty = { service: new Set<string>(), vip: new Set<string>() }
  for (const one of found) remove(given as Tree, one, faulty)
  return {
    part: {
      file,
      config: given as Config,
      faulty: { service: [...faulty.service], vip: [...faulty.vip] },
    },
    faults,
  }
}

/** Takes out the smallest thing that can be missing: a service, a VIP, or a key of a settings table. */
function remove(
  tree: Tree,
  { keyword, path, params }: Sifted,
  faulty: { readonly service: Set<string>; readonly vip: Set<string> },
): void {
  if (keyword === 'additionalProperties') {
    const table = valueAt(tree, path)
    if (table) delete (table as Tree)[params.additionalProperty ?? '']
    return
  }
  const [table = '', given] = path
  const name = given ?? params.propertyName
  if (name === undefined) delete tree[table]
  else {
    if (table === 'service' || table === 'vip') faulty[table].add(`${name}`)
    const entries = tree[table]
    if (entries) delete (entries as Tree)[name]
  }
}
