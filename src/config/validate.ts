/** A tree to a `Config`, or what is wrong with it. */
import type { Config } from './config.gen.ts'
import { explain } from './explain.ts'
import { type Fault, fault, type Path } from './fault.ts'
import type { Part } from './part.ts'
import { unreadable } from './resolve-backend.ts'
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
  const empty: Taken = { service: new Map(), vip: new Set() }
  const given = tree ?? {}
  if (follows(given)) return { part: { file, config: given as Config, faulty: empty }, faults: [] }
  const found = sift(follows.errors ?? [], given)
  const faults = found.map((each, index) =>
    index < maxExplained ? explain(file, given, each) : unexplained(file, each),
  )
  if (typeof given !== 'object' || Array.isArray(given))
    return { part: { file, config: {}, faulty: empty }, faults }
  const faulty: Taken = { service: new Map(), vip: new Set() }
  for (const one of found) remove(given as Tree, one, faulty)
  return { part: { file, config: given as Config, faulty }, faults }
}

/** More faults than are shown of one file: beyond these, words would be work for nobody. */
const maxExplained = 500

function unexplained(file: string, { path, keyword, params }: Sifted): Fault {
  const key = params.additionalProperty ?? params.propertyName
  const at = { file, path: key === undefined ? path : [...path, key] }
  return fault('schema', at, `does not follow the schema: ${keyword}`)
}

/** Takes out the smallest thing that can be missing, and notes what somebody would miss. */
function remove(tree: Tree, { keyword, path, params }: Sifted, faulty: Taken): void {
  const [table = '', name, key] = path
  if (keyword === 'additionalProperties') removeKey(valueAt(tree, path), params.additionalProperty)
  else if (keyword === 'propertyNames') removeKey(valueAt(tree, path), params.propertyName)
  else if (table === 'defaults' && name !== undefined) removeServiceKey(tree, path, '', faulty)
  else if (table === 'service' && key !== undefined)
    removeServiceKey(tree, path.slice(1), `${name}`, faulty)
  else if (name === undefined) delete tree[table]
  else {
    if (table === 'vip') faulty.vip.add(`${name}`)
    const list = valueAt(tree, [table, name])
    // What else may be run stays allowed, or every check that runs it would be faulty, too.
    if (name === 'allow_exec' && typeof key === 'number' && Array.isArray(list))
      list[key] = unreadable
    else removeKey(tree[table], `${name}`)
  }
}

interface Taken {
  readonly vip: Set<string>
  readonly service: Map<string, Set<string>>
}

function removeKey(table: unknown, key = ''): void {
  if (typeof table === 'object' && table !== null) delete (table as Tree)[key]
}

/** `path` begins with what holds the key: `defaults`, or the name of the service. */
function removeServiceKey(tree: Tree, path: Path, service: string, faulty: Taken): void {
  const [table = '', key = '', index, field] = path
  const config = valueAt(tree, service === '' ? [table] : ['service', table])
  // A service with a faulty name has been taken out as a whole.
  if (typeof config !== 'object' || config === null) return
  const keys = faulty.service.get(service) ?? new Set()
  faulty.service.set(service, keys.add(`${key}`))
  const list = (config as Tree)[key]
  if (key !== 'backends' || index === undefined || !Array.isArray(list)) removeKey(config, `${key}`)
  // Backends keep their number, or faults in others would be shown in the wrong place.
  else if (field === undefined || field === 'address') list[Number(index)] = unreadable
  else removeKey(list[Number(index)], `${field}`)
}
