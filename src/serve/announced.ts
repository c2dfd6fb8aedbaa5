/** Who of the VIPs is to be announced now: one that leads to nothing that can serve is not. */
import { type Arp, gracefulShutdown, type Route } from '../model/announcement.ts'
import type { Ip } from '../model/ip.ts'
import { networkOf } from '../model/network.ts'
import type { Service } from '../model/rows.ts'
import type { Wanted } from '../plan/types.ts'
import type { Asked } from './asked.ts'
import type { Care } from './census.ts'
import type { Outcome } from './listener.ts'

/** What says whether a virtual service can serve. */
export interface Judges {
  readonly cares: ReadonlyMap<string, Care>
  readonly asked: Asked
  readonly outcome: { readonly [K in 'ceased' | 'unheard']: ReadonlySet<string> }
}

/** What is known of the services when announcements are decided. */
export interface Able extends Judges {
  readonly outcome: Outcome
  /** Names of services that drain as soon as the network has been given notice. */
  readonly leaving: ReadonlySet<string>
}

/** The services behind an announcement. */
export function behind(row: Arp | Route, services: Iterable<Service>): readonly Service[] {
  const leadsTo = (address: Ip): boolean =>
    'prefix' in row
      ? address.includes(':') === row.address.includes(':') &&
        networkOf(address, row.prefix) === row.address
      : address === row.address
  return [...services].filter(({ id }) => id.address !== undefined && leadsTo(id.address))
}

/** Why a virtual service cannot serve now; undefined = it can. */
export function unable(key: string, { cares, asked, outcome }: Judges): string | undefined {
  const care = cares.get(key)
  if (care === undefined) return undefined
  if (asked.drains(care.name)) return 'asked to drain'
  if (outcome.unheard.has(key)) return `nothing behind ${care.name} has answered yet`
  if (outcome.ceased.has(key) && care.serving.whenEmpty === 'withdraw')
    return `${care.name} has too few backends up`
  return undefined
}

/** Without what nobody should be told of now; what is about to go asks for other ways to be preferred. */
export function announceable(written: Wanted, now: Wanted, able: Able): Wanted {
  const { arp, route } = written.state
  if (arp.size + route.size === 0) return now
  const index = byAddress(written.state.service.values())
  const keptArp = new Map<string, Arp>()
  const keptRoutes = new Map<string, Route>()
  for (const [key, row] of arp)
    if (decide(key, index.get(row.address) ?? [], written, able) !== 'withheld')
      keptArp.set(key, row)
  for (const [key, row] of route) {
    const host = row.prefix === (row.address.includes(':') ? 128 : 32)
    const services = host
      ? (index.get(row.address) ?? [])
      : behind(row, written.state.service.values())
    const found = decide(key, services, written, able)
    if (found !== 'withheld') keptRoutes.set(key, found === 'leaving' ? asking(row) : row)
  }
  return { ...now, state: { ...now.state, arp: keptArp, route: keptRoutes } }
}

function byAddress(services: Iterable<Service>): ReadonlyMap<Ip, readonly Service[]> {
  const index = new Map<Ip, Service[]>()
  for (const row of services) {
    if (row.id.address === undefined) continue
    const known = index.get(row.id.address)
    if (known === undefined) index.set(row.id.address, [row])
    else known.push(row)
  }
  return index
}

function decide(
  key: string,
  services: readonly Service[],
  written: Wanted,
  able: Able,
): 'announced' | 'leaving' | 'withheld' {
  const { outcome, leaving } = able
  const whys = services.map(({ id }) => unable(id.key, able))
  const held = whys.filter(why => why !== undefined)
  const strict = written.strict?.has(key) === true
  if (services.length === 0 || (strict ? held.length > 0 : held.length === services.length)) {
    outcome.agreed.add(key)
    outcome.reasons.set(key, [...new Set(held)].join(', ') || 'nothing is behind it')
    return 'withheld'
  }
  const nameOf = ({ id }: Service): string => written.policies.get(id.key)?.name ?? ''
  const staying = services.filter((row, i) => whys[i] === undefined && !leaving.has(nameOf(row)))
  if (strict ? staying.length === services.length : staying.length > 0) return 'announced'
  outcome.reasons.set(key, 'about to drain: peers are asked to prefer other ways')
  return 'leaving'
}

function asking(row: Route): Route {
  if (row.speaker === 'table' || row.communities.includes(gracefulShutdown)) return row
  return { ...row, communities: [...row.communities, gracefulShutdown].sort() }
}
