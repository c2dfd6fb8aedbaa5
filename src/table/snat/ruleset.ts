/** Our nftables table as a whole: what is in it, and the transaction that changes it. */
import type { ChangeOf, Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import { keyOf, type ServiceId, type Snat } from '../../model/rows.ts'
import { field, type Json, readRule, ruleFor, type Verdict } from './rule.ts'

export type SnatChange = ChangeOf<'snat'>

/** `table inet slb`: one for IPv4 and IPv6. */
export const table = { family: 'inet', name: 'slb' } as const

/**
 * The table is ours if it has this chain, and a rule is if its comment begins with this mark. nft
 * 1.0.6 neither writes nor lists the comment of a table or a chain in JSON: so the name is the mark.
 */
const chain = 'postrouting-5b1b'
const mark = 'slb:5b1b '

/** A rule of ours, and the number that nft knows it by. */
export interface Rule {
  readonly row: Snat
  readonly handle: number
}

/** What stands in the table. */
export interface Ruleset {
  /** By row key. */
  readonly rules: ReadonlyMap<string, Rule>
  /** By row key: rules that do nothing but keep the flows of a deleted rule translated. */
  readonly keepers: ReadonlyMap<string, Rule>
  /** Rules of ours that are not as slb writes them, doubles among them. */
  readonly strange: readonly number[]
  /** There is such a table, and it is not ours. */
  readonly theirs: boolean
  /** It has more in it than ours: chains, sets, rules without our mark. */
  readonly shared: boolean
}

export const emptyRuleset: Ruleset = {
  rules: new Map(),
  keepers: new Map(),
  strange: [],
  theirs: false,
  shared: false,
}

/** Reads what `nft -j list table inet slb` prints. */
export function readRuleset(listing: Json): Ruleset {
  const items = field(listing, 'nftables')
  const found = { masquerade: new Map<string, Rule>(), accept: new Map<string, Rule>() }
  const strange: number[] = []
  let there = false
  let ours = false
  let shared = false
  for (const item of Array.isArray(items) ? items : []) {
    if (field(item, 'metainfo') !== undefined) continue
    const rule = field(item, 'rule')
    const handle = field(rule, 'handle')
    const comment = field(rule, 'comment')
    if (field(item, 'table') !== undefined) there = true
    else if (field(field(item, 'chain'), 'name') === chain) ours = true
    else if (
      field(rule, 'chain') !== chain ||
      typeof handle !== 'number' ||
      typeof comment !== 'string' ||
      !comment.startsWith(mark)
    )
      shared = true
    else {
      const read = readRule(field(rule, 'expr'))
      const key = read === undefined ? '' : keyOf.snat(read)
      const places = read === undefined ? undefined : found[read.verdict]
      if (comment !== mark + read?.service.key || places?.has(key)) strange.push(handle)
      else if (read !== undefined) places?.set(key, { row: { service: read.service }, handle })
    }
  }
  const theirs = there && !ours
  return { rules: found.masquerade, keepers: found.accept, strange, theirs, shared }
}

/** A transaction for `nft -j -f -`, and the changes that cannot be part of it. */
export interface Transaction {
  /** Undefined if there is nothing to do. */
  readonly commands: Json | undefined
  readonly failures: readonly Failure[]
}

/**
 * What turns a ruleset into the one after some changes, all at once or not at all. Strange rules go
 * with the first transaction; what is not ours stays.
 *
 * The table goes with its last rule. But while the service of a deleted rule stands, its flows live
 * on without the rule, and in a network namespace in which no rule needs connection tracking, or that
 * has no chain of type nat, the kernel translates nothing any more. Then a keeper takes the rule's
 * place: the same rule, which does nothing.
 *
 * @param stands whether a service is in the kernel
 */
export function transaction(
  now: Ruleset,
  changes: readonly SnatChange[],
  stands: (service: ServiceId) => boolean,
): Transaction {
  const failures: Failure[] = []
  const rules = new Map(now.rules)
  const keepers = new Map(now.keepers)
  const gone: Rule[] = []
  const added = new Map<string, Json>()
  const kept = new Map<string, Json>()
  for (const change of changes) {
    const key = keyOf.snat(change.row)
    const { service } = change.row
    const rule = rules.get(key)
    const keeper = keepers.get(key)
    if (change.op === 'delete') {
      if (rule === undefined && keeper === undefined && !added.has(key))
        failures.push({ change, error: stale(change, 'it is gone', 'ENOENT') })
      if (rule !== undefined && stands(service)) kept.set(key, newRule(service, 'accept'))
      for (const one of [rule, keeper]) if (one !== undefined) gone.push(one)
      rules.delete(key)
      keepers.delete(key)
      added.delete(key)
    } else if (now.theirs) failures.push({ change, error: occupied(change) })
    else if (rules.get(key) === undefined && !added.has(key)) {
      if (keeper !== undefined) gone.push(keeper)
      keepers.delete(key)
      kept.delete(key)
      added.set(key, newRule(service, 'masquerade'))
    } else if (change.op === 'create')
      failures.push({ change, error: stale(change, 'it exists already', 'EEXIST') })
  }
  const fresh = [...kept.values(), ...added.values()]
  if (gone.length + fresh.length === 0) return { commands: undefined, failures }
  if (fresh.length + rules.size + keepers.size === 0 && !now.shared)
    return { commands: batch([{ delete: { table } }]), failures }
  const create = fresh.length === 0 ? [] : [{ add: { table } }, { add: { chain: chainBody } }]
  const handles = [...gone.map(({ handle }) => handle), ...now.strange]
  const commands = batch([
    ...create,
    ...handles.map(handle => ({ delete: { rule: { ...inChain, handle } } })),
    ...fresh,
  ])
  return { commands, failures }
}

const inChain = { family: table.family, table: table.name, chain }

function newRule(service: ServiceId, verdict: Verdict): Json {
  const comment = mark + service.key
  return { add: { rule: { ...inChain, comment, expr: ruleFor(service, verdict) } } }
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

function occupied({ op, row }: SnatChange): SlbError {
  const name = `${table.family} ${table.name}`
  return new SlbError(
    'invalid',
    `${op} ${keyOf.snat(row)}: the nftables table ${name} is somebody else's, who made it without the chain ${chain}`,
    { hint: `give it another name, or remove it: nft delete table ${name}` },
  )
}
