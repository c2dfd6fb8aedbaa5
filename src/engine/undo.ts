/** What an apply leaves behind so that it can be undone, and the way back. */
import type { Arp, Peer, Route, Silence, SpeakerName } from '../model/announcement.ts'
import { changeKey, type Failure } from '../model/change.ts'
import { keyOf, type Service, type Sysctl } from '../model/rows.ts'
import { type State, stateOf, topKinds } from '../model/state.ts'
import { announcedBy } from '../plan/announced-by.ts'
import { isOurAddress, isOurLink, isOurService } from '../plan/ours.ts'
import type { Ledger, Plan, Policy, Wanted, Withdrawal } from '../plan/types.ts'
import { leadsOf } from '../serve/leads.ts'
import type { HistoryEntry } from '../state/history.ts'
import { fromText, toText } from '../table/snapshot.ts'
import { type Rules, rulesBefore, rulesBehind, rulesOf } from './announcing-rules.ts'

type EntryImage = Pick<HistoryEntry, 'before' | 'absent' | 'policies' | 'announcing'>

/** The rows that a plan touches, as they are before it; a touched destination stands for its whole service. */
export function imageBefore(plan: Plan, seen: State, ledger: Ledger, wanted: Wanted): EntryImage {
  const before = mutableState()
  const absent = new Set<string>()
  const policies: Record<string, { name: string; drain: number }> = {}
  for (const change of plan.changes) {
    const kind = change.kind === 'destination' ? 'service' : change.kind
    const key = change.kind === 'destination' ? change.row.service.key : changeKey(change)
    const row = seen[kind].get(key)
    if (row === undefined) absent.add(key)
    else (before[kind] as Map<string, unknown>).set(key, row)
    const known = ledger.service.get(key)
    if (row !== undefined && known !== undefined)
      policies[key] = { name: known.name, drain: known.drain }
  }
  const announcing = rulesBefore(ledger, wanted)
  return {
    before: toText(before),
    absent: [...absent],
    policies,
    ...(announcing && { announcing }),
  }
}

/**
 * The entry without what somebody else forestalled: a row that stood when we came to create it was
 * not absent, and a rollback must not remove it.
 */
export function amended(
  entry: HistoryEntry,
  failures: readonly Failure[],
  seen: State,
): HistoryEntry {
  const stood = new Set<string>()
  for (const { change, error } of failures)
    if (change.op === 'create' && error.errno === 'EEXIST') {
      const key = change.kind === 'destination' ? change.row.service.key : changeKey(change)
      if (entry.absent.includes(key)) stood.add(key)
    }
  if (stood.size === 0) return entry
  const before = fromText(entry.before).state as MutableState
  for (const kind of topKinds)
    for (const [key, row] of seen[kind])
      if (stood.has(key)) (before[kind] as Map<string, unknown>).set(key, row)
  return {
    ...entry,
    before: toText(before),
    absent: entry.absent.filter(key => !stood.has(key)),
  }
}

type MutableState = { -readonly [K in keyof State]: Map<string, unknown> & State[K] }

function mutableState(): MutableState {
  const state = stateOf() as MutableState
  for (const kind of topKinds) (state as Record<string, unknown>)[kind] = new Map()
  return state
}

/** Of whom nobody can ask what they announce. */
export interface Untold {
  readonly silent?: ReadonlySet<SpeakerName>
  /** By where they are. */
  readonly unanswered?: ReadonlyMap<string, Silence>
}

/** What the journal says of speakers that nobody can ask: nothing live tells what they announce. */
function untold(ledger: Ledger, { silent, unanswered }: Untold, state: MutableState): void {
  const isUntold = (row: Arp | Peer | Route): boolean => {
    if (!('speaker' in row)) return silent?.has('embedded') === true
    const { speaker, api } = row
    return silent?.has(speaker) === true || (api !== undefined && unanswered?.has(api) === true)
  }
  for (const { kind, key, text } of announcedBy(ledger)) {
    const row = JSON.parse(text) as Arp | Peer | Route
    if (isUntold(row)) (state[kind] as Map<string, unknown>).set(key, row)
  }
}

/**
 * What is ours now, with the images of past applies laid over it, newest first.
 *
 * @param unasked speakers that cannot be asked; of them the journal says what they were to announce.
 *
 * Kernel switches stay as they were last set: other programs may have come to rely on them.
 */
