/** Which seen rows are ours: only those are ever changed or removed. */
import type { Address, Link, Service } from '../model/rows.ts'
import type { Ledger } from './types.ts'

/**
 * A service is ours if it carries our mark, or if the kernel acknowledged it to an apply (`ipvsadm -E`
 * and a restored table lose the mark). An intent alone (hash 0) proves nothing: had we made the
 * service, the mark would be there, since it is in the same message.
 */
export function isOurService(key: string, row: Service, ledger: Pick<Ledger, 'service'>): boolean {
  return row.owned || (ledger.service.get(key)?.hash ?? 0) !== 0
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

/** A link is ours if its alias says so, or if the ledger names it: the alias comes in a second message. */
export function isOurLink(key: string, row: Link, ledger: Ledger): boolean {
  return row.owned || ledger.link.has(key)
}
