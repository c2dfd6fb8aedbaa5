/**
 * What lets clients in: links, source NAT, addresses and announcements, in their dependence on services.
 *
 * On the way up an address waits for its services; on the way down it waits for their drains.
 */
import type { Ip } from '../model/ip.ts'
import { compareAddresses } from './addresses.ts'
import { compareAnnouncements } from './announcements.ts'
import { type Draft, type Lingering, type PlanInput, takeDown, type Waits } from './draft.ts'
import { compareLinks, isHeldLink } from './links.ts'
import { forwardingSwitches } from './switches.ts'

/**
 * Writes the changes of source NAT, addresses and links into the draft.
 *
 * @param held keys of wanted services that will not stand: an address that leads only to such
 * services waits, and so does its link if nothing else is to live there.
 */
export function compareDoors(input: PlanInput, held: ReadonlySet<string>, draft: Draft): void {
  const blocked = blockedServices(input, held, draft)
  const waits = waitingAddresses(input, blocked)
  for (const [key, reason] of waits) draft.pending.push({ key, reason })
  const lingering = lingeringServices(input, draft)
  const busyLinks = new Map<string, Lingering>()
  for (const [key, row] of input.seen.address) {
    const service = lingering.get(row.address)
    if (service === undefined || input.wanted.state.address.has(key)) continue
    if (busyLinks.get(row.link)?.drains !== false) busyLinks.set(row.link, service)
  }
  compareSnat(input, held, lingering, draft)
  const staying = compareAddresses(input, waits, lingering, draft)
  compareLinks(input, waits, busyLinks, staying, draft)
  compareAnnouncements(input, waits, blocked, draft)
}

/** Services that nobody should reach yet, with the key of what each waits for. */
function blockedServices(
  input: PlanInput,
  held: ReadonlySet<string>,
  draft: Draft,
): ReadonlyMap<string, string> {
  const blocked = new Map<string, string>()
  for (const key of held) blocked.set(key, key)
  const broken = new Set(input.failed ?? [])
  for (const one of draft.refused) broken.add(one.key)
  if (broken.size === 0) return blocked
  const waiting = new Map<string, string>()
  for (const key of forwardingSwitches)
    if (broken.has(key))
      for (const name of input.wanted.names.get(key) ?? []) waiting.set(name, key)
  for (const key of input.wanted.state.service.keys()) {
    const cause = waiting.get(input.wanted.policies.get(key)?.name ?? '')
    if (cause !== undefined) blocked.set(key, cause)
  }
  for (const [key, row] of input.wanted.state.snat)
    if (broken.has(key)) blocked.set(row.service.key, key)
  return blocked
}

/** Addresses that are not up yet and whose services are all blocked, or whose link is somebody else's. */
function waitingAddresses(input: PlanInput, blocked: ReadonlyMap<string, string>): Waits {
  const waits = new Map<string, string>()
  const standing = new Set<Ip>()
  const causes = new Map<Ip, string>()
  if (blocked.size > 0)
    for (const [key, service] of input.wanted.state.service) {
      if (service.id.address === undefined) continue
      const cause = blocked.get(key)
      if (cause === undefined) standing.add(service.id.address)
      else causes.set(service.id.address, cause)
    }
  for (const [key, row] of input.wanted.state.address) {
    if (input.seen.address.has(key)) continue
    const link = `link ${row.link}`
    const cause = standing.has(row.address) ? undefined : causes.get(row.address)
    if (cause !== undefined) waits.set(key, `waits for ${cause}`)
    else if (isHeldLink(link, input)) waits.set(key, `waits for ${link}`)
  }
  return waits
}

/** The services that are to go and still stand: by key, and by address. */
function lingeringServices(input: PlanInput, draft: Draft): ReadonlyMap<string, Lingering> {
  const lingering = new Map<string, Lingering>()
  const add = (key: string, drains: boolean): void => {
    const service = input.seen.service.get(key)
    if (service === undefined) return
    lingering.set(key, { key, drains })
    const { address } = service.id
    // Where one drains and another stays, what they share stays.
    if (address !== undefined && lingering.get(address)?.drains !== false)
      lingering.set(address, { key, drains })
  }
  for (const change of draft.drain) if (change.kind === 'service') add(change.row.id.key, true)
  for (const one of draft.pending) add(one.key, one.reason === 'draining')
  for (const [address, key] of drainingAddresses(input, draft))
    if (!lingering.has(address)) lingering.set(address, { key, drains: true })
  return lingering
}

/** Addresses of services that stay, with the key of one that has a backend in the middle of its drain. */
function drainingAddresses(input: PlanInput, draft: Draft): ReadonlyMap<Ip, string> {
  const draining = new Map<Ip, string>()
  const wanted = new Set(Array.from(input.wanted.state.address.values(), row => row.address))
  const add = (key: string): void => {
    const address = input.wanted.state.service.get(key)?.id.address
    if (address !== undefined && !wanted.has(address)) draining.set(address, key)
  }
  for (const change of draft.drain) if (change.kind === 'destination') add(change.row.service.key)
  for (const one of draft.pending)
    if (one.deadline !== undefined) add(one.key.slice(0, one.key.indexOf(' -> ')))
  return draining
}

function compareSnat(
  input: PlanInput,
  held: ReadonlySet<string>,
  lingering: ReadonlyMap<string, Lingering>,
  draft: Draft,
): void {
  const { wanted, seen, failed } = input
  for (const [key, row] of wanted.state.snat)
    if (!seen.snat.has(key) && !held.has(row.service.key) && !failed?.has(key))
      draft.up.push({ op: 'create', kind: 'snat', row })
  // Only rules that carry our mark are read from nftables, so every one is ours.
  for (const [key, row] of seen.snat)
    if (!wanted.state.snat.has(key) && !failed?.has(key))
      takeDown({ op: 'delete', kind: 'snat', row }, key, lingering.get(row.service.key), draft)
}