export function rewound(
  seen: State,
  ledger: Ledger,
  entries: readonly HistoryEntry[],
  unasked: Untold = {},
): Wanted {
  const state = mutableState()
  untold(ledger, unasked, state)
  const policies = new Map<string, Policy>()
  for (const [key, row] of seen.service)
    if (isOurService(key, row, ledger)) state.service.set(key, row)
  for (const [key, row] of seen.link) if (isOurLink(key, row, ledger)) state.link.set(key, row)
  for (const [key, row] of seen.address)
    if (isOurAddress(key, row, ledger)) state.address.set(key, row)
  for (const [key, row] of seen.snat) state.snat.set(key, row)
  for (const [key, row] of seen.arp) state.arp.set(key, row)
  for (const [key, row] of seen.peer) state.peer.set(key, row)
  for (const [key, row] of seen.route) if (row.owned) state.route.set(key, row)
  for (const [key, row] of seen.sync) if (ledger.settings.has(key)) state.sync.set(key, row)
  for (const [key, text] of ledger.settings)
    if (key.startsWith('sysctl ')) state.sysctl.set(key, JSON.parse(text) as Sysctl)
  for (const [key, { name, drain }] of ledger.service)
    policies.set(key, { name, drain, adopt: false })
  for (const entry of entries) {
    for (const key of entry.absent) for (const kind of topKinds) state[kind].delete(key)
    const before = fromText(entry.before).state
    for (const kind of topKinds)
      if (kind !== 'sysctl')
        for (const [key, row] of before?.[kind] ?? [])
          (state[kind] as Map<string, unknown>).set(key, row)
    for (const [key, { name, drain }] of Object.entries(entry.policies)) {
      policies.set(key, { name, drain, adopt: false })
      // It was ours then, also if somebody had wiped its mark off.
      const row = before?.service.get(key)
      if (row !== undefined) state.service.set(key, { ...row, owned: true })
    }
  }
  return wantedOf(state, policies, rulesBehind(ledger, entries))
}

/** What is wanted, where only the rows and what was recorded with them are left to tell. */
function wantedOf(
  state: State,
  policies: ReadonlyMap<string, Policy>,
  { strict, withdrawal }: Rules,
): Wanted {
  return {
    state,
    policies,
    names: namesOf(state, policies),
    reasons: new Map(),
    ...(strict && { strict }),
    ...(withdrawal && { withdrawal }),
  }
}

/** What a State comes to when all that drains has gone. */
export function withoutDraining(state: State, draining: ReadonlyMap<string, number>): State {
  if (draining.size === 0) return state
  const service = new Map<string, Service>()
  const leaving = new Set<string>()
  for (const [key, row] of state.service) {
    const destinations = row.destinations.filter(one => {
      return one.weight > 0 || !draining.has(keyOf.destination(one))
    })
    if (destinations.length > 0 || row.destinations.length === 0)
      service.set(key, { ...row, destinations })
    // One whose backends all drain is on its way out itself, and its address with it.
    else if (row.id.address !== undefined) leaving.add(row.id.address)
  }
  for (const { id } of service.values()) if (id.address !== undefined) leaving.delete(id.address)
  const address = new Map([...state.address].filter(([, row]) => !leaving.has(row.address)))
  return { ...state, service, address }
}

/** Everything that going back comes to, as text that outlives the kernel's tables. */
export function imageOf(wanted: Wanted, { draining }: Ledger): string {
  const { strict, withdrawal } = rulesOf(wanted)
  const image: Image = {
    state: toText(withoutDraining(wanted.state, draining)),
    policies: [...wanted.policies].map(([key, { name, drain }]) => [key, name, drain]),
    strict: [...strict],
    ...(withdrawal && { withdrawal }),
  }
  return JSON.stringify(image)
}

interface Image {
  readonly state: string
  readonly policies: readonly (readonly [string, string, number])[]
  /** Absent in what earlier versions wrote. */
  readonly strict?: readonly string[]
  readonly withdrawal?: Withdrawal
}

/** What `imageOf` was made of. */
export function imaged(text: string): Wanted {
  const image = JSON.parse(text) as Image
  const { state } = fromText(image.state)
  const policies = new Map(
    image.policies.map(([key, name, drain]): [string, Policy] => [
      key,
      { name, drain, adopt: false },
    ]),
  )
  const { strict, withdrawal } = image
  return wantedOf(state, policies, {
    ...(strict && strict.length > 0 && { strict: new Set(strict) }),
    ...(withdrawal && { withdrawal }),
  })
}

/** Which services an address or an announcement is for, where only the rows are left to tell. */
function namesOf(
  state: State,
  policies: ReadonlyMap<string, Policy>,
): ReadonlyMap<string, readonly string[]> {
  const byAddress = new Map<string, Set<string>>()
  const nameOf = (row: Service): string => policies.get(row.id.key)?.name ?? row.id.key
  for (const row of state.service.values()) {
    if (row.id.address === undefined) continue
    const names = byAddress.get(row.id.address) ?? new Set()
    byAddress.set(row.id.address, names.add(nameOf(row)))
  }
  const names = new Map<string, readonly string[]>()
  for (const [key, row] of state.address) {
    const services = byAddress.get(row.address)
    if (services !== undefined) names.set(key, [...services].sort())
  }
  const { behind } = leadsOf(state)
  for (const [key, row] of [...state.arp, ...state.route]) {
    const services = new Set(behind(row).map(nameOf))
    if (services.size > 0) names.set(key, [...services].sort())
  }
  return names
}
