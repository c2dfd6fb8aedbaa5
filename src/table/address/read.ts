/** What links and addresses there are. Dumps that the kernel calls interrupted are taken again. */
import type { Netlink } from '../../netlink/socket.ts'
import {
  type AddressEntry,
  decodeAddress,
  decodeLink,
  encodeGetAddresses,
  encodeGetLinks,
  type LinkEntry,
} from './wire.ts'

export function readLinks(netlink: Netlink): LinkEntry[] {
  return netlink.dump('read links', encodeGetLinks, decodeLink)
}

/** All addresses, or those of one family (AF_INET, AF_INET6). */
export function readAddresses(netlink: Netlink, family = 0): AddressEntry[] {
  return netlink.dump('read addresses', w => encodeGetAddresses(w, 0, family), decodeAddress)
}

/** The numbers of all links by name. */
export function linkIndexes(netlink: Netlink): Map<string, number> {
  return new Map(readLinks(netlink).map(({ index, row }) => [row.name, index]))
}
