/** Whether a virtual service is in the kernel, by the text of /proc/net/ip_vs. */
import { readFileSync } from 'node:fs'
import { writeIp } from '../../model/ip.ts'
import type { ServiceId } from '../../model/rows.ts'

/** The text in the network namespace of the main thread; empty where there is no IPVS. */
export function ipvsListing(): string {
  try {
    return readFileSync('/proc/net/ip_vs', 'latin1')
  } catch {
    return ''
  }
}

/**
 * Tells of a service whether it has a line: `TCP  C000020A:0050 wrr`. Marks are not told apart by
 * family.
 */
export function standing(listing: string): (id: ServiceId) => boolean {
  const lines = new Set(listing.match(/^[A-Z]+ +\S+(?= )/gm) ?? [])
  return id => lines.has(lineOf(id))
}

function lineOf(id: ServiceId): string {
  if (id.address === undefined) return `FWM  ${hex(id.fwmark, 8)}`
  const bytes = Buffer.alloc(16)
  const length = writeIp(id.address, bytes, 0)
  const text = bytes.toString('hex', 0, length)
  const address = length === 4 ? text.toUpperCase() : `[${(text.match(/.{4}/g) ?? []).join(':')}]`
  return `${id.protocol.toUpperCase().padEnd(4)} ${address}:${hex(id.port, 4)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
