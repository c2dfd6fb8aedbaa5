/** Our nftables table as a whole: what is in it, and the transaction that changes it. */
import type { ChangeOf, Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import { keyOf, type Snat } from '../../model/rows.ts'
import { field, type Json, ruleFor, serviceOf } from './rule.ts'

export type SnatChange = ChangeOf<'snat'>

/** `table inet slb`: one for IPv4 and IPv6, and nobody else's. */
export const table = { family: 'inet', name: 'slb' } as const
const chain = 'postrouting'

/** What stands in our table. */
export interface Ruleset {
  /** By row key: the row, and the number that nft knows its rule by. */
  readonly rules: ReadonlyMap<string, { readonly row: Snat; readonly handle: number }>
  /** Rules that are not as slb writes them, doubles among them. */
  readonly strange: readonly number[]
}

export const emptyRuleset: Ruleset = { rules: new Map(), strange: [] }

/** Reads what `nft -j list table inet slb` prints. */
export function readRuleset(listing: Json): Ruleset {
  const items = field(listing, 'nftables')
  const rules = new Map<string, { row: Snat; handle: number }>()
  const strange: number[] = []
  for (const item of Array.isArray(items) ? items : []) {
    const rule = field(item, 'rule')
    const handle = field(rule, 'handle')
    if (field(rule, 'chain') !== chain || typeof handle !== 'number') continue
    const service = serviceOf(field(rule, 'expr'))
    const key = service === undefined ? '' : keyOf.snat({ service })
    if (service === undefined || service.key !== field(rule, 'comment') || rules.has(key))
      strange.push(handle)
    else rules.set(key, { row: { service }, handle })
  }
  return { rules, strange }
}

/** A transaction for `nft -j -f -`, and the changes that cannot be part of it. */
export interface Transaction {
  /** Undefined if there is nothing to do. */
  readonly commands: Json | undefined
  readonly failures: readonly Failure[]
}

/**
 * What turns a ruleset into the one after some changes, all at once or not at all. Strange rules go
 * with the first transaction, and the table with its last rule.
 */
export function transaction(now: Ruleset, changes: readonly SnatChange[]): Transaction {
  const failures: Failure[] = []
  const standing = new Map([...now.rules].map(([key, { handle }]) => [key, handle]))
  const deleted: number[] = []
  const added = new Map<string, Snat>()
  for (const change of changes) {
    const key = keyOf.snat(change.row)
    const handle = standing.get(key)
    const stands = handle !== undefined || added.has(key)
    if (change.op === 'delete') {
      if (!stands) failures.push({ change, error: stale(change, 'it is gone', 'ENOENT') })
      if (handle !== undefined) deleted.push(handle)
      standing.delete(key)
      added.delete(key)
    } else if (!stands) added.set(key, change.row)
    else if (change.op === 'create')
      failures.push({ change, error: stale(change, 'it exists already', 'EEXIST') })
  }
  if (deleted.length + added.size === 0) return { commands: undefined, failures }
  if (standing.size + added.size === 0)
    return { commands: batch([{ delete: { table } }]), failures }
  const create = added.size === 0 ? [] : [{ add: { table } }, { add: { chain: chainBody } }]
  const commands = batch([
    ...create,
    ...[...deleted, ...now.strange].map(handle => ({ delete: { rule: { ...inChain, handle } } })),
    ...[...added.values()].map(({ service }) => ({
      add: { rule: { ...inChain, comment: service.key, expr: ruleFor(service) } },
    })),
  ])
  return { commands, failures }
}

const inChain = { family: table.family, table: table.name, chain }

/** Priority `srcnat`. */
const chainBody = {
  family: table.family,
  table: table.name,
  name: chain,
  type: 'nat',
  hook: 'postrouting',
  prio: 100,
  policy: 'accept',
}

function batch(commands: readonly Json[]): Json {
  return { nftables: commands }
}

function stale({ op, row }: SnatChange, words: string, errno: string): SlbError {
  return new SlbError('stale', `${op} ${keyOf.snat(row)}: ${words}`, { errno })
}
