/** Where the VIPs are: the link of each, and whether the configuration has to name it. */
import { defaultLink } from '../model/defaults.ts'
import { familyOf, hostPrefix, type Ip } from '../model/ip.ts'
import type { Address } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import { type Group, plainName } from './group.ts'

/** How a service names one VIP. */
export interface Place {
  /** The name of a `[vip.NAME]`; absent = the literal address. */
  readonly vip?: string
  /** The `link` key of the service itself; absent = the default, or said by the `[vip.NAME]`. */
  readonly link?: string
}

export interface Places {
  readonly byAddress: ReadonlyMap<Ip, Place>
  /** VIPs that need a table of their own, since several services share them, or they are announced. */
  readonly vips: readonly { readonly name: string; readonly address: Ip; readonly link: string }[]
  /** The rows that hold a VIP. */
  readonly addresses: readonly Address[]
}

/**
 * Finds every VIP of the groups on the links of the State.
 *
 * @param told the VIPs that are announced: how, stands in a table of their own.
 */
export function placesOf(
  state: State,
  holders: ReadonlyMap<Ip, Address>,
  groups: readonly Group[],
  told: ReadonlyMap<Ip, readonly string[]>,
): Places {
  const users = new Map<Ip, string[]>()
  for (const { name, first } of groups) {
    const ip = first.address
    if (ip !== undefined) users.set(ip, [...(users.get(ip) ?? []), name])
  }
  const byAddress = new Map<Ip, Place>()
  const vips = []
  for (const [address, names] of users) {
    const link = holders.get(address)?.link ?? 'external'
    const [name, ...others] = names
    const named = name === link && ownLink(state, link) !== undefined && others.length === 0
    if (told.has(address)) {
      const vip = plainName(`vip-${address}`)
      vips.push({ name: vip, address, link: named ? '@service' : link })
      byAddress.set(address, { vip })
    } else if (link === defaultLink) byAddress.set(address, {})
    else if (others.length > 0) {
      const vip = plainName(`vip-${address}`)
      vips.push({ name: vip, address, link })
      byAddress.set(address, { vip })
    } else if (named) byAddress.set(address, { link: '@service' })
    else byAddress.set(address, { link })
  }
  const addresses = [...holders.values()].filter(row => users.has(row.address))
  return { byAddress, vips, addresses }
}

/** The name of a link if it is a dummy of ours that is named after a service. */
export function ownLink(state: State, link: string): string | undefined {
  return link !== defaultLink && state.link.get(`link ${link}`)?.owned ? link : undefined
}

/**
 * The row that holds each address as a VIP: with the prefix of a host route, ours before others.
 * An address with a shorter prefix belongs to the link's subnet and stays its owner's.
 */
export function holdersOf(state: State): ReadonlyMap<Ip, Address> {
  const holders = new Map<Ip, Address>()
  for (const row of state.address.values()) {
    if (row.prefix !== hostPrefix(familyOf(row.address))) continue
    const known = holders.get(row.address)
    if (known === undefined || (row.owned && !known.owned)) holders.set(row.address, row)
  }
  return holders
}
