/** Destinations: rows to bytes and back (IPVS_DEST_ATTR_* of linux/ip_vs.h). */
import { type Family, familyOf, type Ip, readIp, writeIp } from '../../model/ip.ts'
import type { Destination, ServiceId, Tunnel } from '../../model/rows.ts'
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
  putU8,
  putU16,
  putU32,
  readBe16,
  readU8,
  readU16,
  readU32,
  type Writer,
} from '../../netlink/attr.ts'
import type { Connections } from '../table.ts'
import { af, checksums, dest, forwards, top, tunnelTypes } from './abi.ts'

const addressLength = 16
/** IP_VS_CONN_F_FWD_MASK. */
const forwardMask = 0x7

/** The nested attribute that names a destination within its service. */
export function putDestinationId(w: Writer, row: Destination): void {
  const nest = openNest(w, top.dest)
  putIdentity(w, row)
  closeNest(w, nest)
}

/** The nested attribute with all fields of a destination; `weight` may differ from the row's. */
export function putDestination(w: Writer, row: Destination, weight: number = row.weight): void {
  const nest = openNest(w, top.dest)
  putIdentity(w, row)
  putU32(w, dest.fwdMethod, forwards.indexOf(row.forward))
  putU32(w, dest.weight, weight)
  putU32(w, dest.upper, row.upper)
  putU32(w, dest.lower, row.lower)
  if (row.tunnel !== undefined) putTunnel(w, row.tunnel)
  closeNest(w, nest)
}

/** Without IPVS_DEST_ATTR_ADDR_FAMILY the kernel takes the family of the service. */
function putIdentity(w: Writer, row: Destination): void {
  writeIp(row.address, w.bytes, putSpace(w, dest.addr, addressLength))
  putBe16(w, dest.port, row.port)
  const family = familyOf(row.address)
  if (family !== row.service.family) putU16(w, dest.addrFamily, af[family])
}

function putTunnel(w: Writer, tunnel: Tunnel): void {
  putU8(w, dest.tunType, tunnelTypes.indexOf(tunnel.type))
  putBe16(w, dest.tunPort, tunnel.port)
  putU16(w, dest.tunFlags, checksums.indexOf(tunnel.checksum))
}

/**
 * The destination in an answer to GET_DEST.
 *
 * @param likely the row that it probably is: if it is, that very object is returned and none made.
 */
export function readDestination(
  f: Frame,
  at: number,
  end: number,
  service: ServiceId,
  likely?: Destination,
): Destination | undefined {
  const a = destinationAt(f, at, end)
  return a < 0 ? undefined : readFields(f, payloadAt(a), payloadEnd(f, a), service, likely)
}

function destinationAt(f: Frame, at: number, end: number): number {
  for (let a = at; a + 4 <= end; a = nextAttribute(f, a))
    if (attributeType(f, a) === top.dest) return a
  return -1
}

function readFields(
  f: Frame,
  at: number,
  end: number,
  service: ServiceId,
  likely?: Destination,
): Destination {
  let family = service.family
  let address = 0
  let port = 0
  let method = 0
  let weight = 0
  let upper = 0
  let lower = 0
  let tunnelType = 0
  let tunnelPort = 0
  let tunnelFlags = 0
  for (let a = at; a + 4 <= end; a = nextAttribute(f, a)) {
    const value = payloadAt(a)
    switch (attributeType(f, a)) {
      case dest.addr:
        address = value
        break
      case dest.port:
        port = readBe16(f, value)
        break
      case dest.fwdMethod:
        method = readU32(f, value) & forwardMask
        break
      case dest.weight:
        weight = readU32(f, value)
        break
      case dest.upper:
        upper = readU32(f, value)
        break
      case dest.lower:
        lower = readU32(f, value)
        break
      case dest.addrFamily:
        family = readU16(f, value) === af.ipv6 ? 'ipv6' : 'ipv4'
        break
      case dest.tunType:
        tunnelType = readU8(f, value)
        break
      case dest.tunPort:
        tunnelPort = readBe16(f, value)
        break
      case dest.tunFlags:
        tunnelFlags = readU16(f, value)
        break
    }
  }
  const forward = forwards[method] ?? 'nat'
  if (
    likely !== undefined &&
    likely.port === port &&
    likely.weight === weight &&
    likely.forward === forward &&
    likely.upper === upper &&
    likely.lower === lower &&
    forward !== 'tunnel' &&
    isAddress(f, address, family, likely.address)
  )
    return likely
  const row = {
    service,
    address: readIp(f.bytes, address, family),
    port,
    forward,
    weight,
    upper,
    lower,
  }
  if (row.forward !== 'tunnel') return row
  return { ...row, tunnel: tunnelOf(tunnelType, tunnelPort, tunnelFlags) }
}

const scratch = new Uint8Array(16)

/** Compares bytes, so that no text is made. */
function isAddress(f: Frame, at: number, family: Family, ip: Ip): boolean {
  if (familyOf(ip) !== family) return false
  const length = writeIp(ip, scratch, 0)
  for (let i = 0; i < length; i++) if (f.bytes[at + i] !== scratch[i]) return false
  return true
}

function tunnelOf(type: number, port: number, flags: number): Tunnel {
  return {
    type: tunnelTypes[type] ?? 'ipip',
    port,
    checksum: checksums[flags] ?? 'none',
  }
}

/** The destination in an answer to GET_DEST, with its connections. */
export function readConnections(
  f: Frame,
  at: number,
  end: number,
  service: ServiceId,
): { readonly row: Destination; readonly connections: Connections } | undefined {
  const nest = destinationAt(f, at, end)
  if (nest < 0) return undefined
  const row = readFields(f, payloadAt(nest), payloadEnd(f, nest), service)
  const connections = { active: 0, inactive: 0, persistent: 0 }
  for (let a = payloadAt(nest); a + 4 <= payloadEnd(f, nest); a = nextAttribute(f, a)) {
    const type = attributeType(f, a)
    if (type === dest.active) connections.active = readU32(f, payloadAt(a))
    else if (type === dest.inactive) connections.inactive = readU32(f, payloadAt(a))
    else if (type === dest.persistent) connections.persistent = readU32(f, payloadAt(a))
  }
  return { row, connections }
}
