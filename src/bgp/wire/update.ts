/** UPDATE (RFC 4271, 4.3): routes that can be used from now on, and those that cannot any more. */
import type { Route } from '../../model/announcement.ts'
import { type Family, familyOf, type Ip } from '../../model/ip.ts'
import { attribute, encodeAttributes, flag, type Path } from './attributes.ts'
import { afiOf, unicast } from './family.ts'
import { headerLength, message, messageType } from './message.ts'
import { maxMessage, Writer } from './writer.ts'

/** Where a route leads to. */
export interface Prefix {
  readonly address: Ip
  readonly prefix: number
}

/** How much of a message is left for attributes and prefixes. */
const room = maxMessage - headerLength - 4
/** MP_REACH_NLRI before its prefixes: header, family, a next hop of 16 octets, a reserved one (RFC 4760, 3). */
const mpReachHead = 4 + 3 + 1 + 16 + 1
/** MP_UNREACH_NLRI before its prefixes (RFC 4760, 4). */
const mpUnreachHead = 4 + 3
/** The most octets of a prefix. */
const longestPrefix = 17

/**
 * As few messages as tell of these prefixes, all of one family and with the attributes of this route.
 * A next hop of the other family is one of IPv6 for IPv4 (RFC 8950).
 */
export function encodeAnnouncement(
  route: Route,
  nextHop: Ip,
  prefixes: readonly Prefix[],
  path: Path,
): readonly Buffer[] {
  if (familyOf(nextHop) === 'ipv6') return encodeMpReach(route, nextHop, prefixes, path)
  const attributes = encodeAttributes(route, nextHop, path)
  return pack(prefixes, room - attributes.length).map(nlri =>
    message(messageType.update, writer =>
      writer.u16(0).u16(attributes.length).raw(attributes).raw(nlri),
    ),
  )
}

/** MP_REACH_NLRI goes first (RFC 7606, 5.1). */
function encodeMpReach(
  route: Route,
  nextHop: Ip,
  prefixes: readonly Prefix[],
  path: Path,
): readonly Buffer[] {
  const attributes = encodeAttributes(route, undefined, path)
  const family = familyOf(route.address)
  return pack(prefixes, room - attributes.length - mpReachHead).map(nlri =>
    message(messageType.update, writer =>
      writer
        .u16(0)
        .u16(mpReachHead + nlri.length + attributes.length)
        .u8(flag.optional | flag.extendedLength)
        .u8(attribute.mpReach)
        .u16(mpReachHead - 4 + nlri.length)
        .u16(afiOf(family))
        .u8(unicast)
        .u8(16)
        .ip(nextHop)
        .u8(0)
        .raw(nlri)
        .raw(attributes),
    ),
  )
}

/** So many numbers have room whatever they are: the longest take 12 octets, and most routes have hardly any. */
const surelyFit = 200

/** True if a message has room for the attributes of this route and one prefix, whatever the session is like. */
export function fits(route: Route): boolean {
  const { communities, largeCommunities, prepend } = route
  if (communities.length + largeCommunities.length + prepend < surelyFit) return true
  // The longest path: one for those who know two octets only, beside that of four.
  const path = { external: true, localAs: 0xffff_ffff, as4: false }
  try {
    const attributes = encodeAttributes(route, undefined, path)
    // LOCAL_PREF and NEXT_HOP have seven octets each.
    return attributes.length + 2 * 7 + mpReachHead + longestPrefix <= room
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** As few messages as take these prefixes back, all of one family. */
export function encodeWithdrawal(family: Family, prefixes: readonly Prefix[]): readonly Buffer[] {
  if (family === 'ipv4')
    return pack(prefixes, room).map(nlri =>
      message(messageType.update, writer => writer.u16(nlri.length).raw(nlri).u16(0)),
    )
  return pack(prefixes, room - mpUnreachHead).map(encodeMpUnreach)
}

/** Says that all routes of a family have been told of (RFC 4724, 2). */
export function endOfRib(family: Family): Buffer {
  if (family === 'ipv4') return message(messageType.update, writer => writer.u16(0).u16(0))
  return encodeMpUnreach(new Uint8Array())
}

function encodeMpUnreach(nlri: Uint8Array): Buffer {
  return message(messageType.update, writer =>
    writer
      .u16(0)
      .u16(mpUnreachHead + nlri.length)
      .u8(flag.optional | flag.extendedLength)
      .u8(attribute.mpUnreach)
      .u16(mpUnreachHead - 4 + nlri.length)
      .u16(afiOf('ipv6'))
      .u8(unicast)
      .raw(nlri),
  )
}

/** The prefixes in pieces of at most so many octets. */
function pack(prefixes: readonly Prefix[], most: number): readonly Buffer[] {
  const pieces: Buffer[] = []
  let writer = new Writer()
  for (const { address, prefix } of prefixes) {
    if (writer.length + 1 + ((prefix + 7) >> 3) > most) {
      pieces.push(writer.bytes())
      writer = new Writer()
    }
    writer.prefix(address, prefix)
  }
  if (writer.length > 0) pieces.push(writer.bytes())
  return pieces
}
