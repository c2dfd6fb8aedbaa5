/** Routes of a routing table: rtnetlink messages to values and back (rtnetlink(7), linux/rtnetlink.h). */
import { familyOf, hostPrefix, type Ip, readIp, writeIp } from '../../model/ip.ts'
import {
  attributeType,
  type Frame,
  nextAttribute,
  payloadAt,
  payloadEnd,
  putSpace,
  putU32,
  readU8,
  readU32,
  type Writer,
} from '../../netlink/attr.ts'
import { flag, startMessage } from '../../netlink/message.ts'
import { routeMark } from '../address/mark.ts'

const message = { newRoute: 24, deleteRoute: 25, getRoute: 26 } as const

/** AF_INET and AF_INET6. */
const families = { ipv4: 2, ipv6: 10 } as const

/** RTA_*. */
const rta = { destination: 1, table: 15 } as const
/** RTN_UNICAST, RTN_BLACKHOLE. */
const blackhole = 6
/** RT_SCOPE_NOWHERE: of a route to delete, any scope. */
const anyScope = 255
/** RTM_F_CLONED: what the kernel remembers of single destinations, which is no route of the table. */
const cloned = 0x200

/** sizeof(struct rtmsg). */
const headerLength = 12

/** A prefix in a routing table. */
export interface Entry {
  readonly table: number
  readonly address: Ip
  readonly prefix: number
}

/** A route that stands in a table. */
export interface StandingEntry extends Entry {
  /** True if its protocol is ours. */
  readonly owned: boolean
}

/**
 * Adds a route that drops what takes it: nobody's packets do, as no rule leads to its table, and a
 * routing daemon that copies it to the main table makes no loop of addresses of the prefix that no
 * link has. BIRD and FRR pass such routes on like any other.
 *
 * @param replace takes the place of what stands there; without it that is an error, EEXIST
 */
export function encodePutRoute(w: Writer, entry: Entry, replace: boolean): void {
  startMessage(w, message.newRoute, flag.create | (replace ? flag.replace : flag.exclusive))
  putRoute(w, entry, { protocol: routeMark, type: blackhole, scope: 0 })
}

/** Deletes a route if its protocol is ours: the kernel itself compares it (fib_table_delete, ip6_route_del). */
export function encodeDeleteRoute(w: Writer, entry: Entry): void {
  startMessage(w, message.deleteRoute)
  putRoute(w, entry, { protocol: routeMark, type: 0, scope: anyScope })
}

/**
 * Asks for the routes of ours in all tables, or for all of one table. Kernels from 4.20 on filter;
 * of others the decoder takes more than was asked for.
 */
export function encodeGetRoutes(w: Writer, only: { readonly table?: number }): void {
  startMessage(w, message.getRoute)
  const protocol = only.table === undefined ? routeMark : 0
  putHeader(w, { family: 0, prefix: 0, protocol, type: 0, scope: 0 })
  if (only.table !== undefined) putU32(w, rta.table, only.table)
}

/** Reads the body of an RTM_NEWROUTE of IPv4 or IPv6. */
export function decodeRoute(
  f: Frame,
  at: number,
  end: number,
  type: number,
): StandingEntry | undefined {
  const family = familyAt(f, at)
  if (type !== message.newRoute || family === undefined) return undefined
  if ((readU32(f, at + 8) & cloned) !== 0) return undefined
  let table = readU8(f, at + 4)
  let address = (family === 'ipv4' ? '0.0.0.0' : '::') as Ip
  for (
    let a = at + headerLength;
    a + 4 <= end && payloadEnd(f, a) <= end;
    a = nextAttribute(f, a)
  ) {
    const what = attributeType(f, a)
    if (what === rta.destination) address = readIp(f.bytes, payloadAt(a), family)
    else if (what === rta.table) table = readU32(f, payloadAt(a))
  }
  return { table, address, prefix: readU8(f, at + 1), owned: readU8(f, at + 5) === routeMark }
}

function familyAt(f: Frame, at: number): 'ipv4' | 'ipv6' | undefined {
  const number = readU8(f, at)
  if (number === families.ipv4) return 'ipv4'
  return number === families.ipv6 ? 'ipv6' : undefined
}

interface Kind {
  readonly protocol: number
  readonly type: number
  readonly scope: number
}

function putRoute(w: Writer, { table, address, prefix }: Entry, kind: Kind): void {
  const family = familyOf(address)
  putHeader(w, { ...kind, family: families[family], prefix })
  writeIp(address, w.bytes, putSpace(w, rta.destination, hostPrefix(family) / 8))
  putU32(w, rta.table, table)
}

/** struct rtmsg, whose 8 bits for the table are left unspecified: RTA_TABLE says it. */
function putHeader(w: Writer, kind: Kind & { family: number; prefix: number }): void {
  w.u32.fill(0, w.at >> 2, (w.at + headerLength) >> 2)
  w.bytes[w.at] = kind.family
  w.bytes[w.at + 1] = kind.prefix
  w.bytes[w.at + 5] = kind.protocol
  w.bytes[w.at + 6] = kind.scope
  w.bytes[w.at + 7] = kind.type
  w.at += headerLength
}
