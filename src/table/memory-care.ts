/**
 * The last look before a deletion, as the tables of links and addresses take it.
 *
 * The kernel itself deletes an address or a link whoever made it. The tables read again just before,
 * and leave what is not what the plan saw; so does the table in memory.
 */
import type { Change } from '../model/change.ts'
import { type Address, keyOf, type Link } from '../model/rows.ts'
import type { MemoryKernel } from './memory-kernel.ts'
import type { Refusal } from './memory-refusal.ts'

/** Why this change must not be made now; undefined = nothing speaks against it. */
export function hindrance(kernel: MemoryKernel, change: Change): Refusal | undefined {
  if (change.op !== 'delete') return undefined
  if (change.kind === 'address') return addressHindrance(kernel, change.row)
  if (change.kind === 'link') return linkHindrance(kernel, change.row)
  return undefined
}

function addressHindrance(kernel: MemoryKernel, row: Address): Refusal | undefined {
  const now = kernel.address.get(keyOf.address(row))
  return now === undefined ? undefined : markHindrance(row, now)
}

function linkHindrance(kernel: MemoryKernel, row: Link): Refusal | undefined {
  const now = kernel.link.get(keyOf.link(row))
  if (now === undefined) return undefined
  if (now.type !== 'dummy') return { code: 'stale', words: `it is a ${now.type} link now` }
  for (const [key, one] of kernel.address)
    if (one.link === row.name && !one.owned && !one.address.startsWith('fe80:'))
      return { code: 'stale', words: `${key} is on it` }
  return markHindrance(row, now)
}

function markHindrance(row: { owned: boolean }, now: { owned: boolean }): Refusal | undefined {
  if (row.owned === now.owned) return undefined
  const words = now.owned ? 'it carries our mark now' : 'it does not carry our mark any more'
  return { code: 'stale', words }
}
