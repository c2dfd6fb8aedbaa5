/** The book of VIPs: which addresses have names, who uses them, on which link each lives. */
import { defaultLink } from '../model/defaults.ts'
import type { DesiredVip } from '../model/desired.ts'
import { type Ip, parseIp, scopeOf } from '../model/ip.ts'
import { explainAddress } from './address.ts'
import type { VipConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { type Holder, holderOf, holderSpot, type Layers, nameSpot, spotOf } from './layers.ts'
import { quote } from './text.ts'

/** A `[vip.NAME]` that could be read. */
export interface NamedVip {
  readonly name: string
  readonly addresses: readonly Ip[]
  readonly link: string
  readonly spot: Spot
}

/** One address in use. The first user settles the link; the others have to agree. */
interface Entry {
  readonly address: Ip
  readonly link: string
  /** The first user. */
  readonly holder: Holder
  readonly services: string[]
}

/** Everything known about VIPs while services are resolved. */
export interface VipBook {
  /** By name; null for one that is faulty, so that its users are not blamed. */
  readonly named: Map<string, NamedVip | null>
  readonly byAddress: Map<Ip, NamedVip>
  readonly used: Map<Ip, Entry>
}

/** An empty book. */
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

/** Books that a service uses an address, on the link that its `[vip.NAME]` or the service says. */
export function bookUse(
  book: VipBook,
  layers: Layers,
  vip: number,
  address: Ip,
  named: NamedVip | undefined,
  faults: Fault[],
): void {
  const said = named ? named.link : (layers.config.link ?? defaultLink)
  // A link named after the service is another one for each service.
  const link = said === '@service' ? `@${layers.name}` : said
  if (said === '@service' && !isLinkName(layers.name)) {
    faults.push(
      fault(
        'bad-link',
        nameSpot(layers),
        `link = "@service" names a link after the service, but ${quote(layers.name)} is no link name: these have at most 15 characters`,
      ),
    )
    return
  }
  const entry = book.used.get(address)
  if (!entry) {
    const holder = userOf(layers, vip)
    book.used.set(address, { address, link, holder, services: [layers.name] })
  } else if (entry.link !== link) faults.push(conflict(entry, userOf(layers, vip), link, said))
  else if (entry.services.at(-1) !== layers.name) entry.services.push(layers.name)
}

function conflict(
  { address, link, holder }: Entry,
  other: Holder,
  here: string,
  said: string,
): Fault {
  const message =
    said === '@service' && link.startsWith('@')
      ? `${address} has link = "@service", so one service alone can use it, but ${holder.name} and ${other.name} do`
      : `${address} is on link ${here} here, but on ${link} for service ${holder.name}: an address is on one link, say which in a [vip.NAME]`
  return fault('vip-conflict', holderSpot(other), message, { related: holderSpot(holder) })
}

/** The user of a VIP: where it says on which link that is, or at the VIP where it says nothing. */
function userOf(layers: Layers, vip: number): Holder {
  const { name, file, config } = layers
  if (config.link === undefined) return holderOf(layers, vip)
  return { name, file, spot: spotOf(layers, 'link') }
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
