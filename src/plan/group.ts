/** The changes of a plan in the order of reading: by service, and by virtual service within it. */
import { type Change, type ChangeOf, changeKey } from '../model/change.ts'
import { namesOf } from './json.ts'
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

interface Draft {
  readonly rows: Change[]
  readonly listeners: Map<string, { change?: Change; destinations: ChangeOf<'destination'>[] }>
}

/** Heading of the settings of the whole machine. */
const kernel = 'kernel settings'
/** Heading of rows that several services use, as a link or a VIP. */
const shared = 'shared by services'
/** Heading of rows whose service nobody remembers. */
const nameless = 'of no service'

/** Groups the changes: the machine's settings, what services share, then each service by name. */
export function groupChanges(plan: Pick<Plan, 'changes' | 'names'>): readonly Group[] {
  const drafts = new Map<string, Draft>()
  for (const change of plan.changes) {
    const title = titleOf(plan, change)
    let draft = drafts.get(title)
    if (draft === undefined) {
      draft = { rows: [], listeners: new Map() }
      drafts.set(title, draft)
    }
    place(draft, change)
  }
  return [...drafts]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([title, draft]) => ({
      title,
      rows: draft.rows,
      listeners: [...draft.listeners].map(([key, listener]) => ({ key, ...listener })),
    }))
}

function titleOf(plan: Pick<Plan, 'names'>, change: Change): string {
  if (change.kind === 'sysctl' || change.kind === 'timeouts' || change.kind === 'sync')
    return kernel
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

/** The headings have a space, which no service's name has, so they cannot be mistaken for one. */
function rank(title: string): number {
  return title === kernel ? 0 : title === shared ? 1 : title === nameless ? 3 : 2
}
