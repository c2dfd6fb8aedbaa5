/** What is wanted, what is live, and why they differ: for every service, backend and VIP. */

import type { PeerStatus } from '../model/announcement.ts'
import { isCheckService } from '../model/check-service.ts'
import type { State } from '../model/state.ts'
import type { Ledger, Plan, Wanted } from '../plan/types.ts'
import { type Asked, askedOf } from '../serve/asked.ts'
import {
  type AnnouncementInput,
  type AnnouncementView,
  announcedKeys,
  announcementsOf,
  type PeerView,
  peersOf,
} from './announcements.ts'
import { type BackendStatus, backendsOf, heldBackends, type Load } from './backend.ts'
import { type Facts, type OverrideStatus, overrideStatus } from './facts.ts'
import { type Quorum, quorumOf, withdrawnOf } from './health.ts'
import { type Summary, summaryOf } from './summary.ts'
import { type Judged, standingOf, type Verdicts, verdictsOf } from './verdict.ts'
import { type VipStatus, vipsOf } from './vips.ts'

export interface ListenerStatus extends Judged {
  readonly key: string
  readonly scheduler: string
  /** Absent where nobody checks. */
  readonly quorum?: Quorum
  readonly backends: readonly BackendStatus[]
}

export interface ServiceStatus {
  /** Empty for what no configuration and no journal knows a name of. */
  readonly name: string
  readonly listeners: readonly ListenerStatus[]
}

export interface Status {
  /** True if there is nothing to do, nothing pending and nothing refused. */
  readonly in_sync: boolean
  /** True if nothing else keeps it from that than drains under way and what waits for something. */
  readonly waiting: boolean
  readonly health: Summary
  /** What operators have asked for beside the files, the oldest first. */
  readonly overrides: readonly OverrideStatus[]
  readonly services: readonly ServiceStatus[]
  readonly vips: readonly VipStatus[]
  readonly peers: readonly PeerView[]
  readonly announcements: readonly AnnouncementView[]
  /** Everything else that is not as it should be, by row key: kernel settings, links, source NAT. */
  readonly others: readonly (Judged & { readonly key: string })[]
  readonly foreign: readonly string[]
}

export interface StatusInput {
  /** As the files say. */
  readonly written: Wanted
  /** The same as health and operators make it now. */
  readonly wanted: Wanted
  readonly seen: State
  readonly ledger: Ledger
  readonly plan: Plan
  /** By destination key. */
  readonly connections: ReadonlyMap<string, Load>
  readonly facts: Facts
  /** How the sessions to peers are, as far as their speakers can be asked. */
  readonly sessions: readonly PeerStatus[]
}

/** Puts together what is known. */
export function statusOf(input: StatusInput): Status {
  const { seen, facts, wanted } = input
  // What nobody has answered for yet is out, like what is down: nothing is unfinished about that.
  const pending = input.plan.pending.filter(({ key }) => wanted.waiting?.has(key) !== true)
  const plan: Plan = { ...input.plan, pending }
  const verdicts = verdictsOf(plan, seen)
  const services = servicesOf(input, verdicts)
  const told = { ...input, plan, asked: askedOf(facts.circumstances.overrides) }
  return {
    in_sync: plan.changes.length + plan.pending.length + plan.refused.length === 0,
    waiting: plan.pending.length > 0 && plan.changes.length + plan.refused.length === 0,
    health: summaryOf(services, facts),
    overrides: facts.circumstances.overrides.map(one => overrideStatus(one, facts)),
    services,
    vips: vipsOf(input, verdicts),
    peers: peersOf(told, verdicts),
    announcements: announcementsOf(told, verdicts),
    others: othersOf(told, services, verdicts),
    foreign: plan.foreign.map(({ key }) => key),
  }
}

/** The verdicts on rows that stand nowhere else in a status, so that it always says why it differs. */
function othersOf(
  input: StatusInput & AnnouncementInput,
  services: readonly ServiceStatus[],
  verdicts: Verdicts,
): Status['others'] {
  const others = new Map(verdicts)
  // As mostly: nothing of 100,000 keys is to be looked for.
  if (others.size === 0) return []
  const { written, seen, ledger } = input
  for (const key of written.state.address.keys()) others.delete(key)
  for (const key of announcedKeys(input)) others.delete(key)
  for (const [key, row] of seen.address)
    if (row.owned || ledger.address.has(key)) others.delete(key)
  for (const { listeners } of services)
    for (const { key, backends } of listeners) {
      others.delete(key)
      for (const { address } of backends) others.delete(`${key} -> ${address}`)
    }
  return [...others].map(([key, verdict]) => ({ key, ...verdict }))
}

function servicesOf(input: StatusInput, verdicts: Verdicts): readonly ServiceStatus[] {
  const { written, wanted, seen, ledger, plan, facts } = input
  const keys = new Set([...written.state.service.keys(), ...wanted.state.service.keys()])
  for (const [key, row] of seen.service) if (row.owned || ledger.service.has(key)) keys.add(key)
  const asked = askedOf(facts.circumstances.overrides)
  const withdrawn = withdrawnOf(written, wanted)
  const byName = new Map<string, ListenerStatus[]>()
  for (const key of [...keys].sort()) {
    const row = written.state.service.get(key) ?? seen.service.get(key)
    if (row !== undefined && isCheckService(row.id)) continue
    const known = written.policies.get(key)?.name ?? plan.names.get(key)?.[0]
    const name = known ?? ledger.service.get(key)?.name ?? ''
    const listeners = byName.get(name) ?? []
    byName.set(name, listeners)
    listeners.push(listenerOf(key, name, { ...input, verdicts, asked, withdrawn }))
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, listeners]) => ({ name, listeners }))
}

interface ListenerInput extends StatusInput {
  readonly verdicts: Verdicts
  readonly asked: Asked
  readonly withdrawn: ReturnType<typeof withdrawnOf>
}

function listenerOf(key: string, name: string, input: ListenerInput): ListenerStatus {
  const { wanted: wants, seen, verdicts, asked, facts, withdrawn, connections } = input
  const written = input.written.state.service.get(key)
  const wanted = wants.state.service.get(key)
  const live = seen.service.get(key)
  const care = facts.cares.get(key)
  const standing = standingOf(key, (wanted ?? live) === undefined, wants, verdicts)
  const scheduler = (live ?? wanted ?? written)?.scheduler ?? ''
  const head = { key, scheduler, ...standing }
  if (standing.state === 'refused')
    return { ...head, backends: heldBackends(live, standing, connections) }
  const quorum = written && quorumOf(written, care, asked, withdrawn, facts)
  const scene = { name, written, wanted, live, care, asked, wants, verdicts, facts }
  const backends = backendsOf({ ...scene, ledger: input.ledger, connections })
  return { ...head, ...(quorum && { quorum }), backends }
}
