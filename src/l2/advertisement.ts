/** Unsolicited neighbour advertisements as frames (RFC 4861, 4.4 and 7.2.6). */
import { type Ip, writeIp } from '../model/ip.ts'
import { type Mac, macLength, writeMac } from './mac.ts'

/** ETH_P_IPV6, linux/if_ether.h. */
export const etherTypeIpv6 = 0x86dd

const allNodes = 'ff02::1' as Ip
/** Of a multicast address on Ethernet: 33:33 and its last four octets (RFC 2464, 7). */
const allNodesMac = '33:33:00:00:00:01' as Mac

const icmpv6 = 58
/** With any other, receivers throw it away (RFC 4861, 7.1.2): it must not have passed a router. */
const hopLimit = 255
const neighbourAdvertisement = 136
const flags = { router: 0x80, override: 0x20 } as const
const targetLinkLayerAddress = 2

/** Where the parts are: Ethernet, IPv6, ICMPv6 with target and one option. */
const ip = 14
const icmp = ip + 40
const target = icmp + 8
const option = target + 16
const frameLength = option + 8
const payloadLength = frameLength - icmp

/**
 * Says where an address is to all nodes on the link, in place of what they knew (the override flag).
 * It comes from the address itself, which is one of the interface.
 *
 * @param router whether this host forwards packets: what it says in all other advertisements, too
 */
export function unsolicitedAdvertisement(mac: Mac, address: Ip, router: boolean): Uint8Array {
  const frame = Buffer.alloc(frameLength)
  writeMac(allNodesMac, frame, 0)
  writeMac(mac, frame, macLength)
  frame.writeUInt16BE(etherTypeIpv6, 12)
  frame[ip] = 0x60
  frame.writeUInt16BE(payloadLength, ip + 4)
  frame[ip + 6] = icmpv6
  frame[ip + 7] = hopLimit
  writeIp(address, frame, ip + 8)
  writeIp(allNodes, frame, ip + 24)
  frame[icmp] = neighbourAdvertisement
  frame[icmp + 4] = flags.override | (router ? flags.router : 0)
  writeIp(address, frame, target)
  frame[option] = targetLinkLayerAddress
  // In units of eight octets.
  frame[option + 1] = 1
  writeMac(mac, frame, option + 2)
  frame.writeUInt16BE(icmpv6Checksum(frame.subarray(ip)), icmp + 2)
  return frame
}

/**
 * The checksum of an ICMPv6 message whose own is zero, in a packet without extension headers: that of
 * the message and a pseudo-header of addresses, length and protocol (RFC 4443, 2.3; RFC 8200, 8.1).
 */
export function icmpv6Checksum(packet: Uint8Array): number {
  const length = packet.length - 40
  let sum = length + icmpv6
  // Both addresses stand right before the message.
  for (let i = 8; i < packet.length; i += 2) sum += ((packet[i] ?? 0) << 8) | (packet[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
