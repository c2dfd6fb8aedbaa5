/** Compare addresses, wanted against seen. */
import type { Ip } from '../model/ip.ts'
import { type Address, keyOf } from '../model/rows.ts'
import {
  conflictOver,
  type Draft,
  type Lingering,
  type PlanInput,
  takeDown,
  type Waits,
} from './draft.ts'
import { isOurAddress } from './ours.ts'

/**
 * Writes the changes of addresses into the draft.
 *
 * @param waits addresses that do not come up yet.
 * @param lingering by address: the service that is to go, but still needs it.
 * @returns links that keep an address until it stands elsewhere, with the key that it waits for.
 */
export function compareAddresses(
  input: PlanInput,
  waits: Waits,
  lingering: ReadonlyMap<string, Lingering>,
  draft: Draft,
): ReadonlyMap<string, string> {
  const { wanted, seen } = input
  const staying = new Map<string, string>()
  const elsewhere = byIp(seen.address)
  const missing = new Map<Ip, string>()
  for (const [key, row] of wanted.state.address) {
    const have = seen.address.get(key)
    if (have === undefined ? input.failed?.has(key) : have.dadFailed) missing.set(row.address, key)
    if (input.failed?.has(key)) continue
    if (input.failed?.has(`link ${row.link}`)) missing.set(row.address, key)
    else if (have !== undefined) compare(row, have, input, draft)
    else if (waits.has(key)) missing.set(row.address, key)
    else if (!place(row, elsewhere.get(row.address) ?? [], input, draft))
      missing.set(row.address, key)
  }
  const tenants = foreignServices(input, draft)
  const links = new Set<string>()
  for (const link of seen.link.values()) if (link.owned) links.add(link.name)
  for (const [key, row] of seen.address) {
    if (wanted.state.address.has(key)) continue
    if (!isOurAddress(key, row, input.ledger, input.canMark)) {
      if (links.has(row.link) && !row.address.startsWith('fe80:'))
        draft.foreign.push({ key, kind: 'address' })
      continue
    }
    if (input.failed?.has(key)) continue
    const successor = missing.get(row.address)
    const user = successor === undefined ? tenants.get(row.address) : undefined
    if (successor !== undefined) {
      draft.pending.push({ key, reason: `stays until ${successor} can be added` })
      staying.set(row.link, successor)
    } else if (user !== undefined) {
      draft.notes.push(`${key} stays: ${user}, which slb did not make, is reached by it`)
      staying.set(row.link, user)
    } else takeDown({ op: 'delete', kind: 'address', row }, key, lingering.get(row.address), draft)
  }
  return staying
}

function compare(row: Address, have: Address, input: PlanInput, draft: Draft): void {
  const key = keyOf.address(row)
  if (have.dadFailed)
    draft.refused.push({
      key,
      kind: 'address',
      owner: 'another host on the link (duplicate address detection failed)',
      hint: `find the other holder of ${row.address} on ${row.link}; until then the kernel does not use the address here`,
    })
  else if (isOurAddress(key, have, input.ledger, input.canMark)) {
    if (!have.owned && markable(row, input))
      draft.up.push({ op: 'update', kind: 'address', row, from: have, drift: true })
  } else if (conflictOver(key, input) !== 'refuse')
    draft.up.push({ op: 'adopt', kind: 'address', row, from: have })
  else refuse(row, have, draft)
}

/** Virtual services of others, by their address. */
function foreignServices(input: PlanInput, draft: Draft): ReadonlyMap<Ip, string> {
  const services = new Map<Ip, string>()
  for (const { key, kind } of draft.foreign) {
    const ip = kind === 'service' ? input.seen.service.get(key)?.id.address : undefined
    if (ip !== undefined) services.set(ip, key)
  }
  return services
}

/**
 * Whether a lost mark can be put back. Where no address at all shows our mark the kernel has no room
 * for it (IFA_PROTO came with 5.18), and nothing is lost.
 */
function markable(row: Address, input: PlanInput): boolean {
  if (input.canMark?.(row) === false) return false
  for (const one of input.seen.address.values()) if (one.owned) return true
  return false
}

/** A wanted address that is not on its link: create it, unless somebody has it elsewhere. */
function place(row: Address, holders: readonly Address[], input: PlanInput, draft: Draft): boolean {
  const foreign = holders.filter(
    one => !isOurAddress(keyOf.address(one), one, input.ledger, input.canMark),
  )
  const first = foreign[0]
  const network = foreign.find(one => one.prefix !== row.prefix)
  if (first !== undefined && (network || conflictOver(keyOf.address(row), input) !== 'force')) {
    refuse(row, network ?? first, draft)
    return false
  }
  draft.up.push({ op: 'create', kind: 'address', row })
  for (const one of foreign) draft.down.push({ op: 'delete', kind: 'address', row: one })
  return true
}

function refuse(row: Address, holder: Address, draft: Draft): void {
  const key = keyOf.address(row)
  const same = keyOf.address(holder) === key
  // With a shorter prefix it is the host's own address: moving it would take the network's route along.
  const movable = holder.prefix === row.prefix
  draft.refused.push({
    key,
    kind: 'address',
    owner: `${keyOf.address(holder)}, which slb did not make`,
    hint: same
      ? `use it as it is with link = "external", or take it over with --adopt '${key}'`
      : `use it where it is with link = "external"${movable ? `, or move it with --force '${key}'` : ''}`,
  })
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
