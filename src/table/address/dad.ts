/** Waiting for IPv6 duplicate-address detection (RFC 4862, 5.4). */
import type { Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import { familyOf } from '../../model/ip.ts'
import { keyOf } from '../../model/rows.ts'
import type { Netlink } from '../../netlink/socket.ts'
import type { AddressChange } from './addresses.ts'
import { linkIndexes, readAddresses } from './read.ts'
import { type AddressEntry, afInet6 } from './wire.ts'

/** Milliseconds; the clock never goes back. */
export interface Patience {
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  /** How long to wait for the kernel's verdicts. */
  readonly limit: number
}

const interval = 100

/**
 * Waits until the kernel knows of every address just added whether another host has it, and returns
 * a failure for those that one has. The kernel takes up to a second before it asks and another for
 * answers (`dad_transmits` times `retrans_time_ms`). An address on a link without carrier stays
 * tentative until it has one, and answers nobody: after `limit` it is a failure of kind `timeout`. It
 * stays in the kernel, which goes on with the detection by itself once there is a carrier.
 */
export async function settleDad(
  netlink: Netlink,
  added: readonly AddressChange[],
  patience: Patience,
): Promise<Failure[]> {
  const failures: Failure[] = []
  let open = added.filter(({ row }) => familyOf(row.address) === 'ipv6' && !row.nodad)
  if (open.length === 0) return failures
  const indexes = linkIndexes(netlink)
  const deadline = patience.now() + patience.limit
  for (;;) {
    const entries = new Map(
      readAddresses(netlink, afInet6).map(entry => [`${entry.index} ${entry.address}`, entry]),
    )
    const find = ({ row }: AddressChange): AddressEntry | undefined =>
      entries.get(`${indexes.get(row.link)} ${row.address}`)
    for (const change of open)
      if (find(change)?.dadFailed === true) failures.push({ change, error: duplicate(change) })
    open = open.filter(change => {
      const entry = find(change)
      return entry?.tentative === true && !entry.dadFailed
    })
    if (open.length === 0) return failures
    if (patience.now() >= deadline)
      return [...failures, ...open.map(change => ({ change, error: undecided(change) }))]
    await patience.sleep(interval)
  }
}

function undecided({ op, row }: AddressChange): SlbError {
  return new SlbError(
    'timeout',
    `${op} ${keyOf.address(row)}: duplicate address detection has not finished on ${row.link}; until then the address answers nobody`,
    {
      hint: `look whether ${row.link} has a carrier (ip link show ${row.link}); with one, the kernel finishes by itself`,
    },
  )
}

function duplicate({ op, row }: AddressChange): SlbError {
  return new SlbError(
    'duplicate-address',
    `${op} ${keyOf.address(row)}: another host on the link has it (duplicate address detection failed)`,
    {
      errno: 'EADDRINUSE',
      hint: `find the other holder of ${row.address} on ${row.link}: ip neigh, or its switch`,
    },
  )
}
