/** Which seen rows are ours: only those are ever changed or removed. */
import { endpoint } from '../model/ip.ts'
import type { Address, Link, Service } from '../model/rows.ts'
import { placesOf } from './fingerprint.ts'
import type { Ledger } from './types.ts'

/**
 * A service is ours if it carries our mark. One that an apply confirmed and that lost the mark since
 * (`ipvsadm -E`, a restored table) is ours as long as it leads nowhere that we did not send it:
 * another program's service of the same key has backends of its own. An intent alone proves nothing:
 * had we made the service, the mark would be there, since it is in the same message.
 *
 * @param wish the service as it is wanted, if it is.
 */
export function isOurService(
  key: string,
  row: Service,
  ledger: Ledger,
  wish: Service | undefined,
): boolean {
  if (row.owned) return true
  const places = ledger.service.get(key)?.places ?? 0
  if (places === 0) return false
  return places === placesOf(row) || (wish !== undefined && leadsOnlyTo(wish, row))
}

function leadsOnlyTo(wish: Service, row: Service): boolean {
  const places = new Set(wish.destinations.map(one => endpoint(one.address, one.port)))
  return row.destinations.every(one => places.has(endpoint(one.address, one.port)))
}

/** Whether the kernel has room for our mark on an address; absent = on every one. */
export type CanMark = ((row: Address) => boolean) | undefined

/**
 * An address is ours if it carries our mark (Linux 5.18 and later keep it), or if the ledger names
 * it. If the ledger only knows that it was begun, it needs the mark where the kernel can keep one.
 */
export function isOurAddress(
  key: string,
  row: Address,
  ledger: Ledger,
  canMark: CanMark = undefined,
): boolean {
  if (row.owned) return true
  if (!ledger.address.has(key)) return false
  return !ledger.begun.has(key) || canMark?.(row) === false
}

/** A link is ours if its alias says so, or if the ledger names it and not as one that was being removed. */
export function isOurLink(key: string, row: Link, ledger: Ledger): boolean {
  return row.owned || (ledger.link.has(key) && !ledger.begun.has(key))
}
