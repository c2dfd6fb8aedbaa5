/**
 * What a host leaves unanswered of what its neighbours ask: net.ipv4.conf.LINK.arp_ignore (arp_ignore in
 * net/ipv4/arp.c; Documentation/networking/ip-sysctl.rst). The link that is asked on counts, not the one
 * that has the address.
 */
import { type Ip, writeIp } from '../model/ip.ts'
import type { Address } from '../model/rows.ts'
import type { Machine } from './machine.ts'

/** What holds for a link: the greater of its own and that of all (IN_DEV_MAXCONF in linux/inetdevice.h). */
export function arpIgnoreOf(link: string, machine: Machine): number {
  const value = (name: string): number =>
    Number(machine.sysctl(`net.ipv4.conf.${name.replaceAll('.', '/')}.arp_ignore`) ?? 0)
  return Math.max(value('all'), value(link))
}

/** An address, as seen from the link on which it is asked for. */
export interface Asked {
  /** Whether it stands on that link, or on another of this host. */
  readonly onLink: boolean
  /** Whether a network of that link covers it; those who ask are of that network. */
  readonly inNetwork: boolean
}

/**
 * True if neighbours that ask for the address get no answer: 1 answers only for addresses of the link, 2
 * only for those of a network that it shares with whoever asks, 8 for none. 3 spares addresses of scope
 * host, which VIPs are not; others do nothing.
 */
export function isHidden(arpIgnore: number, { onLink, inNetwork }: Asked): boolean {
  if (arpIgnore === 1) return !onLink
  if (arpIgnore === 2) return !onLink || !inNetwork
  return arpIgnore === 8
}

/** True of a network that an address is in; a host route is none. */
export function covers({ address, prefix }: Address, ip: Ip): boolean {
  if (address.includes(':') || prefix >= 32 || prefix === 0) return false
  return numberOf(address) >>> (32 - prefix) === numberOf(ip) >>> (32 - prefix)
}

function numberOf(ip: Ip): number {
  const bytes = Buffer.alloc(4)
  writeIp(ip, bytes, 0)
  return bytes.readUInt32BE()
}
