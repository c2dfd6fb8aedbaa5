/** The frames of one announcement. */
import { familyOf, type Ip } from '../model/ip.ts'
import { unsolicitedAdvertisement } from './advertisement.ts'
import { gratuitousReply, gratuitousRequest } from './arp.ts'
import type { Mac } from './mac.ts'

/** How many there are: a request and a reply for IPv4, an advertisement for IPv6. */
export function countFrames(address: Ip): number {
  return familyOf(address) === 'ipv4' ? 2 : 1
}

/** As they are sent, to all on the link. `router`: whether this host forwards IPv6 packets. */
export function announcementOf(address: Ip, mac: Mac, router: boolean): readonly Uint8Array[] {
  if (familyOf(address) === 'ipv6') return [unsolicitedAdvertisement(mac, address, router)]
  return [gratuitousRequest(mac, address), gratuitousReply(mac, address)]
}
