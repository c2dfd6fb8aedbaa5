/** The path attributes of our routes (RFC 4271, 4.3 and 5), in ascending order of their types. */

import type { Route } from '../../model/announcement.ts'
import { familyOf, type Ip } from '../../model/ip.ts'
import { asTrans } from './open.ts'
import { Writer } from './writer.ts'

/** What a route's attributes depend on beside the route. */
export interface Path {
  /** Whether the peer is in another AS than we are. */
  readonly external: boolean
  readonly localAs: number
  /** The peer knows numbers of four octets (RFC 6793). */
  readonly as4: boolean
}

export const attribute = {
  origin: 1,
  asPath: 2,
  nextHop: 3,
  med: 4,
  localPref: 5,
  communities: 8,
  mpReach: 14,
  mpUnreach: 15,
  as4Path: 17,
  largeCommunities: 32,
} as const

/** RFC 4271, 4.3. */
export const flag = { optional: 0x80, transitive: 0x40, extendedLength: 0x10 } as const
const optionalTransitive = flag.optional | flag.transitive

/** The origin of routes that an AS itself has: IGP (RFC 4271, 5.1.1). */
const igp = 0
const asSequence = 2
/** How many numbers a segment of an AS_PATH has at most. */
const segment = 255
/** The usual preference of those that have none of their own. */
const usualLocalPref = 100

/** Routes with equal keys and next hops can go in one UPDATE. */
export function attributesKey({
  communities,
  largeCommunities,
  med,
  localPref,
  prepend,
}: Route): string {
  return `${med}|${localPref}|${prepend}|${communities.join(' ')}|${largeCommunities.join(' ')}`
}

/** Whether two routes have equal keys, without making them. */
export function haveSameAttributes(a: Route, b: Route): boolean {
  return (
    a.med === b.med &&
    a.localPref === b.localPref &&
    a.prepend === b.prepend &&
    areSame(a.communities, b.communities) &&
    areSame(a.largeCommunities, b.largeCommunities)
  )
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

/** All of them but the one for families other than IPv4, which holds the next hop if this is absent. */
export function encodeAttributes(route: Route, nextHop: Ip | undefined, path: Path): Buffer {
  const { external, localAs, as4 } = path
  const writer = new Writer()
  const times = external ? 1 + route.prepend : 0
  put(writer, flag.transitive, attribute.origin, [igp])
  put(writer, flag.transitive, attribute.asPath, asPath(localAs, times, as4 ? 4 : 2))
  if (nextHop !== undefined && familyOf(nextHop) === 'ipv4')
    put(writer, flag.transitive, attribute.nextHop, new Writer().ip(nextHop).bytes())
  if (route.med !== undefined) put(writer, flag.optional, attribute.med, numbers([route.med]))
  if (!external)
    put(writer, flag.transitive, attribute.localPref, numbers([route.localPref ?? usualLocalPref]))
  if (route.communities.length > 0)
    put(writer, optionalTransitive, attribute.communities, communityBytes(route.communities))
  if (!as4 && times > 0 && localAs > 0xffff)
    put(writer, optionalTransitive, attribute.as4Path, asPath(localAs, times, 4))
  if (route.largeCommunities.length > 0)
    put(
      writer,
      optionalTransitive,
      attribute.largeCommunities,
      numbers(route.largeCommunities.flatMap(numbersOf)),
    )
  return writer.bytes()
}

/** One attribute with its header. */
export function put(
  writer: Writer,
  flags: number,
  type: number,
  value: Uint8Array | readonly number[],
): void {
  if (value.length > 255)
    writer
      .u8(flags | flag.extendedLength)
      .u8(type)
      .u16(value.length)
  else writer.u8(flags).u8(type).u8(value.length)
  writer.raw(value)
}

/** The same AS so many times; RFC 6793, 4.2.2, for a number that does not fit. */
function asPath(as: number, times: number, octets: 2 | 4): Buffer {
  const writer = new Writer()
  for (let left = times; left > 0; left -= segment) {
    const count = Math.min(left, segment)
    writer.u8(asSequence).u8(count)
    for (let at = 0; at < count; at++) {
      if (octets === 4) writer.u32(as)
      else writer.u16(as > 0xffff ? asTrans : as)
    }
  }
  return writer.bytes()
}

/** `65000:100` is 65000 in the upper two octets, 100 in the lower (RFC 1997). */
function communityBytes(communities: readonly string[]): Buffer {
  return numbers(
    communities.map(community => {
      const [upper = 0, lower = 0] = numbersOf(community)
      return upper * 0x10000 + lower
    }),
  )
}

function numbersOf(text: string): readonly number[] {
  return text.split(':').map(Number)
}

function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at)
  return bytes
}
