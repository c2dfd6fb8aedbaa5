/** UPDATEs as people read them: what a router would make of the octets, written apart from the encoder. */

import type { Family } from '../../src/model/ip.ts'
import { familyOf, hostPrefix, readIp } from '../../src/model/ip.ts'

export interface ReadUpdate {
  readonly withdrawn: readonly string[]
  readonly announced: readonly string[]
  /** By name, in words. */
  readonly attributes: Readonly<Record<string, string>>
  /** Of this family all routes have been told of. */
  readonly endOfRib?: Family
}

/** `as` is how many octets an AS has in AS_PATH. */
export function readUpdate(body: Buffer, as: 2 | 4 = 4): ReadUpdate {
  const withdrawnLength = body.readUInt16BE(0)
  const from = 4 + withdrawnLength
  const to = from + body.readUInt16BE(2 + withdrawnLength)
  const withdrawn = prefixes(body.subarray(2, 2 + withdrawnLength), 'ipv4')
  const announced = prefixes(body.subarray(to), 'ipv4')
  const attributes: Record<string, string> = {}
  let endOfRib: Family | undefined = body.length === 4 ? 'ipv4' : undefined
  for (let at = from; at < to; ) {
    const wide = (body.readUInt8(at) & 0x10) !== 0
    const start = at + (wide ? 4 : 3)
    const end = start + (wide ? body.readUInt16BE(at + 2) : body.readUInt8(at + 2))
    const value = body.subarray(start, end)
    const type = body.readUInt8(at + 1)
    if (type === 14) {
      const family = value.readUInt16BE(0) === 1 ? 'ipv4' : 'ipv6'
      attributes['next hop'] = readIp(value, 4, 'ipv6')
      announced.push(...prefixes(value.subarray(5 + value.readUInt8(3)), family))
    } else if (type === 15) {
      withdrawn.push(...prefixes(value.subarray(3), 'ipv6'))
      if (value.length === 3) endOfRib = 'ipv6'
    } else {
      const [name, words] = attribute(type, value, as)
      attributes[name] = words
    }
    at = end
  }
  return { withdrawn, announced, attributes, ...(endOfRib === undefined ? {} : { endOfRib }) }
}

function attribute(type: number, value: Buffer, as: 2 | 4): readonly [string, string] {
  switch (type) {
    case 1:
      return ['origin', ['IGP', 'EGP', 'INCOMPLETE'][value.readUInt8(0)] ?? '?']
    case 2:
      return ['path', path(value, as)]
    case 3:
      return ['next hop', readIp(value, 0, 'ipv4')]
    case 4:
      return ['med', `${value.readUInt32BE()}`]
    case 5:
      return ['preference', `${value.readUInt32BE()}`]
    case 8:
      return ['communities', numbers(value, 2, 2).join(' ')]
    case 17:
      return ['path of four octets', path(value, 4)]
    case 32:
      return ['large communities', numbers(value, 4, 3).join(' ')]
    default:
      return [`type ${type}`, value.toString('hex')]
  }
}

function path(value: Buffer, octets: 2 | 4): string {
  const numbers: number[] = []
  for (let at = 0; at < value.length; ) {
    const count = value.readUInt8(at + 1)
    at += 2
    for (let i = 0; i < count; i++, at += octets) numbers.push(value.readUIntBE(at, octets))
  }
  return numbers.join(' ')
}

function numbers(value: Buffer, octets: number, of: number): readonly string[] {
  const all: string[] = []
  for (let at = 0; at < value.length; at += octets * of)
    all.push(
      Array.from({ length: of }, (_, i) => value.readUIntBE(at + i * octets, octets)).join(':'),
    )
  return all
}

/** Host routes without their length. */
function prefixes(bytes: Buffer, family: Family): string[] {
  const all: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt8(at)
    const octets = Math.ceil(length / 8)
    const address = Buffer.alloc(16)
    bytes.copy(address, 0, at + 1, at + 1 + octets)
    const ip = readIp(address, 0, family)
    all.push(length === hostPrefix(familyOf(ip)) ? ip : `${ip}/${length}`)
    at += 1 + octets
  }
  return all
}
