/** ARP on Ethernet as frames (RFC 826; what probes and announcements hold: RFC 5227). */
import { type Ip, readIp, writeIp } from '../model/ip.ts'
import { broadcastMac, type Mac, readMac, writeMac, zeroMac } from './mac.ts'

/** What is in an ARP packet. A probe has the sender 0.0.0.0. */
export interface ArpPacket {
  readonly operation: 'request' | 'reply'
  readonly senderMac: Mac
  readonly sender: Ip
  readonly targetMac: Mac
  readonly target: Ip
}

/** ETH_P_ARP and ETH_P_IP, linux/if_ether.h. */
export const etherTypeArp = 0x0806
const etherTypeIpv4 = 0x0800
/** ARPHRD_ETHER. */
const hardwareEthernet = 1
const operations = { request: 1, reply: 2 } as const

/** Where the fields are: 14 octets of Ethernet, then 28 of ARP. */
const at = {
  type: 12,
  hardware: 14,
  protocol: 16,
  hardwareLength: 18,
  protocolLength: 19,
  operation: 20,
  senderMac: 22,
  sender: 28,
  targetMac: 32,
  target: 38,
} as const
const frameLength = 42

const nobody = '0.0.0.0' as Ip

/** The frame of a packet, to one station or to all. Drivers fill it up to the least length of a frame. */
export function encodeArp(packet: ArpPacket, destination: Mac = broadcastMac): Uint8Array {
  const frame = Buffer.alloc(frameLength)
  writeMac(destination, frame, 0)
  writeMac(packet.senderMac, frame, 6)
  frame.writeUInt16BE(etherTypeArp, at.type)
  frame.writeUInt16BE(hardwareEthernet, at.hardware)
  frame.writeUInt16BE(etherTypeIpv4, at.protocol)
  frame[at.hardwareLength] = 6
  frame[at.protocolLength] = 4
  frame.writeUInt16BE(operations[packet.operation], at.operation)
  writeMac(packet.senderMac, frame, at.senderMac)
  writeIp(packet.sender, frame, at.sender)
  writeMac(packet.targetMac, frame, at.targetMac)
  writeIp(packet.target, frame, at.target)
  return frame
}

/** Asks whether somebody has an address, without claiming it (RFC 5227, 2.1.1). */
export function arpProbe(senderMac: Mac, target: Ip): Uint8Array {
  return encodeArp({ operation: 'request', senderMac, sender: nobody, targetMac: zeroMac, target })
}

/**
 * Says where an address is, as a request: an ARP announcement (RFC 5227, 2.3). Every host that knows
 * the address takes the new hardware address from it, as RFC 826 has it.
 */
export function gratuitousRequest(mac: Mac, address: Ip): Uint8Array {
  return encodeArp({
    operation: 'request',
    senderMac: mac,
    sender: address,
    targetMac: zeroMac,
    target: address,
  })
}

/**
 * Says where an address is, as a reply, for those who learn from replies alone. The target hardware
 * address is the sender's own (RFC 5944, 4.6); Linux knows a gratuitous reply by that (arp_is_garp in
 * net/ipv4/arp.c).
 */
export function gratuitousReply(mac: Mac, address: Ip): Uint8Array {
  return encodeArp({
    operation: 'reply',
    senderMac: mac,
    sender: address,
    targetMac: mac,
    target: address,
  })
}

/** Reads a frame; undefined for whatever is not ARP for IPv4 on Ethernet, or too short. */
export function parseArp(bytes: Uint8Array): ArpPacket | undefined {
  if (bytes.length < frameLength) return undefined
  const number = (place: number): number => ((bytes[place] ?? 0) << 8) | (bytes[place + 1] ?? 0)
  if (
    number(at.type) !== etherTypeArp ||
    number(at.hardware) !== hardwareEthernet ||
    number(at.protocol) !== etherTypeIpv4 ||
    bytes[at.hardwareLength] !== 6 ||
    bytes[at.protocolLength] !== 4
  )
    return undefined
  const operation = number(at.operation)
  if (operation !== operations.request && operation !== operations.reply) return undefined
  return {
    operation: operation === operations.request ? 'request' : 'reply',
    senderMac: readMac(bytes, at.senderMac),
    sender: readIp(bytes, at.sender, 'ipv4'),
    targetMac: readMac(bytes, at.targetMac),
    target: readIp(bytes, at.target, 'ipv4'),
  }
}

/**
 * Who has, or is about to take, the address that a packet is about (RFC 5227, 2.1.1): the sender of
 * any packet that comes from it, or whoever probes for it. Undefined = the packet claims nothing.
 */
export function claimOf(
  packet: ArpPacket,
): { readonly address: Ip; readonly mac: Mac } | undefined {
  if (packet.sender !== nobody) return { address: packet.sender, mac: packet.senderMac }
  if (packet.operation !== 'request') return undefined
  return { address: packet.target, mac: packet.senderMac }
}
