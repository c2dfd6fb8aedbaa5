/** VIPs: which addresses there are, on which link each lives, and who uses it. */
import type { DesiredVip } from '../model/desired.ts'
import { type Ip, parseIp, scopeOf } from '../model/ip.ts'
import { explainAddress } from './address.ts'
import type { Config, VipConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { type Layers, nameSpot, pick, spotOf } from './layers.ts'
import { didYouMean, quote } from './text.ts'

/** A `[vip.NAME]` that could be read. */
interface NamedVip {
  readonly name: string
  readonly addresses: readonly Ip[]
  readonly link: string
  readonly spot: Spot
}

/** One address in use. The first user settles the link; the others have to agree. */
interface Entry {
  readonly address: Ip
  readonly link: string
  readonly spot: Spot
  readonly services: string[]
}

/** Everything known about VIPs while services are resolved. */
export interface VipBook {
  /** By name; null for one that is faulty, so that its users are not blamed. */
  readonly named: Map<string, NamedVip | null>
  readonly byAddress: Map<Ip, NamedVip>
  readonly used: Map<Ip, Entry>
}

/** The link that VIPs live on when nothing is said: a dummy link of ours. */
export const defaultLink = 'slb0'

export function openVipBook(): VipBook {
  return { named: new Map(), byAddress: new Map(), used: new Map() }
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
  const vip = { name, addresses, link: config.link ?? defaultLink, spot: { ...spot, key: true } }
  book.named.set(name, vip)
  for (const address of addresses) book.byAddress.set(address, vip)
}

/** An address that can be a VIP, or a fault. */
function vipAddress(text: string, spot: Spot, faults: Fault[]): Ip | undefined {
  const address = parseIp(text)
  if (address === undefined) {
    faults.push(fault('bad-address', spot, explainAddress(text)))
    return undefined
  }
  const scope = scopeOf(address)
  if (scope === 'unicast' || (scope === 'linkLocal' && !address.includes(':'))) return address
  faults.push(fault('bad-vip', spot, `${address} ${scopeWords[scope]}`))
  return undefined
}

const scopeWords = {
  linkLocal:
    'is a link-local address, which needs a zone, and IPVS knows no zones: write a routable address',
  loopback: 'is a loopback address: no packet from the network may carry it',
  multicast: 'is a multicast address: a VIP is one host address',
  unspecified: 'stands for any address: write the one that clients connect to',
  broadcast: 'is the broadcast address: a VIP is one host address',
} as const

/** The addresses that `vip` of a service stands for, each with its place; use is booked. */
export function useVips(
  book: VipBook,
  layers: Layers,
  faults: Fault[],
): readonly { readonly address: Ip; readonly spot: Spot }[] {
  const given = pick(layers, 'vip')
  const texts = typeof given === 'string' ? [given] : (given ?? [])
  const uses: { address: Ip; spot: Spot }[] = []
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index] ?? ''
    const spot = typeof given === 'string' ? spotOf(layers, 'vip') : spotOf(layers, 'vip', index)
    const named = book.named.get(text)
    if (named === null) continue
    if (named) {
      refuseOwnLink(layers, named, faults)
      for (const address of named.addresses) {
        uses.push({ address, spot })
        book_(book, layers, address, named.link, named.spot, faults)
      }
      continue
    }
    if (!looksLikeAddress(text)) {
      faults.push(unknownVip(book, text, spot))
      continue
    }
    const address = vipAddress(text, spot, faults)
    if (address === undefined) continue
    uses.push({ address, spot })
    const holder = book.byAddress.get(address)
    if (holder) refuseOwnLink(layers, holder, faults)
    const link = holder?.link ?? pick(layers, 'link') ?? defaultLink
    book_(book, layers, address, link, holder?.spot ?? linkSpot(layers, spot), faults)
  }
  return uses
}

function looksLikeAddress(text: string): boolean {
  return text === '' || text.includes(':') || text.includes('/') || /^[0-9.\s]+$/.test(text)
}

function unknownVip(book: VipBook, text: string, spot: Spot): Fault {
  return fault(
    'unknown-vip',
    spot,
    `${quote(text)} is neither an address nor the name of a [vip.NAME]`,
    { suggestion: didYouMean(text, [...book.named.keys()]) },
  )
}

/** Where the link was said, or the VIP itself when nobody said it. */
function linkSpot(layers: Layers, vip: Spot): Spot {
  return pick(layers, 'link') === undefined ? vip : spotOf(layers, 'link')
}

function refuseOwnLink({ own }: Layers, named: NamedVip, faults: Fault[]): void {
  for (const key of ['link', 'announce'] as const)
    if (own.config[key] !== undefined)
      faults.push(
        fault(
          'vip-elsewhere',
          { file: own.file, path: [...own.path, key], key: true },
          `${key} of this VIP is said in [vip.${named.name}]: write it there`,
          { related: named.spot },
        ),
      )
}

/** Books that a service uses an address on a link. */
function book_(
  book: VipBook,
  layers: Layers,
  address: Ip,
  given: string,
  spot: Spot,
  faults: Fault[],
): void {
  const link = given === '@service' ? layers.name : given
  if (given === '@service' && !isLinkName(link)) {
    faults.push(
      fault(
        'bad-link',
        nameSpot(layers),
        `link = "@service" names a link after the service, but ${quote(link)} is no link name: these have at most 15 characters`,
      ),
    )
    return
  }
  const key = given === '@service' ? `@${link}` : link
  const entry = book.used.get(address)
  if (!entry) book.used.set(address, { address, link: key, spot, services: [layers.name] })
  else if (entry.link === key) {
    if (entry.services.at(-1) !== layers.name) entry.services.push(layers.name)
  } else
    faults.push(
      fault(
        'vip-conflict',
        spot === entry.spot ? nameSpot(layers) : spot,
        spot === entry.spot
          ? `${address} has link = "@service", so only one service can use it, but ${entry.services[0]} and ${layers.name} do`
          : `${address} is on link ${key} here, but on ${entry.link} for ${entry.services[0]}: an address is on one link; say it once in a [vip.NAME]`,
        { related: entry.spot },
      ),
    )
}

/** The kernel's rule for link names (dev_valid_name), as far as service names can break it. */
function isLinkName(name: string): boolean {
  return name.length <= 15 && name !== '.' && name !== '..'
}

/** The VIPs in use, in the order of first use. */
export function closeVipBook(book: VipBook): readonly DesiredVip[] {
  return Array.from(book.used.values(), ({ address, link, services }) => {
    const own = link === defaultLink || link.startsWith('@')
    return {
      address,
      ...(link === 'external' ? {} : { link: link.startsWith('@') ? link.slice(1) : link }),
      ownLink: own,
      services: services.sort(),
    }
  })
}

/** Named VIPs that no service uses. */
export function unusedVips(book: VipBook): readonly { name: string; spot: Spot }[] {
  return [...book.named.values()].filter(
    (vip): vip is NamedVip => vip !== null && !vip.addresses.some(ip => book.used.has(ip)),
  )
}

/** Everything under `[vip]` in one file. */
export function enterVips(
  book: VipBook,
  file: string,
  vips: NonNullable<Config['vip']>,
  faults: Fault[],
): void {
  for (const [name, config] of Object.entries(vips))
    if (!book.named.has(name)) enterVip(book, name, config, { file, path: ['vip', name] }, faults)
}
