/** IP addresses and prefixes as canonical text: parsed once at the edge, then compared with `===`. */
import { createRequire } from 'node:module'
import { isIPv4 } from 'node:net'
import type ipaddr from 'ipaddr.js'
import { readIpv6, writeIpv6 } from './ipv6.ts'

declare const brand: unique symbol

/** An address in canonical spelling: dotted quad, or RFC 5952 for IPv6. Never has a zone or a prefix. */
export type Ip = string & { readonly [brand]: 'Ip' }

/** The address families that IPVS knows. */
export type Family = 'ipv4' | 'ipv6'

/**
 * Reads an address in any spelling that has one meaning.
 *
 * Refused (undefined): leading zeros (`010.0.0.1` is octal to some readers), zones, prefixes, and
 * shortened dotted forms (`10.1`). An IPv4-mapped IPv6 address is the IPv4 address that it maps.
 */
export function parseIp(text: string): Ip | undefined {
  if (isIPv4(text) || isPlainIpv6(text)) return text as Ip
  if (!text.includes(':') || text.includes('%')) return undefined
  const { IPv6 } = parser()
  if (!IPv6.isValid(text)) return undefined
  const address = IPv6.parse(text)
  if (address.isIPv4MappedAddress()) {
    const tail = text.slice(text.lastIndexOf(':') + 1)
    if (tail.includes('.') && !isIPv4(tail)) return undefined
    return address.toIPv4Address().toString() as Ip
  }
  return address.toRFC5952String() as Ip
}

let loaded: typeof ipaddr | undefined

/** Hardly any address needs it, and a thread that starts would load it for a tenth of its time. */
function parser(): typeof ipaddr {
  loaded ??= createRequire(import.meta.url)('ipaddr.js') as typeof ipaddr
  return loaded
}

/**
 * True for most canonical IPv6 addresses, without a parser: a file may have 100,000 of them.
 *
 * Left to the parser is what is wrong, in capitals, begins with `::` (mapped addresses do), or where
 * `::` might have to replace other zeros (RFC 5952, 4.2): beside it, or a run that is as long.
 */
function isPlainIpv6(text: string): boolean {
  let groups = 0
  let gap = false
  let zeros = 0
  let longest = 0
  for (let at = 0; at < text.length; ) {
    const start = at
    let code = 0
    for (; at < text.length; at++) {
      code = text.charCodeAt(at)
      if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) break
    }
    const digits = at - start
    const zero = text.charCodeAt(start) === 48
    if (digits === 0 || digits > 4 || (zero && digits > 1)) return false
    groups++
    zeros = zero ? zeros + 1 : 0
    if (zeros > longest) longest = zeros
    if (zero && gap && text.charCodeAt(start - 2) === 58) return false
    if (at === text.length) break
    if (code !== 58 || ++at === text.length) return false
    if (text.charCodeAt(at) !== 58) continue
    if (gap || zero) return false
    gap = true
    zeros = 0
    at++
  }
  return gap ? groups <= 6 && longest < 8 - groups : groups === 8 && longest < 2
}

/** The family of a canonical address. */
export function familyOf(ip: Ip): Family {
  return ip.includes(':') ? 'ipv6' : 'ipv4'
}

/** The longest prefix of a family: 32 or 128 bits, the length of a host route. */
export function hostPrefix(family: Family): 32 | 128 {
  return family === 'ipv4' ? 32 : 128
}

/** Writes the 4 or 16 bytes of an address in network order and returns how many they are. */
export function writeIp(ip: Ip, into: Uint8Array, at: number): 4 | 16 {
  if (ip.includes(':')) {
    writeIpv6(ip, into, at)
    return 16
  }
  let value = 0
  let place = at
  for (let i = 0; i < ip.length; i++) {
    const code = ip.charCodeAt(i)
    if (code === 46) {
      into[place++] = value
      value = 0
    } else value = value * 10 + code - 48
  }
  into[place] = value
  return 4
}

/** Reads the 4 or 16 bytes of an address in network order. */
export function readIp(bytes: Uint8Array, at: number, family: Family): Ip {
  if (family === 'ipv4')
    return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}` as Ip
  return readIpv6(bytes, at) as Ip
}

/** What an address is good for: only `unicast` and `linkLocal` can be a VIP or a backend. */
export type AddressScope =
  | 'unicast'
  | 'linkLocal'
  | 'loopback'
  | 'multicast'
  | 'unspecified'
  | 'broadcast'

/** The scope of an address by its range (RFC 6890, RFC 4291). */
export function scopeOf(ip: Ip): AddressScope {
  return ip.includes(':') ? scopeOfV6(ip) : scopeOfV4(ip)
}

/** Without a parser, as for IPv4: the text is canonical. */
function scopeOfV6(ip: Ip): AddressScope {
  if (ip === '::') return 'unspecified'
  if (ip === '::1') return 'loopback'
  if (ip.charCodeAt(0) !== 102 || ip.indexOf(':') !== 4) return 'unicast'
  if (ip.startsWith('ff')) return 'multicast'
  return /^fe[89ab]/.test(ip) ? 'linkLocal' : 'unicast'
}

/** Without a parser: this is asked for every backend. */
function scopeOfV4(ip: Ip): AddressScope {
  const first = Number.parseInt(ip, 10)
  if (first === 127) return 'loopback'
  if (first >= 224 && first <= 239) return 'multicast'
  if (first === 0) return ip === '0.0.0.0' ? 'unspecified' : 'unicast'
  if (first === 255) return ip === '255.255.255.255' ? 'broadcast' : 'unicast'
  return ip.startsWith('169.254.') ? 'linkLocal' : 'unicast'
}

/** Address and port as people write them: `10.0.0.1:80`, `[2001:db8::1]:80`. */
export function endpoint(ip: Ip, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}
