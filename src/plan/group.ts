/** The changes of a plan in the order of reading: by service, and by virtual service within it. */
import { type Change, type ChangeOf, changeKey } from '../model/change.ts'
import type { ServiceId } from '../model/rows.ts'
import { namesOf } from './names.ts'
import type { Plan } from './types.ts'

/** A virtual service with what happens to it and behind it. */
export interface Listener {
  readonly key: string
  /** Absent where only destinations change. */
  readonly change?: Change
  readonly destinations: readonly ChangeOf<'destination'>[]
}

/** What is shown under one heading. */
export interface Group {
  /** The name of a service, or what stands for several or none. */
  readonly title: string
  readonly listeners: readonly Listener[]
  /** Everything that is neither a virtual service nor behind one. */
  readonly rows: readonly Change[]
}

/** The groups to be shown, and how much is not. */
export interface Grouped {
  readonly groups: readonly Group[]
  readonly hidden: { readonly services: number; readonly changes: number }
}

interface Draft {
  readonly rows: Change[]
  readonly listeners: Map<string, { change?: Change; destinations: ChangeOf<'destination'>[] }>
}

/** Heading of the settings of the whole machine. */
const kernel = 'kernel settings'
/** Heading of those who are told of routes. */
const peers = 'BGP peers'
/** Heading of rows that several services use, as a link or a VIP. */
const shared = 'shared by services'
/** Heading of rows whose service nobody remembers. */
const nameless = 'of no service'

/**
 * Groups the changes: the machine's settings, what services share, then each service by name.
 *
 * Of the services that are only created no more than `createdShown` get a group, the first by name;
 * the others are counted, and cost no memory.
 */
export function groupChanges(
  plan: Pick<Plan, 'changes' | 'names'>,
  createdShown: number = Number.POSITIVE_INFINITY,
): Grouped {
  const tallies = new Map<string, { changes: number; created: boolean }>()
  eachTitled(plan, (title, change) => {
    let tally = tallies.get(title)
    if (tally === undefined) {
      tally = { changes: 0, created: true }
      tallies.set(title, tally)
    }
    tally.changes++
    tally.created &&= change.op === 'create' && !change.drift
  })
  const hidden = { services: 0, changes: 0 }
  let created = 0
  const drafts = new Map<string, Draft>()
  for (const [title, tally] of [...tallies].sort(byRank)) {
    if (tally.created && rank(title) === ofService && ++created > createdShown) {
      hidden.services++
      hidden.changes += tally.changes
    } else drafts.set(title, { rows: [], listeners: new Map() })
  }
  eachTitled(plan, (title, change) => {
    const draft = drafts.get(title)
    if (draft !== undefined) place(draft, change)
  })
  const groups = Array.from(drafts, ([title, { rows, listeners }]) => ({
    title,
    rows,
    listeners: Array.from(listeners, ([key, listener]) => ({ key, ...listener })),
  }))
  return { groups, hidden }
}

function byRank([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}

/** Each change with its heading. Destinations of one service mostly follow each other: asked once. */
function eachTitled(
  plan: Pick<Plan, 'changes' | 'names'>,
  visit: (title: string, change: Change) => void,
): void {
  let service: ServiceId | undefined
  let title = ''
  for (const change of plan.changes) {
    if (change.kind !== 'destination' || change.row.service !== service) {
      title = titleOf(plan, change)
      service = change.kind === 'destination' ? change.row.service : undefined
    }
    visit(title, change)
  }
}

function titleOf(plan: Pick<Plan, 'names'>, change: Change): string {
  if (change.kind === 'sysctl' || change.kind === 'timeouts' || change.kind === 'sync')
    return kernel
  if (change.kind === 'peer') return peers
  const [first, ...others] = namesOf(plan, change)
  if (first === undefined) return nameless
  return others.length === 0 ? first : shared
}

function place(draft: Draft, change: Change): void {
  if (change.kind !== 'service' && change.kind !== 'destination') {
    draft.rows.push(change)
    return
  }
  const key = change.kind === 'service' ? changeKey(change) : change.row.service.key
  let listener = draft.listeners.get(key)
  if (listener === undefined) {
    listener = { destinations: [] }
    draft.listeners.set(key, listener)
  }
  if (change.kind === 'service') listener.change = change
  else listener.destinations.push(change)
}

const ofService = 3

/** The headings have a space, which no service's name has, so they cannot be mistaken for one. */
function rank(title: string): number {
  const before = [kernel, peers, shared].indexOf(title)
  if (before >= 0) return before
  return title === nameless ? ofService + 1 : ofService
}
