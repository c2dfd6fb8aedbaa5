/** How a kernel tells our links, addresses and routes from those of others. */
import { familyOf } from '../../model/ip.ts'
import type { Address } from '../../model/rows.ts'

/** IFA_PROTO of the addresses that we add (kernels from 5.18 on). */
export const addressMark = 0x5b
/**
 * `rtm_protocol` of the routes that we add: a number that neither linux/rtnetlink.h (RTPROT_*) nor
 * iproute2's list of routing protocols has given to anybody.
 */
export const routeMark = 0x5b
/** IFLA_IFALIAS of the links that we create. */
export const linkMark = 'slb:5b1b'

/**
 * Whether an address that stands can be given our mark by a replace. Linux 5.18 brought IFA_PROTO;
 * before 6.4 an IPv4 address keeps the one that it was made with (inet_rtm_newaddr in
 * net/ipv4/devinet.c).
 *
 * @param release what uname(2) says: `6.1.0-50-amd64`
 */
export function canMark(row: Pick<Address, 'address'>, release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number)
  const version = major * 1000 + minor
  return version >= (familyOf(row.address) === 'ipv4' ? 6004 : 5018)
}
