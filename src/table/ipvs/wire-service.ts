/** Virtual services: rows to bytes and back (IPVS_SVC_ATTR_* of linux/ip_vs.h). */
import type { Family } from '../../model/ip.ts'
import { readIp, writeIp } from '../../model/ip.ts'
import {
  type Destination,
  fwmarkId,
  type Protocol,
  type Service,
  type ServiceId,
  serviceId,
} from '../../model/rows.ts'
import {
  attributeType,
  closeNest,
  type Frame,
  nextAttribute,
  openNest,
  payloadAt,
  payloadEnd,
  putBe16,
  putSpace,
  putString,
  putU16,
  putU32,
  readBe16,
  readString,
  readU16,
  readU32,
  type Writer,
} from '../../netlink/attr.ts'
import {
  af,
  ipProtocol,
  ownerMark,
  ownerMask,
  schedulerShift,
  serviceFlag,
  svc,
  top,
} from './abi.ts'

/** Length of union nf_inet_addr: an IPv4 address fills the first four bytes. */
const addressLength = 16

/** Flags that a row decides; all others keep the value that they have in the kernel. */
const decided =
  (serviceFlag.persistent | serviceFlag.onePacket | serviceFlag.scheduler | ownerMask) >>> 0

/** The nested attribute that names a service, for commands that need no more than that. */
export function putServiceId(w: Writer, id: ServiceId): void {
  const nest = openNest(w, top.service)
  putIdentity(w, id)
  closeNest(w, nest)
}

/**
 * The nested attribute with all fields of a service.
 *
 * The kernel takes a service only whole: scheduler, flags, timeout and netmask each time, and an
 * engine that is not named is cleared.
 */
export function putService(w: Writer, row: Service): void {
  const nest = openNest(w, top.service)
  putIdentity(w, row.id)
  putString(w, svc.schedName, row.scheduler)
  if (row.engine !== '') putString(w, svc.peName, row.engine)
  const flags = putSpace(w, svc.flags, 8) >> 2
  w.u32[flags] = flagsOf(row)
  w.u32[flags + 1] = decided
  putU32(w, svc.timeout, row.persistence)
  putNetmask(w, row)
  closeNest(w, nest)
}

function putIdentity(w: Writer, id: ServiceId): void {
  putU16(w, svc.af, af[id.family])
  if (id.protocol === 'fwmark') {
    putU32(w, svc.fwmark, id.fwmark)
    return
  }
  putU16(w, svc.protocol, ipProtocol[id.protocol])
  const address = putSpace(w, svc.addr, addressLength)
  if (id.address !== undefined) writeIp(id.address, w.bytes, address)
  putBe16(w, svc.port, id.port)
}

function flagsOf(row: Service): number {
  return (
    (row.persistence > 0 ? serviceFlag.persistent : 0) |
    (row.onePacket ? serviceFlag.onePacket : 0) |
    (row.schedulerFlags << schedulerShift) |
    (row.owned ? ownerMark : 0)
  )
}

/** IPv4: the mask in network order; IPv6: the prefix length as a number. */
function putNetmask(w: Writer, row: Service): void {
  if (row.id.family === 'ipv6') {
    putU32(w, svc.netmask, row.netmask)
    return
  }
  const mask = row.netmask === 0 ? 0 : -1 << (32 - row.netmask)
  const at = putSpace(w, svc.netmask, 4)
  for (let i = 0; i < 4; i++) w.bytes[at + i] = mask >>> (24 - 8 * i)
}

/** A service whose destinations are still to be filled in. */
export interface OpenService extends Omit<Service, 'destinations'> {
  destinations: readonly Destination[]
}

const none: readonly Destination[] = []

/** The service in an answer to GET_SERVICE, without destinations; undefined if it is of a kind unknown here. */
export function readService(f: Frame, at: number, end: number): OpenService | undefined {
  for (let a = at; a + 4 <= end; a = nextAttribute(f, a))
    if (attributeType(f, a) === top.service) return readFields(f, payloadAt(a), payloadEnd(f, a))
  return undefined
}

function readFields(f: Frame, at: number, end: number): OpenService | undefined {
  let family: Family = 'ipv4'
  let protocol = 0
  let address = 0
  let port = 0
  let fwmark = 0
  let scheduler = 'none'
  let engine = ''
  let flags = 0
  let timeout = 0
  let netmask = 0
  for (let a = at; a + 4 <= end; a = nextAttribute(f, a)) {
    const value = payloadAt(a)
    switch (attributeType(f, a)) {
      case svc.af:
        family = readU16(f, value) === af.ipv6 ? 'ipv6' : 'ipv4'
        break
      case svc.protocol:
        protocol = readU16(f, value)
        break
      case svc.addr:
        address = value
        break
      case svc.port:
        port = readBe16(f, value)
        break
      case svc.fwmark:
        fwmark = readU32(f, value)
        break
      case svc.schedName:
        scheduler = readString(f, value, payloadEnd(f, a))
        break
      case svc.peName:
        engine = readString(f, value, payloadEnd(f, a))
        break
      case svc.flags:
        flags = readU32(f, value)
        break
      case svc.timeout:
        timeout = readU32(f, value)
        break
      case svc.netmask:
        netmask = value
        break
    }
  }
  const id = identity(f, family, protocol, address, port, fwmark)
  if (id === undefined) return undefined
  return {
    id,
    scheduler: known(scheduler),
    schedulerFlags: (flags & serviceFlag.scheduler) >> schedulerShift,
    persistence: (flags & serviceFlag.persistent) === 0 ? 0 : timeout,
    netmask: readNetmask(f, netmask, family),
    engine: known(engine),
    onePacket: (flags & serviceFlag.onePacket) !== 0,
    owned: (flags & ownerMask) === ownerMark,
    destinations: none,
  }
}

function identity(
  f: Frame,
  family: Family,
  protocol: number,
  address: number,
  port: number,
  fwmark: number,
): ServiceId | undefined {
  if (fwmark !== 0) return fwmarkId(fwmark, family)
  const name = protocolName(protocol)
  if (name === undefined || address === 0) return undefined
  return serviceId(name, family, readIp(f.bytes, address, family), port)
}

/** ipvsadm can be made to create services of other protocols; they forward nothing. */
function protocolName(number: number): Protocol | undefined {
  if (number === ipProtocol.tcp) return 'tcp'
  if (number === ipProtocol.udp) return 'udp'
  return number === ipProtocol.sctp ? 'sctp' : undefined
}

/** 0 where an IPv4 mask is not a prefix. */
function readNetmask(f: Frame, at: number, family: Family): number {
  if (at === 0) return family === 'ipv6' ? 128 : 32
  if (family === 'ipv6') return readU32(f, at)
  const mask = ((readBe16(f, at) << 16) | readBe16(f, at + 2)) >>> 0
  const prefix = Math.clz32(~mask)
  return mask === (prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0) ? prefix : 0
}

const words = new Map<string, string>()

/** One string for all services that name the same scheduler or engine. */
function known(word: string): string {
  const seen = words.get(word)
  if (seen !== undefined) return seen
  words.set(word, word)
  return word
}
