/** Addresses and endpoints in the user's text: read fast when right, explained when wrong. */
import { type Ip, parseIp } from '../model/ip.ts'
import { quote } from './text.ts'

/** What `"10.0.0.1:80"` says; the port is -1 when there is none. */
export interface Endpoint {
  readonly address: Ip
  readonly port: number
}

/** Reads `a.b.c.d`, `a.b.c.d:port`, `v6` or `[v6]:port`; text is the reason why it can't. */
export function parseEndpoint(text: string): Endpoint | string {
  const end = ipv4End(text)
  if (end > 0 && end === text.length) return { address: text as Ip, port: -1 }
  if (end > 0 && text.charCodeAt(end) === colon) {
    const port = portFrom(text, end + 1)
    if (port > 0) return { address: text.slice(0, end) as Ip, port }
  }
  return parseIpv6(text) ?? parseSlowly(text)
}

/** `v6` or `[v6]:port`; undefined for anything else. */
function parseIpv6(text: string): Endpoint | undefined {
  if (text.charCodeAt(0) !== bracket) {
    const address = text.indexOf(':') === text.lastIndexOf(':') ? undefined : parseIp(text)
    return address === undefined ? undefined : { address, port: -1 }
  }
  const end = text.indexOf(']')
  const address = text.charCodeAt(end + 1) === colon ? parseIp(text.slice(1, end)) : undefined
  const port = portFrom(text, end + 2)
  return address !== undefined && port > 0 ? { address, port } : undefined
}

const colon = 58
const bracket = 91

/** Where a well-formed IPv4 address at the start of a text ends; 0 if there is none. */
function ipv4End(text: string): number {
  let octet = 0
  let digits = 0
  let dots = 0
  let at = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      if (digits > 0 && octet === 0) return 0
      octet = octet * 10 + code - 48
      if (++digits > 3 || octet > 255) return 0
    } else if (code === 46) {
      if (digits === 0 || ++dots > 3) return 0
      octet = 0
      digits = 0
    } else break
  }
  return dots === 3 && digits > 0 ? at : 0
}

/** The port that fills the rest of a text: 1..65535, or -1. */
function portFrom(text: string, start: number): number {
  const length = text.length - start
  if (length < 1 || length > 5) return -1
  let port = 0
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9 || (port === 0 && digit === 0)) return -1
    port = port * 10 + digit
  }
  return port <= 65_535 ? port : -1
}

function parseSlowly(text: string): Endpoint | string {
  const colons = text.split(':').length - 1
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const host = bracketed
    ? (bracketed[1] ?? '')
    : colons === 1
      ? text.slice(0, text.indexOf(':'))
      : text
  const port = bracketed
    ? bracketed[2]
    : colons === 1
      ? text.slice(text.indexOf(':') + 1)
      : undefined
  const address = parseIp(host)
  if (address === undefined) return explainAddress(host)
  if (port === undefined) return { address, port: -1 }
  const number = portFrom(port, 0)
  if (number > 0) return { address, port: number }
  return `${quote(port)} is not a port: write a number from 1 to 65535`
}

/** Why a text is not an address, and what to write instead. */
export function explainAddress(text: string): string {
  const shown = quote(text)
  if (text === '') return 'the address is empty'
  if (text.trim() !== text) return `${shown} has blanks around the address`
  if (text.includes('%'))
    return `${shown} has a zone id: IPVS knows no zones, write the address alone`
  if (text.includes('/'))
    return `${shown} has a prefix length: write the address alone, it is always a host address`
  if (/^[0-9.]+$/.test(text)) {
    if (/(^|\.)0[0-9]/.test(text))
      return `${shown} has leading zeros, which some programs read as octal: write the numbers without them`
    if (text.split('.').length !== 4) return `${shown} is not an IPv4 address: it has four numbers`
    return `${shown} is not an IPv4 address: each number is at most 255`
  }
  if (/^[0-9.]+:[0-9]*$/.test(text) || /^\[.*\]:[0-9]*$/.test(text))
    return `${shown} has a port: write the address here, and the port in port`
  if (/^\[.*\]$/.test(text)) return `${shown} has brackets: without a port write none`
  if (text.includes(':')) return `${shown} is not an IPv6 address`
  if (/^[A-Za-z0-9_.-]+$/.test(text))
    return `${shown} is not an address: host names are not looked up, write the IP address`
  return `${shown} is not an address`
}
