/** Who uses which VIP: what a service says of its own, and whether all services agree. */
import { isDeepStrictEqual } from 'node:util'
import { type Announcing, noAnnouncing } from '../model/announcing.ts'
import { defaultLink } from '../model/defaults.ts'
import type { DesiredVip } from '../model/desired.ts'
import type { Ip } from '../model/ip.ts'
import type { ServiceConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { type Holder, holderOf, holderSpot, type Layers, nameSpot, spotOf } from './layers.ts'
import { checkAddress, linkFor, resolveAnnounce } from './resolve-announce.ts'
import { quote } from './text.ts'
import type { NamedVip } from './vip-book.ts'

/** That a service uses an address, and on which link it takes it to be. */
export interface VipUse {
  readonly address: Ip
  /** `@` and the service's name for `@service`: another link for each service. */
  readonly link: string
  readonly announcing: Announcing
  readonly holder: Holder
}

/** The link that the `[vip.NAME]` or the service says; undefined with a fault if there can be none. */
export function vipUse(
  layers: Layers,
  vip: number,
  address: Ip,
  named: NamedVip | undefined,
  faults: Fault[],
): VipUse | undefined {
  const announcing = named?.announcing ?? ownAnnouncing(layers, address, faults)
  const said = named
    ? named.linkOf(address)
    : (linkFor(address, layers.config.link, announcing) ?? defaultLink)
  const use = { address, announcing, holder: userOf(layers, vip) }
  if (said !== '@service') return { ...use, link: said }
  if (isLinkName(layers.name)) return { ...use, link: `@${layers.name}` }
  faults.push(
    fault(
      'bad-link',
      nameSpot(layers),
      `link = "@service" names a link after the service, but ${quote(layers.name)} is no link name: these have at most 15 characters`,
    ),
  )
  return undefined
}

/** How a literal VIP is announced: the service says it, or its defaults. */
function ownAnnouncing(layers: Layers, address: Ip, faults: Fault[]): Announcing {
  const { announce, uplink, link } = layers.config
  if (announce === undefined && uplink === undefined) return noAnnouncing
  const keys = {
    ...(announce !== undefined && { announce }),
    ...(uplink !== undefined && { uplink }),
    ...(link !== undefined && { link }),
  }
  const found: Fault[] = []
  const place = (key: keyof ServiceConfig & string): Spot => spotOf(layers, key)
  const announcing = resolveAnnounce(keys, key => place(key as 'announce'), found)
  checkAddress(address, link, announcing, key => place(key as 'link'), found)
  for (const one of found)
    if (!faults.some(other => isDeepStrictEqual(other, one))) faults.push(one)
  return announcing
}

/** The user of a VIP: where it says on which link that is, or at the VIP where it says nothing. */
function userOf(layers: Layers, vip: number): Holder {
  const { name, file, config } = layers
  const key = (['link', 'announce'] as const).find(one => config[one] !== undefined)
  return key === undefined ? holderOf(layers, vip) : { name, file, spot: spotOf(layers, key) }
}

/** The kernel's rule for link names (dev_valid_name), as far as service names can break it. */
export function isLinkName(name: string): boolean {
  return name.length <= 15 && name !== '.' && name !== '..'
}

/** One address in use. */
interface Entry {
  /** The first user settles the link; the others have to agree. */
  readonly first: VipUse
  readonly services: string[]
}

/** The VIPs in use, in the order of first use. */
export type UsedVips = Map<Ip, Entry>

/** Books that the service of this name uses a VIP; a fault if another takes it to be elsewhere. */
export function bookUse(used: UsedVips, name: string, use: VipUse, faults: Fault[]): void {
  const entry = used.get(use.address)
  if (!entry) used.set(use.address, { first: use, services: [name] })
  else if (entry.first.link !== use.link) faults.push(conflict(entry.first, use))
  else if (!isDeepStrictEqual(entry.first.announcing, use.announcing))
    faults.push(disagreement(entry.first, use))
  else if (entry.services.at(-1) !== name) entry.services.push(name)
}

function conflict({ address, link, holder }: VipUse, { link: here, holder: other }: VipUse): Fault {
  const said = here.startsWith('@') ? '@service' : here
  const message =
    said === '@service' && link.startsWith('@')
      ? `${address} has link = "@service", so one service alone can use it, but ${holder.name} and ${other.name} do`
      : `${address} is on link ${here} here, but on ${link} for service ${holder.name}: an address is on one link, say which in a [vip.NAME]`
  return fault('vip-conflict', holderSpot(other), message, { related: holderSpot(holder) })
}

function disagreement({ address, holder }: VipUse, { holder: other }: VipUse): Fault {
  return fault(
    'vip-conflict',
    holderSpot(other),
    `${address} is announced in one way here, and in another for service ${holder.name}: say how in a [vip.NAME]`,
    { related: holderSpot(holder) },
  )
}

/** The VIPs in use as they are wanted. */
export function desiredVips(used: UsedVips): readonly DesiredVip[] {
  return Array.from(used.values(), ({ first: { address, link, announcing }, services }) => {
    const own = link === defaultLink || link.startsWith('@')
    return {
      address,
      ...(link === 'external' ? {} : { link: link.startsWith('@') ? link.slice(1) : link }),
      ownLink: own,
      ...(announcing !== noAnnouncing && { announcing }),
      services: services.sort(),
    }
  })
}
