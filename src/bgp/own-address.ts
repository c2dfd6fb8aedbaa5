/** Addresses of this host that a session shows to its peer. */
import type { NetworkInterfaceInfo } from 'node:os'
import { type Family, familyOf, type Ip, parseIp, scopeOf } from '../model/ip.ts'

/** As `os.networkInterfaces()` tells them. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/**
 * An address of that family on the interface that has this one; undefined if there is none that others
 * could send to. Addresses that move between hosts are not taken: `moves` says which.
 */
export function addressBeside(
  local: Ip,
  family: Family,
  interfaces: Interfaces,
  moves: (ip: Ip) => boolean,
): Ip | undefined {
  for (const list of Object.values(interfaces)) {
    const addresses = (list ?? []).map(({ address }) => parseIp(address))
    if (!addresses.includes(local)) continue
    return addresses.find(
      ip => ip !== undefined && familyOf(ip) === family && scopeOf(ip) === 'unicast' && !moves(ip),
    )
  }
  return undefined
}

/**
 * What we are called (RFC 4271, 4.2; RFC 6286): the IPv4 address of the session, else one beside it, else
 * four octets made from its IPv6 address (FNV-1a), the same ones each time.
 */
export function routerIdOf(local: Ip, beside: Ip | undefined): Ip {
  if (familyOf(local) === 'ipv4') return local
  if (beside !== undefined) return beside
  let hash = 0x811c9dc5
  for (const octet of Buffer.from(local)) hash = Math.imul(hash ^ octet, 0x01000193) >>> 0
  const octets = [hash >>> 24, (hash >>> 16) & 0xff, (hash >>> 8) & 0xff, hash & 0xff]
  return (hash === 0 ? '0.0.0.1' : octets.join('.')) as Ip
}
