/** Compare the kernel's settings: sysctls, connection timeouts and sync daemons. */
import { keyOf, type Sync, type Timeouts } from '../model/rows.ts'
import { conflictOver, type Draft, type PlanInput } from './draft.ts'
import type { Ledger } from './types.ts'

/** Writes the changes of sysctls, timeouts and sync daemons into the draft, in that order. */
export function compareSettings(input: PlanInput, draft: Draft): void {
  compareSysctls(input, draft)
  compareTimeouts(input, draft)
  compareSync(input, draft)
  for (const key of input.ledger.settings.keys())
    if (/^(sysctl |timeouts$)/.test(key) && !isWanted(key, input))
      draft.notes.push(
        `${key} stays as it is: the configuration no longer asks for it, but others may rely on it`,
      )
}

function isWanted(key: string, input: PlanInput): boolean {
  return input.wanted.state.sysctl.has(key) || input.wanted.state.timeouts.has(key)
}

function compareSysctls(input: PlanInput, draft: Draft): void {
  for (const [key, row] of input.wanted.state.sysctl) {
    const have = input.seen.sysctl.get(key)
    if (have?.value === row.value || input.failed?.has(key)) continue
    const hazard = input.hazards?.get(key)
    if (hazard !== undefined) {
      draft.refused.push({ key, kind: 'sysctl', owner: 'the host itself', hint: hazard })
      continue
    }
    const drift = input.ledger.settings.get(key) === JSON.stringify(row)
    draft.up.push({
      op: 'update',
      kind: 'sysctl',
      row,
      ...(have === undefined ? {} : { from: have }),
      ...(drift ? { drift } : {}),
    })
  }
}

function compareTimeouts(input: PlanInput, draft: Draft): void {
  const row = input.wanted.state.timeouts.get('timeouts')
  const seen = input.seen.timeouts.get('timeouts') ?? {}
  if (row === undefined || sameTimeouts(row, seen) || input.failed?.has('timeouts')) return
  const from = managed(row, seen)
  const drift = input.ledger.settings.get('timeouts') === JSON.stringify(row)
  draft.up.push({ op: 'update', kind: 'timeouts', row, from, ...(drift ? { drift } : {}) })
}

const timeoutNames = ['tcp', 'tcpfin', 'udp'] as const

/** What is not wanted is not compared: an absent timeout is somebody else's business. */
function sameTimeouts(want: Timeouts, have: Timeouts): boolean {
  return timeoutNames.every(name => want[name] === undefined || want[name] === have[name])
}

/** What is there of what is wanted: the rest does not change, and a plan does not speak of it. */
function managed(want: Timeouts, have: Timeouts): Timeouts {
  const names = timeoutNames.filter(name => want[name] !== undefined && have[name] !== undefined)
  return Object.fromEntries(names.map(name => [name, have[name]]))
}

function compareSync(input: PlanInput, draft: Draft): void {
  const { wanted, seen, ledger } = input
  for (const [key, row] of wanted.state.sync) {
    if (input.failed?.has(key)) continue
    const from = seen.sync.get(key)
    if (from === undefined) {
      const drift = ledger.settings.get(key) === JSON.stringify(row)
      draft.up.push({ op: 'create', kind: 'sync', row, ...(drift ? { drift } : {}) })
    } else if (isOurSync(key, from, ledger)) {
      if (!sameSync(row, from)) draft.up.push({ op: 'replace', kind: 'sync', row, from })
    } else {
      if (conflictOver(key, input) !== 'refuse')
        draft.up.push({ op: sameSync(row, from) ? 'adopt' : 'replace', kind: 'sync', row, from })
      else
        draft.refused.push({
          key,
          kind: 'sync',
          owner: `a sync daemon on ${from.interface} that slb did not start`,
          hint: `take it over with --adopt '${key}', or stop it with ipvsadm --stop-daemon ${row.role}`,
        })
    }
  }
  for (const [key, row] of seen.sync) {
    if (wanted.state.sync.has(key) || input.failed?.has(key)) continue
    if (isOurSync(key, row, ledger)) draft.down.push({ op: 'delete', kind: 'sync', row })
    else draft.foreign.push({ key: keyOf.sync(row), kind: 'sync' })
  }
}

/** How the ledger says that a daemon is about to be started, and not yet that it was. */
export const intent = '?'

/**
 * A daemon is ours if an apply confirmed it. An intent alone proves it only if it is just the one
 * that was to be started: there is no mark on daemons.
 */
function isOurSync(key: string, have: Sync, ledger: Ledger): boolean {
  const known = ledger.settings.get(key)
  if (known === undefined) return false
  return !known.startsWith(intent) || sameSync(JSON.parse(known.slice(intent.length)), have)
}

/** A wanted length of 0 leaves it to the kernel, which then says what it chose. */
function sameSync(want: Sync, have: Sync): boolean {
  return (
    want.interface === have.interface &&
    want.id === have.id &&
    want.group === have.group &&
    want.port === have.port &&
    want.ttl === have.ttl &&
    (want.maxlen === 0 || want.maxlen === have.maxlen)
  )
}
