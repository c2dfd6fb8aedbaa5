/** Rows for tests of BGP, and bytes as people write them. */
import type { Peer, Route } from '../../src/model/announcement.ts'
import type { Ip } from '../../src/model/ip.ts'

export function ip(text: string): Ip {
  return text as Ip
}

/** Octets in hexadecimal digits; spaces and line ends are for readers. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\s+/g, ''), 'hex')
}

/** What every message begins with. */
export const marker: string = 'ff'.repeat(16)

export function peerRow(more: Partial<Peer> = {}): Peer {
  return {
    speaker: 'embedded',
    address: ip('127.0.0.1'),
    port: 179,
    as: 65000,
    localAs: 65001,
    hold: 9,
    keepalive: 3,
    multihop: 1,
    ttlSecurity: false,
    gracefulRestart: 0,
    families: ['ipv4', 'ipv6'],
    maxPrefixes: 0,
    ...more,
  }
}

export function routeRow(address: string, more: Partial<Route> = {}): Route {
  return {
    speaker: 'embedded',
    address: ip(address),
    prefix: address.includes(':') ? 128 : 32,
    communities: [],
    largeCommunities: [],
    prepend: 0,
    owned: true,
    ...more,
  }
}
