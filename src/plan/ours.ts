/** Which seen rows are ours: only those are ever changed or removed. */
import type { Address, Link, Service } from '../model/rows.ts'
import type { Ledger } from './types.ts'

/**
 * A service is ours if it carries our mark, or if an earlier apply confirmed that it made it
 * (`ipvsadm -E` wipes the mark). An intent alone (hash 0) proves nothing: had we made the service,
 * the mark would be there, since it is in the same message.
 */
export function isOurService(key: string, row: Service, ledger: Ledger): boolean {
  return row.owned || (ledger.service.get(key)?.hash ?? 0) !== 0
}

/** An address is ours if it carries our mark (Linux 5.18 and later keep it), or the ledger names it. */
export function isOurAddress(key: string, row: Address, ledger: Ledger): boolean {
  return row.owned || ledger.address.has(key)
}

/** A link is ours if its alias says so, or the ledger names it. */
export function isOurLink(key: string, row: Link, ledger: Ledger): boolean {
  return row.owned || ledger.link.has(key)
}
