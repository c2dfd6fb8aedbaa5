/** The book of VIPs: which addresses have names, and on which link each of these lives. */
import type { Announcing } from '../model/announcing.ts'
import { defaultLink } from '../model/defaults.ts'
import { type Ip, parseIp, scopeOf } from '../model/ip.ts'
import { explainAddress } from './address.ts'
import type { VipConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { checkAddress, linkFor, resolveAnnounce } from './resolve-announce.ts'

/** A `[vip.NAME]` that could be read. */
export interface NamedVip {
  readonly name: string
  readonly addresses: readonly Ip[]
  readonly linkOf: (address: Ip) => string
  readonly announcing: Announcing
  readonly spot: Spot
}

/** Every `[vip.NAME]` of all files. */
export interface VipBook {
  /** By name; null for one that is faulty, so that its users are not blamed. */
  readonly named: Map<string, NamedVip | null>
  readonly byAddress: Map<Ip, NamedVip>
}

/** An empty book. */
export function openVipBook(): VipBook {
  return { named: new Map(), byAddress: new Map() }
}

/** Enters a `[vip.NAME]`. */
export function enterVip(
  book: VipBook,
  name: string,
  config: VipConfig,
  spot: Spot,
  faults: Fault[],
): void {
  const texts = typeof config.address === 'string' ? [config.address] : config.address
  const addresses: Ip[] = []
  for (const [index, text] of texts.entries()) {
    const path = [...spot.path, 'address', ...(texts === config.address ? [index] : [])]
    const address = vipAddress(text, { file: spot.file, path }, faults)
    if (address === undefined) continue
    const other = book.byAddress.get(address)
    if (other || addresses.includes(address)) {
      faults.push(
        fault(
          'duplicate-vip',
          { file: spot.file, path },
          `${address} is already the address of vip.${other?.name ?? name}`,
          { related: other?.spot },
        ),
      )
    } else addresses.push(address)
  }
  if (addresses.length < texts.length) {
    book.named.set(name, null)
    return
  }
  const place = (...path: (string | number)[]): Spot => ({
    file: spot.file,
    path: [...spot.path, ...path],
  })
  const announcing = resolveAnnounce(config, place, faults)
  for (const address of addresses) checkAddress(address, config.link, announcing, place, faults)
  const linkOf = (address: Ip): string => linkFor(address, config.link, announcing) ?? defaultLink
  const vip = { name, addresses, linkOf, announcing, spot: { ...spot, key: true } }
  book.named.set(name, vip)
  for (const address of addresses) book.byAddress.set(address, vip)
}

/** An address that can be a VIP, or a fault. */
export function vipAddress(text: string, spot: Spot, faults: Fault[]): Ip | undefined {
  const address = parseIp(text)
  if (address === undefined) {
    faults.push(fault('bad-address', spot, explainAddress(text)))
    return undefined
  }
  if (isVip(address)) return address
  const scope = scopeOf(address)
  if (scope !== 'unicast') faults.push(fault('bad-vip', spot, `${address} ${scopeWords[scope]}`))
  return undefined
}

/** IPv4 link-local addresses (RFC 3927) need no zone and work like others. */
export function isVip(address: Ip): boolean {
  const scope = scopeOf(address)
  return scope === 'unicast' || (scope === 'linkLocal' && !address.includes(':'))
}

const scopeWords = {
  linkLocal:
    'is a link-local address, which needs a zone, and IPVS knows no zones: write a routable address',
  loopback: 'is a loopback address: no packet from the network may carry it',
  multicast: 'is a multicast address: a VIP is one host address',
  unspecified: 'stands for any address: write the one that clients connect to',
  broadcast: 'is the broadcast address: a VIP is one host address',
} as const

/** Named VIPs that no service uses. */
export function unusedVips(
  book: VipBook,
  used: ReadonlyMap<Ip, unknown>,
): readonly { name: string; spot: Spot }[] {
  return [...book.named.values()].filter(
    (vip): vip is NamedVip => vip !== null && !vip.addresses.some(ip => used.has(ip)),
  )
}
