/** Our nftables table as a whole: what is in it, and the transaction that changes it. */
import type { ChangeOf, Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import { keyOf, type ServiceId, type Snat } from '../../model/rows.ts'
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
 * with the first transaction.
 *
 * The table goes with its last rule, unless a service of a deleted rule stands: its flows live on
 * without the rule, but a network namespace in which no rule needs connection tracking, or that has
 * no chain of type nat, translates nothing any more. Then one rule that does nothing stays behind.
 *
 * @param stands whether a service is in the kernel; asked only about the last rules
 */
export function transaction(
  now: Ruleset,
  changes: readonly SnatChange[],
  stands: (service: ServiceId) => boolean,
): Transaction {
  const failures: Failure[] = []
  const standing = new Map([...now.rules].map(([key, { handle }]) => [key, handle]))
  const deleted: number[] = []
  const orphans: ServiceId[] = []
  const added = new Map<string, Snat>()
  for (const change of changes) {
    const key = keyOf.snat(change.row)
    const handle = standing.get(key)
    const isThere = handle !== undefined || added.has(key)
    if (change.op === 'delete') {
      if (!isThere) failures.push({ change, error: stale(change, 'it is gone', 'ENOENT') })
      if (handle !== undefined) {
        deleted.push(handle)
        orphans.push(change.row.service)
      }
      standing.delete(key)
      added.delete(key)
    } else if (!isThere) added.set(key, change.row)
    else if (change.op === 'create')
      failures.push({ change, error: stale(change, 'it exists already', 'EEXIST') })
  }
  if (deleted.length + added.size === 0) return { commands: undefined, failures }
  const isEmpty = standing.size + added.size === 0
  if (isEmpty && !orphans.some(stands))
    return { commands: batch([{ delete: { table } }]), failures }
  const create = added.size === 0 ? [] : [{ add: { table } }, { add: { chain: chainBody } }]
  const commands = batch([
    ...create,
    ...[...deleted, ...now.strange].map(handle => ({ delete: { rule: { ...inChain, handle } } })),
    ...[...added.values()].map(({ service }) => ({
      add: { rule: { ...inChain, comment: service.key, expr: ruleFor(service) } },
    })),
    ...(isEmpty ? [{ add: { rule: keeper } }] : []),
  ])
  return { commands, failures }
}

const inChain = { family: table.family, table: table.name, chain }

/** Needs connection tracking and does nothing. To `readRuleset` it is a strange rule. */
const keeper = {
  ...inChain,
  comment: 'keeps flows of deleted rules alive',
  expr: [
    { match: { op: '==', left: { ct: { key: 'direction' } }, right: 'original' } },
    { accept: null },
  ],
}

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
