/** How announcements stand: the sessions to peers, and what the network is told of each VIP. */
import {
  type Arp,
  arpKey,
  type Peer,
  type PeerStatus,
  peerKey,
  type Route,
  routeKey,
  type SessionState,
  type SpeakerName,
} from '../model/announcement.ts'
import type { State } from '../model/state.ts'
import type { Plan, Wanted } from '../plan/types.ts'
import { unable } from '../serve/announced.ts'
import type { Asked } from '../serve/asked.ts'
import { leadsOf } from '../serve/leads.ts'
import { dateOf, type Facts } from './facts.ts'
import { type Judged, standingOf, type Verdicts } from './verdict.ts'

export interface PeerView extends Judged {
  readonly address: string
  readonly as: number
  readonly speaker: SpeakerName
  /** Of the session (RFC 4271, 8.2.2); `unknown` where its speaker cannot be asked. */
  readonly session: SessionState | 'unknown'
  /** ISO 8601. */
  readonly since?: string
  /** How many routes it has been told of. */
  readonly routes: number
  /** Why the last session ended or could not be made. */
  readonly last_error?: string
  /** What is not as it should be although the session stands. */
  readonly warning?: string
}

export interface AnnouncementView extends Judged {
  readonly key: string
  readonly kind: 'route' | 'arp'
  readonly services: readonly string[]
  /** The services that can serve: they hold the announcement. */
  readonly held_by: readonly string[]
  /** Why the others cannot, by name. */
  readonly withheld_by: Readonly<Record<string, string>>
}

export interface AnnouncementInput {
  readonly written: Wanted
  readonly wanted: Wanted
  readonly seen: State
  readonly plan: Plan
  readonly sessions: readonly PeerStatus[]
  readonly facts: Facts
  readonly asked: Asked
}

/** The peers that are wanted or live, by key. */
export function peersOf(input: AnnouncementInput, verdicts: Verdicts): readonly PeerView[] {
  const { wanted, seen, sessions, facts } = input
  const rows = new Map<string, Peer>([...seen.peer, ...wanted.state.peer])
  const byAddress = new Map(sessions.map(one => [one.address, one]))
  return sorted(rows).map(([key, row]) => {
    const session = byAddress.get(row.address)
    return {
      address: row.address,
      as: row.as,
      speaker: row.speaker,
      session: session?.state ?? 'unknown',
      ...(session && { since: dateOf(session.since, facts) }),
      routes: session?.sent ?? 0,
      ...(session?.lastError && { last_error: session.lastError }),
      ...(session?.warning && { warning: session.warning }),
      ...standingOf(key, false, wanted, verdicts),
    }
  })
}

/** What is told, or would be if it could serve: routes, then what neighbours on links are told. */
export function announcementsOf(
  input: AnnouncementInput,
  verdicts: Verdicts,
): readonly AnnouncementView[] {
  const { written, wanted, seen, plan } = input
  const views: AnnouncementView[] = []
  for (const kind of ['route', 'arp'] as const) {
    const rows = new Map<string, Arp | Route>([
      ...seen[kind],
      ...written.state[kind],
      ...wanted.state[kind],
    ])
    for (const [key, row] of sorted(rows)) {
      if ('owned' in row && !row.owned) continue
      const isOut = !wanted.state[kind].has(key) && !seen[kind].has(key)
      const services = plan.names.get(key) ?? written.names.get(key) ?? []
      const standing = standingOf(key, isOut, wanted, verdicts)
      views.push({ key, kind, services, ...holders(key, kind, input), ...standing })
    }
  }
  return views
}

/** Which services hold an announcement, and which would withhold it. */
function holders(
  key: string,
  kind: 'route' | 'arp',
  { written, wanted, facts, asked }: AnnouncementInput,
): Pick<AnnouncementView, 'held_by' | 'withheld_by'> {
  const row = written.state[kind].get(key)
  const held = new Set<string>()
  const withheld: Record<string, string> = {}
  const { ceased } = facts.circumstances.memory
  const outcome = { ceased, unheard: unheardOf(wanted) }
  for (const service of row === undefined ? [] : leadsOf(written.state).behind(row)) {
    const name = written.policies.get(service.id.key)?.name ?? service.id.key
    const why = unable(service.id.key, { cares: facts.cares, asked, outcome })
    if (why === undefined) held.add(name)
    else withheld[name] = why
  }
  return { held_by: [...held].sort(), withheld_by: withheld }
}

/** Virtual services of which nobody has answered yet. */
function unheardOf({ waiting }: Wanted): ReadonlySet<string> {
  return new Set(Array.from(waiting ?? [], key => key.slice(0, key.indexOf(' -> '))))
}

function sorted<Row>(rows: ReadonlyMap<string, Row>): [string, Row][] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The keys of everything that has a view of its own here. */
export function announcedKeys({ written, wanted, seen }: AnnouncementInput): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const { state } of [written, wanted, { state: seen }]) {
    for (const row of state.arp.values()) keys.add(arpKey(row))
    for (const row of state.peer.values()) keys.add(peerKey(row))
    for (const row of state.route.values()) keys.add(routeKey(row))
  }
  return keys
}
