/** Compare links, addresses and source NAT, wanted against seen. */
import type { Ip } from '../model/ip.ts'
import { type Address, keyOf, type Link } from '../model/rows.ts'
import { conflictOver, type Draft, type PlanInput } from './draft.ts'

/**
 * Writes the changes of links, source NAT and addresses into the draft, in that order.
 *
 * @param held keys of wanted services that will not stand: an address that leads only to such
 * services waits, and so does its link if nothing else is to live there.
 */
export function compareDoors(input: PlanInput, held: ReadonlySet<string>, draft: Draft): void {
  const waiting = waitingAddresses(input, held)
  for (const [key, reason] of waiting) draft.pending.push({ key, reason })
  compareLinks(input, waiting, draft)
  compareSnat(input, held, draft)
  compareAddresses(input, waiting, draft)
}

/** Addresses that are not up yet and whose services are all held by somebody else. */
function waitingAddresses(
  input: PlanInput,
  held: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const waiting = new Map<string, string>()
  if (held.size === 0) return waiting
  const standing = new Set<Ip>()
  const heldBy = new Map<Ip, string>()
  for (const [key, service] of input.wanted.state.service) {
    if (service.id.address === undefined) continue
    if (held.has(key)) heldBy.set(service.id.address, key)
    else standing.add(service.id.address)
  }
  for (const [key, row] of input.wanted.state.address) {
    const service = heldBy.get(row.address)
    if (service === undefined || standing.has(row.address) || input.seen.address.has(key)) continue
    waiting.set(key, `waits for ${service}`)
  }
  return waiting
}

function compareLinks(input: PlanInput, waiting: ReadonlyMap<string, string>, draft: Draft): void {
  const { wanted, seen, ledger } = input
  const used = new Set<string>()
  for (const [key, row] of wanted.state.address) if (!waiting.has(key)) used.add(row.link)
  for (const [key, row] of wanted.state.link) {
    const have = seen.link.get(key)
    if (have === undefined) {
      if (used.has(row.name)) draft.up.push({ op: 'create', kind: 'link', row })
    } else if (have.owned || ledger.link.has(key)) {
      if (have.up !== row.up || !have.owned)
        draft.up.push({ op: 'update', kind: 'link', row, from: have, drift: true })
    } else takeOverLink(row, have, input, draft)
  }
  for (const [key, row] of seen.link) {
    if (wanted.state.link.has(key) || !(row.owned || ledger.link.has(key))) continue
    const guest = guestOf(row, input)
    if (guest === undefined) draft.down.push({ op: 'delete', kind: 'link', row })
    else draft.notes.push(`${key} stays: ${guest} on it was not made by slb`)
  }
}

/** An address that is not ours on a link of ours. The kernel's own link-local address does not count. */
function guestOf(link: Link, input: PlanInput): string | undefined {
  for (const [key, row] of input.seen.address)
    if (row.link === link.name && !isOurs(key, row, input) && !row.address.startsWith('fe80:'))
      return key
  return undefined
}

function takeOverLink(row: Link, have: Link, input: PlanInput, draft: Draft): void {
  const key = keyOf.link(row)
  const conflict = have.type === 'dummy' ? conflictOver(key, input) : 'refuse'
  if (conflict !== 'refuse') {
    draft.up.push({ op: 'adopt', kind: 'link', row, from: have })
    return
  }
  draft.refused.push({
    key,
    kind: 'link',
    owner: `a ${have.type} link that slb did not make`,
    hint:
      have.type === 'dummy'
        ? `take it over with --adopt '${key}', or name another link in [vip] link`
        : 'name another link in [vip] link; a real link is used with link = "NAME", without being taken over',
  })
}

function compareSnat(input: PlanInput, held: ReadonlySet<string>, draft: Draft): void {
  for (const [key, row] of input.wanted.state.snat)
    if (!input.seen.snat.has(key) && !held.has(row.service.key))
      draft.up.push({ op: 'create', kind: 'snat', row })
  // The nftables table is ours alone, so every rule in it is.
  for (const [key, row] of input.seen.snat)
    if (!input.wanted.state.snat.has(key)) draft.down.push({ op: 'delete', kind: 'snat', row })
}

function compareAddresses(
  input: PlanInput,
  waiting: ReadonlyMap<string, string>,
  draft: Draft,
): void {
  const { wanted, seen } = input
  const elsewhere = byIp(seen.address)
  for (const [key, row] of wanted.state.address) {
    const have = seen.address.get(key)
    if (have !== undefined) compareAddress(row, have, input, draft)
    else if (!waiting.has(key)) placeAddress(row, elsewhere.get(row.address) ?? [], input, draft)
  }
  const ours = new Set<string>()
  for (const link of seen.link.values()) if (link.owned) ours.add(link.name)
  for (const [key, row] of seen.address) {
    if (wanted.state.address.has(key)) continue
    if (isOurs(key, row, input)) draft.down.push({ op: 'delete', kind: 'address', row })
    else if (ours.has(row.link) && !row.address.startsWith('fe80:'))
      draft.foreign.push({ key, kind: 'address' })
  }
}

function compareAddress(row: Address, have: Address, input: PlanInput, draft: Draft): void {
  const key = keyOf.address(row)
  if (have.dadFailed)
    draft.refused.push({
      key,
      kind: 'address',
      owner: 'another host on the link (duplicate address detection failed)',
      hint: `find the other holder of ${row.address} on ${row.link}; the kernel does not use the address until then`,
    })
  else if (isOurs(key, have, input)) {
    if (!have.owned && markable(input))
      draft.up.push({ op: 'update', kind: 'address', row, from: have, drift: true })
  } else if (conflictOver(key, input) !== 'refuse')
    draft.up.push({ op: 'adopt', kind: 'address', row, from: have })
  else refuseAddress(row, have, draft)
}

/** Kernels before 5.18 have no IFA_PROTO: there no address shows our mark, and none can lose it. */
function markable(input: PlanInput): boolean {
  for (const row of input.seen.address.values()) if (row.owned) return true
  return false
}

/** A wanted address that is not on its link yet: create it, unless somebody has it elsewhere. */
function placeAddress(
  row: Address,
  holders: readonly Address[],
  input: PlanInput,
  draft: Draft,
): void {
  const foreign = holders.filter(one => !isOurs(keyOf.address(one), one, input))
  const first = foreign[0]
  if (first !== undefined && conflictOver(keyOf.address(row), input) !== 'force') {
    refuseAddress(row, first, draft)
    return
  }
  draft.up.push({ op: 'create', kind: 'address', row })
  for (const one of foreign) draft.down.push({ op: 'delete', kind: 'address', row: one })
}

function refuseAddress(row: Address, holder: Address, draft: Draft): void {
  const key = keyOf.address(row)
  const same = keyOf.address(holder) === key
  draft.refused.push({
    key,
    kind: 'address',
    owner: `${keyOf.address(holder)}, which slb did not make`,
    hint: same
      ? `use it as it is with link = "external", or take it over with --adopt '${key}'`
      : `use it where it is with link = "external", or move it with --force '${key}'`,
  })
}

function isOurs(key: string, row: Address, input: PlanInput): boolean {
  return row.owned || input.ledger.address.has(key)
}

function byIp(rows: ReadonlyMap<string, Address>): ReadonlyMap<Ip, Address[]> {
  const index = new Map<Ip, Address[]>()
  for (const row of rows.values()) {
    const list = index.get(row.address)
    if (list === undefined) index.set(row.address, [row])
    else list.push(row)
  }
  return index
}
