/** What the journal is to say: as intent before the kernel is touched, as fact afterwards. */
import type { Silence } from '../model/announcement.ts'
import { type Change, changeKey, type Failure } from '../model/change.ts'
import type { State } from '../model/state.ts'
import { defaultDrain } from '../plan/services.ts'
import { intent } from '../plan/settings.ts'
import type { Ledger, Plan, Wanted } from '../plan/types.ts'
import { rulesOf, toldGobgpds } from './announcing-rules.ts'
import type { Pass } from './stages.ts'
import { standingServices, unsettledHash } from './standing-services.ts'

/**
 * The ledger with everything that these changes will make ours, and with the deadlines of the
 * drains that they begin. Whoever finds it after a crash knows what may be there.
 *
 * @param now milliseconds of the monotonic clock.
 */
export function intended(
  ledger: Ledger,
  changes: readonly Change[],
  wanted: Wanted,
  drains: ReadonlyMap<string, number>,
  now: number,
): Ledger {
  if (!changes.some(isRecorded)) return ledger
  // Of an edit of one backend nobody copies what is known of 10,000 services.
  const service = changes.some(({ kind }) => kind === 'service')
    ? new Map(ledger.service)
    : undefined
  const sets = {
    address: new Set(ledger.address),
    link: new Set(ledger.link),
    snat: new Set(ledger.snat),
  }
  const settings = new Map(ledger.settings)
  const draining = new Map(ledger.draining)
  const begun = new Set(ledger.begun)
  const gobgpds = new Set(ledger.gobgpds)
  for (const change of changes) {
    const { op, kind } = change
    if (kind === 'destination') {
      if (op === 'drain')
        draining.set(changeKey(change), now + (drains.get(change.row.service.key) ?? 0))
      continue
    }
    const key = changeKey(change)
    if (op !== 'create' && op !== 'adopt' && op !== 'replace') continue
    if (kind === 'service') {
      const policy = wanted.policies.get(key)
      const hash = ledger.service.get(key)?.hash ?? 0
      const { name = key, drain = defaultDrain } = policy ?? {}
      service?.set(key, { name, drain, hash })
    } else if (kind === 'peer' || kind === 'route') {
      if (change.row.api !== undefined) gobgpds.add(change.row.api)
    } else if (kind === 'sync') {
      // A confirmed daemon stays ours whatever becomes of its replacement.
      if (settings.get(key)?.startsWith(intent) !== false)
        settings.set(key, intent + JSON.stringify(change.row))
    } else if (kind === 'address' || kind === 'link' || kind === 'snat') {
      // A link is marked in a second message: until then only this tells that it is ours.
      if (kind === 'address' && !sets.address.has(key)) begun.add(key)
      sets[kind].add(key)
    }
  }
  const services = service ?? ledger.service
  return { ...ledger, service: services, ...sets, settings, begun, draining, gobgpds }
}

/** True for what the journal has to say before it happens: that something will be ours, or drains. */
function isRecorded({ op, kind }: Change): boolean {
  if (kind === 'destination') return op === 'drain'
  return op === 'create' || op === 'adopt' || op === 'replace'
}

/**
 * The ledger without the intents that came to nothing: a row that stood when we came to create it
 * is not ours, and neither is one that we did not come to.
 */
export function withdrawn(
  ledger: Ledger,
  earlier: Ledger,
  todo: readonly Change[],
  { tried, failures }: Pick<Pass, 'tried' | 'failures'>,
): Ledger {
  const lost = { address: new Set<string>(), link: new Set<string>(), snat: new Set<string>() }
  const settings = new Map(ledger.settings)
  const lose = (change: Change): void => {
    const { kind, op } = change
    if (op !== 'create') return
    const key = changeKey(change)
    if (kind === 'address' || kind === 'link' || kind === 'snat') lost[kind].add(key)
    if (kind === 'sync' && !earlier.settings.has(key)) settings.delete(key)
  }
  for (const { change, error } of failures) if (error.errno === 'EEXIST') lose(change)
  if (tried.length < todo.length) {
    const reached = new Set(tried)
    for (const change of todo) if (!reached.has(change)) lose(change)
  }
  const keep = (kind: keyof typeof lost): ReadonlySet<string> =>
    lost[kind].size === 0
      ? ledger[kind]
      : new Set([...ledger[kind]].filter(key => !lost[kind].has(key) || earlier[kind].has(key)))
  return { ...ledger, address: keep('address'), link: keep('link'), snat: keep('snat'), settings }
}

