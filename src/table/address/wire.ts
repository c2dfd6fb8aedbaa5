/** Links and addresses: rtnetlink messages to values and back (rtnetlink(7), linux/rtnetlink.h). */
import { familyOf, type Ip, readIp, writeIp } from '../../model/ip.ts'
import type { Address, Link } from '../../model/rows.ts'
import {
  attributeType,
  closeNest,
  type Frame,
  nextAttribute,
  openNest,
  payloadAt,
  payloadEnd,
  putBytes,
  putSpace,
  putString,
  putU8,
  putU32,
  readString,
  readU8,
  readU32,
  type Writer,
} from '../../netlink/attr.ts'
import { flag, startMessage } from '../../netlink/message.ts'
import { addressMark, linkMark } from './mark.ts'

const message = { newLink: 16, deleteLink: 17, getLink: 18, newAddress: 20, deleteAddress: 21 }
const getAddress = 22

/** AF_INET and AF_INET6. */
export const afInet = 2
export const afInet6 = 10
const iffUp = 1

/** IFLA_*, linux/if_link.h. */
const ifla = { name: 3, linkInfo: 18, alias: 20, extMask: 29, carrierChanges: 35 } as const
const infoKind = 1
/** RTEXT_FILTER_SKIP_STATS: a link without its counters is a tenth as long. */
const skipStats = 8

/** IFA_* and IFA_F_*, linux/if_addr.h. */
const ifa = { address: 1, local: 2, flags: 8, protocol: 11 } as const
const ifaFlag = {
  /** The same bit says `temporary` of an IPv6 address. */
  secondary: 0x01,
  nodad: 0x02,
  dadFailed: 0x08,
  tentative: 0x40,
  noPrefixRoute: 0x200,
} as const

/** sizeof(struct ifinfomsg) and sizeof(struct ifaddrmsg). */
const linkHeader = 16
const addressHeader = 8

/** A link with the number that addresses know it by. */
export interface LinkEntry {
  readonly index: number
  /** How often its carrier came or went (IFLA_CARRIER_CHANGES). */
  readonly carrier: number
  readonly row: Link
}

/** An address without the name of its link, which only a link message tells. */
export interface AddressEntry {
  readonly index: number
  readonly address: Ip
  readonly prefix: number
  readonly nodad: boolean
  /** IPv6: duplicate-address detection has not ended yet. */
  readonly tentative: boolean
  readonly dadFailed: boolean
  /** IPv4: goes with the first address of its subnet, unless `promote_secondaries` is set. */
  readonly secondary: boolean
  readonly owned: boolean
}

/** Asks for all links. */
export function encodeGetLinks(w: Writer): void {
  startLink(w, message.getLink, 0, 0)
  putU32(w, ifla.extMask, skipStats)
}

/**
 * Creates a dummy link, down and without our mark: the kernel ignores IFLA_IFALIAS here
 * (rtnl_newlink_create), so `encodeSetLink` must follow.
 */
export function encodeCreateLink(w: Writer, name: string): void {
  startLink(w, message.newLink, flag.create | flag.exclusive, 0)
  putString(w, ifla.name, name)
  const info = openNest(w, ifla.linkInfo)
  putString(w, infoKind, 'dummy')
  closeNest(w, info)
}

/** Sets a link up or down, and its alias if one is given; an empty one takes it away. */
export function encodeSetLink(w: Writer, row: Link, alias?: string): void {
  startLink(w, message.newLink, 0, 0, row.up ? iffUp : 0, iffUp)
  putString(w, ifla.name, row.name)
  if (alias !== undefined) putBytes(w, ifla.alias, Buffer.from(alias))
}

export function encodeDeleteLink(w: Writer, index: number): void {
  startLink(w, message.deleteLink, 0, index)
}

/** Asks for all addresses, or for those of one link and family (0 = any). */
export function encodeGetAddresses(w: Writer, index = 0, family = 0): void {
  startMessage(w, getAddress)
  putAddressHeader(w, family, 0, index)
}

/**
 * Adds an address, or with `replace` marks or unmarks the one that is there. Lifetimes are left out, which means
 * forever. An IPv6 address gets no route of its own beside the one in the local table: routing
 * programs would take it for something to redistribute.
 */
export function encodeAddAddress(w: Writer, index: number, row: Address, replace: boolean): void {
  startMessage(w, message.newAddress, flag.create | (replace ? flag.replace : flag.exclusive))
  putAddress(w, index, row)
  const v6 = familyOf(row.address) === 'ipv6'
  const flags = (v6 ? ifaFlag.noPrefixRoute : 0) | (row.nodad ? ifaFlag.nodad : 0)
  putU32(w, ifa.flags, flags)
  putU8(w, ifa.protocol, row.owned ? addressMark : 0)
}

