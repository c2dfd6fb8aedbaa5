/** The way that packets to an address take: RTM_GETROUTE (rtnetlink(7), linux/rtnetlink.h). */
import { familyOf, hostPrefix, type Ip, readIp, writeIp } from '../model/ip.ts'
import {
  attributeType,
  type Frame,
  nextAttribute,
  payloadAt,
  payloadEnd,
  putSpace,
  readU32,
  type Writer,
} from './attr.ts'
import { startMessage } from './message.ts'
import type { Netlink } from './socket.ts'

export interface Route {
  /** The number of the link that they leave by. */
  readonly link: number
  /** The address that they come from unless somebody says otherwise. */
  readonly source?: Ip
  readonly gateway?: Ip
  /** True if it leads to this host itself. */
  readonly local: boolean
}

const getRoute = 26
const headerLength = 12
/** AF_INET, AF_INET6. */
const families = { ipv4: 2, ipv6: 10 } as const
const rta = { destination: 1, link: 4, gateway: 5, source: 7 } as const
/** RTN_LOCAL. */
const localType = 2

/** @throws SlbError if there is none, with the errno of the kernel (ENETUNREACH, EHOSTUNREACH, EACCES). */
export function readRoute(netlink: Netlink, address: Ip): Route {
  const what = `find the way to ${address}`
  const route = netlink.request(what, w => encodeGetRoute(w, address), decodeRoute)
  if (route === undefined) throw new Error(`the kernel did not answer: ${what}`)
  return route
}

function encodeGetRoute(w: Writer, address: Ip): void {
  const family = familyOf(address)
  startMessage(w, getRoute)
  const word = w.at >> 2
  w.u32.fill(0, word, word + headerLength / 4)
  w.bytes[w.at] = families[family]
  w.bytes[w.at + 1] = hostPrefix(family)
  w.at += headerLength
  writeIp(address, w.bytes, putSpace(w, rta.destination, hostPrefix(family) / 8))
}

function decodeRoute(f: Frame, at: number, end: number): Route {
  const family = f.bytes[at] === families.ipv6 ? 'ipv6' : 'ipv4'
  const local = f.bytes[at + 7] === localType
  let link = 0
  let source: Ip | undefined
  let gateway: Ip | undefined
  for (
    let a = at + headerLength;
    a + 4 <= end && payloadEnd(f, a) <= end;
    a = nextAttribute(f, a)
  ) {
    const what = attributeType(f, a)
    if (what === rta.link) link = readU32(f, payloadAt(a))
    else if (what === rta.source) source = readIp(f.bytes, payloadAt(a), family)
    else if (what === rta.gateway) gateway = readIp(f.bytes, payloadAt(a), family)
  }
  return {
    link,
    local,
    ...(source === undefined ? {} : { source }),
    ...(gateway === undefined ? {} : { gateway }),
  }
}
