/** Address families as BGP numbers them: AFI with SAFI 1, unicast (RFC 4760, 6 and 7). */
import type { Family } from '../../model/ip.ts'

export const unicast = 1

const afis = { ipv4: 1, ipv6: 2 } as const

export function afiOf(family: Family): number {
  return afis[family]
}

/** Undefined if it is none of ours. */
export function familyOfAfi(afi: number, safi: number): Family | undefined {
  if (safi !== unicast) return undefined
  if (afi === afis.ipv4) return 'ipv4'
  return afi === afis.ipv6 ? 'ipv6' : undefined
}
