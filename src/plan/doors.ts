/**
 * What lets clients in: links, source NAT and addresses, in their dependence on services.
 *
 * On the way up an address waits for its services; on the way down it waits for their drains.
 */
import type { Ip } from '../model/ip.ts'
import { compareAddresses } from './addresses.ts'
import { type Draft, type PlanInput, takeDown, type Waits } from './draft.ts'
import { compareLinks, isHeldLink } from './links.ts'

/**
 * Writes the changes of source NAT, addresses and links into the draft.
 *
 * @param held keys of wanted services that will not stand: an address that leads only to such
 * services waits, and so does its link if nothing else is to live there.
 */
export function compareDoors(input: PlanInput, held: ReadonlySet<string>, draft: Draft): void {
  const waits = waitingAddresses(input, held)
  for (const [key, reason] of waits) draft.pending.push({ key, reason })
  const draining = drainingServices(input, draft)
  const busyLinks = new Map<string, string>()
  for (const [key, row] of input.seen.address) {
    const service = draining.get(row.address)
    if (service !== undefined && !input.wanted.state.address.has(key))
      busyLinks.set(row.link, service)
  }
  compareSnat(input, held, draining, draft)
  const staying = compareAddresses(input, waits, draining, draft)
  compareLinks(input, waits, busyLinks, staying, draft)
}

/** Addresses that are not up yet and whose services are all held back, or whose link is somebody else's. */
function waitingAddresses(input: PlanInput, held: ReadonlySet<string>): Waits {
  const waits = new Map<string, string>()
  for (const [key, row] of input.wanted.state.address) {
    const link = `link ${row.link}`
    if (isHeldLink(link, input) && !input.seen.address.has(key)) waits.set(key, `waits for ${link}`)
  }
  if (held.size === 0) return waits
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
    waits.set(key, `waits for ${service}`)
  }
  return waits
}

/** The services that still have connections to wait for: by key, and by address to their key. */
function drainingServices(input: PlanInput, draft: Draft): ReadonlyMap<string, string> {
  const draining = new Map<string, string>()
  const add = (key: string): void => {
    const service = input.seen.service.get(key)
    if (service === undefined) return
    draining.set(key, key)
    if (service.id.address !== undefined) draining.set(service.id.address, key)
  }
  for (const change of draft.drain) if (change.kind === 'service') add(change.row.id.key)
  for (const one of draft.pending) add(one.key)
  return draining
}

function compareSnat(
  input: PlanInput,
  held: ReadonlySet<string>,
  draining: ReadonlyMap<string, string>,
  draft: Draft,
): void {
  const { wanted, seen, failed } = input
  for (const [key, row] of wanted.state.snat)
    if (!seen.snat.has(key) && !held.has(row.service.key) && !failed?.has(key))
      draft.up.push({ op: 'create', kind: 'snat', row })
  // The nftables table is ours alone, so every rule in it is.
  for (const [key, row] of seen.snat)
    if (!wanted.state.snat.has(key) && !failed?.has(key))
      takeDown({ op: 'delete', kind: 'snat', row }, key, draining.get(row.service.key), draft)
}
