/**
 * Links, addresses, switches and source NAT in memory: what rtnetlink, /proc/sys and nftables answer.
 *
 * Every function changes the kernel and returns nothing, or returns a refusal and changes nothing.
 */
import { type Address, keyOf, type Link, type Snat, type Sysctl } from '../model/rows.ts'
import type { MemoryKernel } from './memory-kernel.ts'
import type { Refusal } from './memory-refusal.ts'

/** RTM_NEWLINK with NLM_F_EXCL. */
export function newLink(kernel: MemoryKernel, row: Link): Refusal | undefined {
  if (isTooLong(row)) return { errno: 'ERANGE' }
  if (kernel.link.has(keyOf.link(row))) return { errno: 'EEXIST' }
  if (/^$|^\.{1,2}$|[\s/:]/.test(row.name)) return { errno: 'EINVAL' }
  if (row.type === 'device') return { errno: 'EOPNOTSUPP' }
  kernel.link.set(keyOf.link(row), row)
  return undefined
}

/** IFNAMSIZ is 16 bytes with the closing zero; a longer name is refused before anybody looks for the link. */
function isTooLong(row: Link): boolean {
  return Buffer.byteLength(row.name) > 15
}

/** RTM_NEWLINK on a link that is there: up or down, and the mark. Its type cannot change. */
export function setLink(kernel: MemoryKernel, row: Link): Refusal | undefined {
  if (isTooLong(row)) return { errno: 'ERANGE' }
  const have = kernel.link.get(keyOf.link(row))
  if (have === undefined) return { errno: 'ENODEV' }
  kernel.link.set(keyOf.link(row), { ...have, up: row.up, owned: row.owned })
  if (have.up && !row.up) dropAddresses(kernel, row.name, 'ipv6')
  return undefined
}

/** RTM_DELLINK: its addresses go with it. A link without a kind cannot be deleted. */
export function deleteLink(kernel: MemoryKernel, row: Link): Refusal | undefined {
  const have = kernel.link.get(keyOf.link(row))
  if (have === undefined) return { errno: 'ENODEV', code: 'stale', words: 'it is gone' }
  if (have.type === 'device') return { errno: 'EOPNOTSUPP' }
  kernel.link.delete(keyOf.link(row))
  dropAddresses(kernel, row.name)
  return undefined
}

/** The kernel flushes IPv6 addresses of a link that goes down (addrconf_ifdown), IPv4 ones stay. */
function dropAddresses(kernel: MemoryKernel, link: string, family?: 'ipv6'): void {
  for (const [key, row] of kernel.address)
    if (row.link === link && (family === undefined || row.address.includes(':')))
      kernel.address.delete(key)
}

/** RTM_NEWADDR with NLM_F_EXCL. */
export function newAddress(kernel: MemoryKernel, row: Address): Refusal | undefined {
  if (!kernel.link.has(`link ${row.link}`)) return { errno: 'ENODEV' }
  if (holderOf(kernel, row) !== undefined) return { errno: 'EEXIST' }
  kernel.address.set(keyOf.address(row), row)
  return undefined
}

/** RTM_NEWADDR with NLM_F_REPLACE: the mark of one that is there, or a new one. */
export function setAddress(kernel: MemoryKernel, row: Address): Refusal | undefined {
  const have = holderOf(kernel, row)
  if (have === undefined) return newAddress(kernel, row)
  kernel.address.set(keyOf.address(have), { ...have, owned: row.owned })
  return undefined
}

/** RTM_DELADDR: by link, address and prefix; whoever made it. */
export function deleteAddress(kernel: MemoryKernel, row: Address): Refusal | undefined {
  if (!kernel.link.has(`link ${row.link}`))
    return { errno: 'ENODEV', code: 'stale', words: 'it is gone with its link' }
  return kernel.address.delete(keyOf.address(row)) ? undefined : { errno: 'EADDRNOTAVAIL' }
}

/** An IPv6 address stands once on a link, whatever its prefix length; an IPv4 one once for each. */
function holderOf(kernel: MemoryKernel, row: Address): Address | undefined {
  const same = kernel.address.get(keyOf.address(row))
  if (same !== undefined || !row.address.includes(':')) return same
  for (const one of kernel.address.values())
    if (one.link === row.link && one.address === row.address) return one
  return undefined
}

/** A write below /proc/sys. */
export function setSysctl(kernel: MemoryKernel, row: Sysctl): Refusal | undefined {
  const key = keyOf.sysctl(row)
  if (!kernel.sysctl.has(key))
    return { errno: 'ENOENT', code: 'missing', words: 'there is no such switch' }
  if (!/^-?\d+(?: -?\d+)*$/.test(row.value)) return { errno: 'EINVAL' }
  kernel.sysctl.set(key, row)
  return undefined
}

/** A rule in our nftables table. */
export function newSnat(kernel: MemoryKernel, row: Snat): Refusal | undefined {
  if (kernel.snat.has(keyOf.snat(row))) return { errno: 'EEXIST' }
  kernel.snat.set(keyOf.snat(row), row)
  return undefined
}

export function deleteSnat(kernel: MemoryKernel, row: Snat): Refusal | undefined {
  return kernel.snat.delete(keyOf.snat(row)) ? undefined : { errno: 'ENOENT' }
}