/**
 * The ledger with what the kernel has just acknowledged: from now on it is ours, even
 * if somebody wipes their mark before this apply has come to its end.
 *
 * @param tried the changes that were sent to the kernel.
 */
export function made(
  ledger: Ledger,
  tried: readonly Change[],
  failures: readonly Failure[],
): Ledger {
  if (tried.every(change => change.kind === 'destination')) return ledger
  const failed = new Set(failures.map(({ change }) => change))
  const service = new Map(ledger.service)
  const begun = new Set(ledger.begun)
  for (const change of tried) {
    if (failed.has(change)) continue
    if (change.kind === 'address') begun.delete(changeKey(change))
    if (change.kind !== 'service') continue
    if (change.op !== 'create' && change.op !== 'adopt' && change.op !== 'replace') continue
    const key = changeKey(change)
    const known = service.get(key)
    if (known?.hash === 0) service.set(key, { ...known, hash: unsettledHash })
  }
  return { ...ledger, service, begun }
}

/**
 * The ledger as the live system bears it out: what stands and is ours, and how it was wanted.
 *
 * @param left the plan that remained after the apply.
 * @param failed keys of changes that failed: of these nobody knows how they stand.
 * @param unanswered gobgpds that could not be asked: of these nobody knows what they have.
 */
export function confirmed(
  ledger: Ledger,
  seen: State,
  wanted: Wanted,
  left: Plan,
  failed: ReadonlySet<string>,
  unanswered: ReadonlyMap<string, Silence> = new Map(),
): Ledger {
  const refused = new Set(left.refused.map(one => one.key))
  const unsettled = new Set(failed)
  for (const key of failed) {
    const arrow = key.indexOf(' -> ')
    if (arrow > 0) unsettled.add(key.slice(0, arrow))
  }
  const stand = (kind: 'address' | 'link' | 'snat'): ReadonlySet<string> => {
    const keys = new Set<string>()
    for (const [key, row] of seen[kind]) {
      const wish = wanted.state[kind].get(key)
      const mine = wish === undefined ? ledger[kind].has(key) : isOwn(wish) && !refused.has(key)
      if (mine || isMarked(row)) keys.add(key)
    }
    return keys
  }
  const draining = new Map<string, number>()
  for (const one of left.pending)
    if (one.deadline !== undefined) draining.set(one.key, one.deadline)
  return {
    service: standingServices(ledger, seen, wanted, refused, unsettled),
    address: stand('address'),
    link: stand('link'),
    snat: stand('snat'),
    settings: heldSettings(ledger, seen, wanted, left, refused),
    begun: new Set(),
    draining,
    gobgpds: toldGobgpds(ledger, seen, wanted, unanswered),
    ...rulesOf(wanted),
  }
}

/** A wanted row that says `owned: false` is one that a rollback gives back. */
function isOwn(row: object): boolean {
  return !('owned' in row) || row.owned === true
}

function isMarked(row: object): boolean {
  return 'owned' in row && row.owned === true
}

const texts = new WeakMap<object, string>()

/** Rows never change, and there may be many. */
function textOf(row: object): string {
  const known = texts.get(row) ?? JSON.stringify(row)
  texts.set(row, known)
  return known
}

/**
 * Sysctls, timeouts and sync daemons that are as wanted, and what is to be announced, which ends with the
 * daemon: nothing live tells it to whoever comes after. A switch that is no longer wanted is
 * forgotten; a daemon that could not be stopped stays ours.
 */
function heldSettings(
  ledger: Ledger,
  seen: State,
  wanted: Wanted,
  left: Plan,
  refused: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const open = new Set(left.changes.map(changeKey))
  const settings = new Map<string, string>()
  for (const kind of ['sysctl', 'timeouts', 'sync'] as const)
    for (const [key, row] of wanted.state[kind])
      if (seen[kind].has(key) && !open.has(key) && !refused.has(key))
        settings.set(key, JSON.stringify(row))
  for (const kind of ['arp', 'peer', 'route'] as const)
    for (const [key, row] of (wanted.meant ?? wanted.state)[kind]) settings.set(key, textOf(row))
  for (const key of seen.sync.keys()) {
    const known = ledger.settings.get(key)
    if (known !== undefined && !wanted.state.sync.has(key)) settings.set(key, known)
  }
  return settings
}
