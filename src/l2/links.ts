/** Links as those who speak on them need to know them (rtnetlink(7), linux/if_link.h). */
import { SlbError } from '../model/error.ts'
import {
  attributeType,
  type Frame,
  nextAttribute,
  payloadAt,
  payloadEnd,
  putString,
  putU32,
  readString,
  readU16,
  readU32,
  type Writer,
} from '../netlink/attr.ts'
import { startMessage } from '../netlink/message.ts'
import type { Netlink } from '../netlink/socket.ts'
import { type Mac, macLength, readMac } from './mac.ts'

/** A link at one moment. */
export interface L2Link {
  readonly name: string
  readonly index: number
  /** Undefined if it has none of Ethernet's length. */
  readonly mac: Mac | undefined
  /** ARPHRD_* of linux/if_arp.h. */
  readonly hardware: number
  /** IFF_* of linux/if.h. */
  readonly flags: number
  /** How often its carrier came or went (IFLA_CARRIER_CHANGES). */
  readonly carrierChanges: number
  /** True if this host forwards IPv6 packets that come by it. */
  readonly router: boolean
}

const message = { newLink: 16, getLink: 18 } as const
const ifla = { address: 1, name: 3, afSpec: 26, extMask: 29, carrierChanges: 35 } as const
/** RTEXT_FILTER_SKIP_STATS: a link without its counters is a tenth as long. */
const skipStats = 8
/** IFLA_INET6_CONF in the part of AF_INET6, whose first number is DEVCONF_FORWARDING (linux/ipv6.h). */
const afInet6 = 10
const inet6Conf = 2
/** sizeof(struct ifinfomsg). */
const linkHeader = 16

const iff = { up: 0x1, broadcast: 0x2, loopback: 0x8, noArp: 0x80, lowerUp: 0x10000 } as const
const ethernet = 1

/** The link of this name as it is now; undefined = there is none. */
export function readLink(netlink: Netlink, name: string): L2Link | undefined {
  try {
    return netlink.request(`read link ${name}`, w => encodeGetLink(w, name), decodeL2Link)
  } catch (error) {
    if (error instanceof SlbError && error.errno === 'ENODEV') return undefined
    throw error
  }
}

/** The hardware addresses of all links of this host. */
export function ownMacs(netlink: Netlink): ReadonlySet<Mac> {
  const links = netlink.dump('read links', encodeGetLinks, decodeL2Link)
  return new Set(links.flatMap(({ mac }) => (mac === undefined ? [] : [mac])))
}

/**
 * Why nothing can be said on a link, ever as it is; undefined = it can.
 *
 * @param link as it was read by that name
 * @param what was to be done: `announce 192.0.2.10 on eth0`
 */
export function unfitness(
  name: string,
  link: L2Link | undefined,
  what: string,
): SlbError | undefined {
  if (link === undefined)
    return new SlbError('missing', `${what}: there is no link ${name}`, {
      errno: 'ENODEV',
      hint: 'create the link, or name another one in [vip] uplink',
    })
  const why = unfit(link)
  if (why === undefined) return undefined
  return new SlbError('invalid', `${what}: ${why}`, {
    hint: 'name the Ethernet link that leads to the neighbours in [vip] uplink',
  })
}

function unfit({ flags, hardware, mac }: L2Link): string | undefined {
  if ((flags & iff.loopback) !== 0) return 'it is the loopback link'
  if (hardware !== ethernet || mac === undefined) return 'it is no Ethernet link'
  if ((flags & iff.noArp) !== 0) return 'nobody is asked for addresses on it (its flag NOARP)'
  if ((flags & iff.broadcast) === 0) return 'it cannot broadcast'
  return undefined
}

/** Whether frames sent now get somewhere: it is up, and has a carrier. */
export function isReady({ flags }: L2Link): boolean {
  return (flags & iff.up) !== 0 && (flags & iff.lowerUp) !== 0
}

/** Another one whenever neighbours may have missed something: it came up, was made anew, or has another MAC. */
export function epochOf({ index, carrierChanges, mac }: L2Link): string {
  return `${index}.${carrierChanges}.${mac}`
}

function encodeGetLinks(w: Writer): void {
  startMessage(w, message.getLink)
  w.u32.fill(0, w.at >> 2, (w.at + linkHeader) >> 2)
  w.at += linkHeader
  putU32(w, ifla.extMask, skipStats)
}

function encodeGetLink(w: Writer, name: string): void {
  encodeGetLinks(w)
  putString(w, ifla.name, name)
}

/** Reads the body of an RTM_NEWLINK. */
export function decodeL2Link(f: Frame, at: number, end: number, type: number): L2Link | undefined {
  if (type !== message.newLink) return undefined
  let name = ''
  let mac: Mac | undefined
  let carrierChanges = 0
  let router = false
  for (let a = at + linkHeader; a + 4 <= end; a = nextAttribute(f, a)) {
    const what = attributeType(f, a)
    if (what === ifla.name) name = readString(f, payloadAt(a), payloadEnd(f, a))
    else if (what === ifla.carrierChanges) carrierChanges = readU32(f, payloadAt(a))
    else if (what === ifla.afSpec) router = forwards(f, payloadAt(a), payloadEnd(f, a))
    else if (what === ifla.address && payloadEnd(f, a) - payloadAt(a) === macLength)
      mac = readMac(f.bytes, payloadAt(a))
  }
  return {
    name,
    index: readU32(f, at + 4),
    mac,
    hardware: readU16(f, at + 2),
    flags: readU32(f, at + 8),
    carrierChanges,
    router,
  }
}

function forwards(f: Frame, from: number, end: number): boolean {
  for (let a = from; a + 4 <= end; a = nextAttribute(f, a)) {
    if (attributeType(f, a) !== afInet6) continue
    for (let b = payloadAt(a); b + 4 <= payloadEnd(f, a); b = nextAttribute(f, b))
      if (attributeType(f, b) === inet6Conf) return readU32(f, payloadAt(b)) !== 0
  }
  return false
}
