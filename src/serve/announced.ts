/** Who of the VIPs is to be announced now: one that leads to nothing that can serve is not. */
import { type Arp, gracefulShutdown, type Route } from '../model/announcement.ts'
import type { Service } from '../model/rows.ts'
import type { Wanted } from '../plan/types.ts'
import type { Asked } from './asked.ts'
import type { Care } from './census.ts'
import { leadsOf } from './leads.ts'
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
  const { behind } = leadsOf(written.state)
  const verdictOn = (key: string, row: Arp | Route): Decision =>
    decide(key, behind(row), written, able)
  const told = kept(arp, (key, row) => (verdictOn(key, row) === 'withheld' ? undefined : row))
  const routes = kept(route, (key, row) => {
    const verdict = verdictOn(key, row)
    if (verdict === 'withheld') return undefined
    return verdict === 'leaving' ? asking(row) : row
  })
  if (told === arp && routes === route) return now
  return { ...now, meant: written.state, state: { ...now.state, arp: told, route: routes } }
}

/** The rows as they are to be; the same map if nothing is otherwise. */
function kept<Row>(
  rows: ReadonlyMap<string, Row>,
  keep: (key: string, row: Row) => Row | undefined,
): ReadonlyMap<string, Row> {
  const now = new Map<string, Row>()
  let same = true
  for (const [key, row] of rows) {
    const one = keep(key, row)
    if (one !== undefined) now.set(key, one)
    same &&= one === row
  }
  return same ? rows : now
}

type Decision = 'announced' | 'leaving' | 'withheld'

function decide(key: string, services: readonly Service[], written: Wanted, able: Able): Decision {
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
