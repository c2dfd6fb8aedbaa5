/** How a row stands, from what a plan says of it. */
import { type Change, changeKey } from '../model/change.ts'
import { type Kind, keyOf } from '../model/rows.ts'
import { type State, topKinds } from '../model/state.ts'
import { fieldChanges, fieldsOf, showChange } from '../plan/fields.ts'
import type { Plan, Wanted } from '../plan/types.ts'

/**
 * How a row stands.
 *
 * - `ok`: live as wanted. `missing`: wanted, not live. `differs`: live, but not as wanted.
 * - `draining`: on its way out, with its drain or after one. `unwanted`: ours, to be removed.
 * - `refused`: wanted, but somebody else holds it. `foreign`: the next apply takes it over.
 * - `external`: a VIP that somebody else puts up.
 * - `out`: written down, and not to be there now: a check or an operator says so.
 */
export type Standing =
  | 'ok'
  | 'missing'
  | 'differs'
  | 'draining'
  | 'unwanted'
  | 'refused'
  | 'foreign'
  | 'external'
  | 'out'

export interface Judged {
  readonly state: Standing
  /** In words; absent where the state says all. */
  readonly why?: string
}

/** By row key: everything that is not as it should be. */
export type Verdicts = ReadonlyMap<string, Judged>

const notWritten = 'not in the configuration'

/** What stands as it should. */
export const fine: Judged = { state: 'ok' }

/** The verdicts of a plan. What waits is judged by whether it is there, and says what it waits for. */
export function verdictsOf(plan: Plan, seen: State): Verdicts {
  const verdicts = new Map<string, Judged>()
  for (const change of plan.changes) verdicts.set(changeKey(change), judge(change, plan))
  const begins = new Set<string>()
  for (const change of plan.changes) if (change.op === 'drain') begins.add(changeKey(change))
  for (const { key, reason } of plan.pending)
    verdicts.set(key, {
      state: waiting(key, reason, begins, verdicts, seen),
      why: agreed(plan, key) ?? reason,
    })
  for (const { key, kind, owner, hint } of plan.refused)
    verdicts.set(key, { state: 'refused', why: kind === 'sysctl' ? hint : owner })
  return verdicts
}

/** How a row stands. One that is written down, neither wanted now nor live, is out. */
export function standingOf(
  key: string,
  isOut: boolean,
  { reasons }: Wanted,
  verdicts: Verdicts,
): Judged {
  const found = verdicts.get(key)
  if (found !== undefined || !isOut) return found ?? fine
  const why = reasons.get(key)
  return { state: 'out', ...(why !== undefined && { why }) }
}

/**
 * A row that waits is on its way in if it is not there, and else on its way out.
 *
 * @param begins keys whose drain the plan would begin: nothing drains there yet.
 */
function waiting(
  key: string,
  reason: string,
  begins: ReadonlySet<string>,
  verdicts: Verdicts,
  seen: State,
): Standing {
  if (!isLive(key, seen)) return 'missing'
  const [, first, after] = /^(draining$|after the drain of )(.*)/.exec(reason) ?? []
  const drains = first !== undefined && !begins.has(after || key)
  return drains ? 'draining' : (verdicts.get(key)?.state ?? 'unwanted')
}

function isLive(key: string, seen: State): boolean {
  if (topKinds.some(kind => seen[kind].has(key))) return true
  const service = seen.service.get(key.split(' -> ')[0] ?? '')
  return service?.destinations.some(row => keyOf.destination(row) === key) === true
}

/** Why a row is to go that health or an operator takes away. */
function agreed({ agreed, reasons }: Plan, key: string): string | undefined {
  return agreed?.has(key) === true ? reasons.get(key) : undefined
}

function judge(change: Change, plan: Plan): Judged {
  switch (change.op) {
    case 'create':
      return { state: 'missing' }
    case 'adopt':
      return { state: 'foreign', why: 'made by somebody else, to be taken over' }
    case 'drain':
    case 'delete':
      return { state: 'unwanted', why: agreed(plan, changeKey(change)) ?? notWritten }
    default: {
      const from = change.from === undefined ? {} : fieldsOf(change.kind as Kind, change.from)
      const changes = fieldChanges(from, fieldsOf(change.kind as Kind, change.row))
      return { state: 'differs', why: changes.map(showChange).join(', ') }
    }
  }
}
