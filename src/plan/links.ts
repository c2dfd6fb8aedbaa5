/** Compare links, wanted against seen: only dummies of ours are made and removed. */
import { keyOf, type Link } from '../model/rows.ts'
import {
  conflictOver,
  type Draft,
  type Lingering,
  type PlanInput,
  takeDown,
  type Waits,
} from './draft.ts'
import { isOurAddress, isOurLink } from './ours.ts'

/**
 * Writes the changes of links into the draft.
 *
 * @param waits addresses that do not come up yet: a link for such addresses alone is not made.
 * @param busy links whose addresses a service still needs that is to go.
 * @param staying links whose addresses are needed until the address named can be added.
 */
export function compareLinks(
  input: PlanInput,
  waits: Waits,
  busy: ReadonlyMap<string, Lingering>,
  staying: ReadonlyMap<string, string>,
  draft: Draft,
): void {
  const { wanted, seen, ledger, failed } = input
  const used = new Set<string>()
  const homes = new Set<string>()
  for (const [key, row] of wanted.state.address) {
    homes.add(row.link)
    if (!waits.has(key)) used.add(row.link)
  }
  for (const [key, row] of wanted.state.link) {
    if (failed?.has(key)) continue
    const have = seen.link.get(key)
    if (have === undefined) {
      if (used.has(row.name)) draft.up.push({ op: 'create', kind: 'link', row })
    } else if (isOurLink(key, have, ledger)) {
      if (have.up !== row.up || !have.owned)
        draft.up.push({ op: 'update', kind: 'link', row, from: have, drift: true })
    } else if (isHeldLink(key, input)) refuse(row, have, draft)
    else draft.up.push({ op: 'adopt', kind: 'link', row, from: have })
  }
  const guests = guestsByLink(input)
  for (const [key, row] of seen.link) {
    if (wanted.state.link.has(key) || !isOurLink(key, row, ledger)) continue
    // A VIP may live on a link of ours by its name: then it is used like any real link.
    if (homes.has(row.name)) continue
    const guest = guests.get(row.name)
    if (guest !== undefined) draft.notes.push(`${key} stays: ${guest} on it was not made by slb`)
    else if (staying.has(row.name))
      draft.pending.push({ key, reason: `stays until ${staying.get(row.name)} can be added` })
    else if (!failed?.has(key))
      takeDown({ op: 'delete', kind: 'link', row }, key, busy.get(row.name), draft)
  }
}

/** Of each link an address that is not ours. The kernel's own link-local address does not count. */
function guestsByLink(input: PlanInput): ReadonlyMap<string, string> {
  const guests = new Map<string, string>()
  for (const [key, row] of input.seen.address)
    if (
      !guests.has(row.link) &&
      !isOurAddress(key, row, input.ledger, input.canMark) &&
      !row.address.startsWith('fe80:')
    )
      guests.set(row.link, key)
  return guests
}

/** True if a link that is to be ours stands, is somebody else's, and stays his. */
export function isHeldLink(key: string, input: PlanInput): boolean {
  const have = input.seen.link.get(key)
  if (have === undefined || !input.wanted.state.link.has(key)) return false
  if (isOurLink(key, have, input.ledger)) return false
  return have.type !== 'dummy' || conflictOver(key, input) === 'refuse'
}

function refuse(row: Link, have: Link, draft: Draft): void {
  const key = keyOf.link(row)
  draft.refused.push({
    key,
    kind: 'link',
    owner: `a ${have.type} link that slb did not make`,
    hint:
      have.type === 'dummy'
        ? `take it over with --adopt '${key}', or name another link in [vip] link`
        : 'name another link for the VIP; a real link is used with link = "NAME" and stays what it is',
  })
}