/** Removes an address. The kernel does not compare its IFA_PROTO: look whose it is before. */
export function encodeDeleteAddress(w: Writer, index: number, row: Address): void {
  startMessage(w, message.deleteAddress)
  putAddress(w, index, row)
}

/** Reads the body of an RTM_NEWLINK. */
export function decodeLink(f: Frame, at: number, end: number, type: number): LinkEntry | undefined {
  if (type !== message.newLink) return undefined
  let name = ''
  let kind = 'device'
  let alias = ''
  let carrier = 0
  for (let a = at + linkHeader; a + 4 <= end; a = nextAttribute(f, a)) {
    const what = attributeType(f, a)
    if (what === ifla.name) name = readString(f, payloadAt(a), payloadEnd(f, a))
    else if (what === ifla.alias) alias = readString(f, payloadAt(a), payloadEnd(f, a))
    else if (what === ifla.carrierChanges) carrier = readU32(f, payloadAt(a))
    else if (what === ifla.linkInfo) kind = kindIn(f, payloadAt(a), payloadEnd(f, a)) ?? kind
  }
  const up = (readU32(f, at + 8) & iffUp) !== 0
  const row: Link = { name, type: kind, up, owned: alias === linkMark }
  return { index: readU32(f, at + 4), carrier, row }
}

/** Reads the body of an RTM_NEWADDR. */
export function decodeAddress(
  f: Frame,
  at: number,
  end: number,
  type: number,
): AddressEntry | undefined {
  const family = readU8(f, at)
  if (type !== message.newAddress || (family !== afInet && family !== afInet6)) return undefined
  let flags = readU8(f, at + 2)
  let protocol = 0
  let place = 0
  for (
    let a = at + addressHeader;
    a + 4 <= end && payloadEnd(f, a) <= end;
    a = nextAttribute(f, a)
  ) {
    const what = attributeType(f, a)
    // IFA_ADDRESS is the other end where there is one; our end is then IFA_LOCAL.
    if (what === ifa.local || (what === ifa.address && place === 0)) place = payloadAt(a)
    else if (what === ifa.flags) flags = readU32(f, payloadAt(a))
    else if (what === ifa.protocol) protocol = readU8(f, payloadAt(a))
  }
  if (place === 0) return undefined
  return {
    index: readU32(f, at + 4),
    address: readIp(f.bytes, place, family === afInet ? 'ipv4' : 'ipv6'),
    prefix: readU8(f, at + 1),
    nodad: (flags & ifaFlag.nodad) !== 0,
    tentative: (flags & ifaFlag.tentative) !== 0,
    dadFailed: (flags & ifaFlag.dadFailed) !== 0,
    secondary: family === afInet && (flags & ifaFlag.secondary) !== 0,
    owned: protocol === addressMark,
  }
}

function kindIn(f: Frame, from: number, end: number): string | undefined {
  for (let a = from; a + 4 <= end; a = nextAttribute(f, a))
    if (attributeType(f, a) === infoKind) return readString(f, payloadAt(a), payloadEnd(f, a))
  return undefined
}

/** A header and struct ifinfomsg. */
function startLink(w: Writer, type: number, flags: number, index: number, up = 0, mask = 0): void {
  startMessage(w, type, flags)
  const word = w.at >> 2
  w.u32[word] = 0
  w.u32[word + 1] = index
  w.u32[word + 2] = up
  w.u32[word + 3] = mask
  w.at += linkHeader
}

/** struct ifaddrmsg; the scope is RT_SCOPE_UNIVERSE, 0. */
function putAddressHeader(w: Writer, family: number, prefix: number, index: number): void {
  w.u32[w.at >> 2] = 0
  w.bytes[w.at] = family
  w.bytes[w.at + 1] = prefix
  w.u32[(w.at >> 2) + 1] = index
  w.at += addressHeader
}

/** IFA_LOCAL beside IFA_ADDRESS makes a delete compare address, prefix length and peer. */
function putAddress(w: Writer, index: number, row: Address): void {
  const v6 = familyOf(row.address) === 'ipv6'
  putAddressHeader(w, v6 ? afInet6 : afInet, row.prefix, index)
  for (const type of [ifa.local, ifa.address])
    writeIp(row.address, w.bytes, putSpace(w, type, v6 ? 16 : 4))
}
