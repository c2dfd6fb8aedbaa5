/** What peers send. */
import type { Family } from '../../model/ip.ts'
import { attribute, flag } from './attributes.ts'
import { familyOfAfi } from './family.ts'
import { type Fault, fault } from './fault.ts'
import { type Frame, messageType } from './message.ts'
import { decodeNotification, type Notification } from './notification.ts'
import { decodeOpen, type Open } from './open.ts'

export type Incoming =
  | Open
  | Notification
  | Fault
  | { readonly kind: 'keepalive' }
  /** Routes of the peer: we keep none. */
  | { readonly kind: 'update' }
  /** The peer wants to be told everything again (RFC 2918); absent = of a family that is not ours. */
  | { readonly kind: 'refresh'; readonly family: Family | undefined }

/** Reads a message. Its type is a known one, its length right for it. */
export function decode({ type, body }: Frame): Incoming {
  switch (type) {
    case messageType.open:
      return decodeOpen(body)
    case messageType.notification:
      return decodeNotification(body)
    case messageType.update:
      return faultOfUpdate(body) ?? { kind: 'update' }
    case messageType.refresh:
      return decodeRefresh(body)
    default:
      return { kind: 'keepalive' }
  }
}

/** A subtype other than 0 is of a capability that we have not offered: passed over (RFC 7313, 5). */
function decodeRefresh(body: Buffer): Incoming {
  const family =
    body.readUInt8(2) === 0 ? familyOfAfi(body.readUInt16BE(0), body.readUInt8(3)) : undefined
  return { kind: 'refresh', family }
}

/**
 * The faults of an UPDATE for which the session must end (RFC 7606): where the prefixes cannot be told
 * from the rest. All others mean that the routes in it are treated as withdrawn, and that is all the same
 * to one who keeps none.
 */
function faultOfUpdate(body: Buffer): Fault | undefined {
  const withdrawn = body.readUInt16BE(0)
  if (2 + withdrawn + 2 > body.length)
    return fault('malformedAttributes', [], 'withdrawn routes are longer than their UPDATE')
  const from = 2 + withdrawn + 2
  const to = from + body.readUInt16BE(from - 2)
  if (to > body.length)
    return fault('malformedAttributes', [], 'path attributes are longer than their UPDATE')
  if (!arePrefixes(body.subarray(2, 2 + withdrawn), 32) || !arePrefixes(body.subarray(to), 32))
    return fault('invalidNetwork')
  return faultOfAttributes(body.subarray(from, to))
}

function faultOfAttributes(bytes: Buffer): Fault | undefined {
  const seen = new Set<number>()
  for (let at = 0; at < bytes.length; ) {
    const wide = ((bytes[at] ?? 0) & flag.extendedLength) !== 0
    const start = at + (wide ? 4 : 3)
    // Here and below: the attributes run over, and what follows them is found all the same (RFC 7606, 4).
    if (start > bytes.length) return undefined
    const end = start + (wide ? bytes.readUInt16BE(at + 2) : bytes.readUInt8(at + 2))
    if (end > bytes.length) return undefined
    const type = bytes.readUInt8(at + 1)
    if (type === attribute.mpReach || type === attribute.mpUnreach) {
      // RFC 7606, 3 (g).
      if (seen.has(type)) return fault('malformedAttributes', [], 'a family has come twice')
      seen.add(type)
      const value = bytes.subarray(start, end)
      const right = type === attribute.mpReach ? isMpReach(value) : isMpUnreach(value)
      if (!right) return fault('optionalAttribute', bytes.subarray(at, end))
    }
    at = end
  }
  return undefined
}

/** RFC 7606, 5.3 and 7.11; the next hops of RFC 2545 and RFC 8950. */
function isMpReach(value: Buffer): boolean {
  if (value.length < 5) return false
  const family = familyOfAfi(value.readUInt16BE(0), value.readUInt8(2))
  const nextHop = value.readUInt8(3)
  const from = 4 + nextHop + 1
  if (from > value.length) return false
  if (family === undefined) return true
  const lengths = family === 'ipv4' ? [4, 16, 32] : [16, 32]
  return lengths.includes(nextHop) && arePrefixes(value.subarray(from), bitsOf(family))
}

/** RFC 7606, 5.3 and 7.12. */
function isMpUnreach(value: Buffer): boolean {
  if (value.length < 3) return false
  const family = familyOfAfi(value.readUInt16BE(0), value.readUInt8(2))
  return family === undefined || arePrefixes(value.subarray(3), bitsOf(family))
}

function bitsOf(family: Family): number {
  return family === 'ipv4' ? 32 : 128
}

function arePrefixes(bytes: Buffer, most: number): boolean {
  let at = 0
  while (at < bytes.length) {
    const bits = bytes[at] ?? 0
    if (bits > most) return false
    at += 1 + Math.ceil(bits / 8)
  }
  return at === bytes.length
}
