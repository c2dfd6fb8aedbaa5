/** Who uses which VIP: what a service says of its own, and whether all services agree. */
import { defaultLink } from '../model/defaults.ts'
import type { DesiredVip } from '../model/desired.ts'
import type { Ip } from '../model/ip.ts'
import { type Fault, fault } from './fault.ts'
import { type Holder, holderOf, holderSpot, type Layers, nameSpot, spotOf } from './layers.ts'
import { quote } from './text.ts'
import type { NamedVip } from './vip-book.ts'

/** That a service uses an address, and on which link it takes it to be. */
export interface VipUse {
  readonly address: Ip
  /** `@` and the service's name for `@service`: another link for each service. */
  readonly link: string
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
  const said = named ? named.link : (layers.config.link ?? defaultLink)
  if (said !== '@service') return { address, link: said, holder: userOf(layers, vip) }
  if (isLinkName(layers.name))
    return { address, link: `@${layers.name}`, holder: userOf(layers, vip) }
  faults.push(
    fault(
      'bad-link',
      nameSpot(layers),
      `link = "@service" names a link after the service, but ${quote(layers.name)} is no link name: these have at most 15 characters`,
    ),
  )
  return undefined
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

/** The VIPs in use as they are wanted. */
export function desiredVips(used: UsedVips): readonly DesiredVip[] {
  return Array.from(used.values(), ({ first: { address, link }, services }) => {
    const own = link === defaultLink || link.startsWith('@')
    return {
      address,
      ...(link === 'external' ? {} : { link: link.startsWith('@') ? link.slice(1) : link }),
      ownLink: own,
      services: services.sort(),
    }
  })
}
