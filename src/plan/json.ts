/** A plan as JSON, written in pieces: the form that programs read and saved plans are compared by. */
import { type Change, changeKey } from '../model/change.ts'
import { type Fields, fieldsOf } from './fields.ts'
import type { Verdict } from './guard.ts'
import { namesOf } from './names.ts'
import { dateOf, type Present } from './present.ts'
import { type Summary, summarise } from './summary.ts'
import type { Foreign, Pending, Plan, Refused } from './types.ts'

/** One change, as `schema/plan.schema.json` has it. */
export interface ChangeDocument {
  readonly op: Change['op']
  readonly kind: Change['kind']
  readonly key: string
  /** Names of the services that the row is for; several share a VIP, none is left of a removed one. */
  readonly service: readonly string[]
  /** The fields as they are; null for a row that does not exist yet. */
  readonly from: Fields | null
  /** The fields as they shall be; null for a row that goes. */
  readonly to: Fields | null
  readonly drift?: true
  readonly reason?: string
}

/** What is right and not finished; the deadline is a date, ISO 8601. */
export interface PendingDocument {
  readonly key: string
  readonly reason: string
  readonly deadline?: string
}

/** A whole plan. */
export interface PlanDocument {
  readonly format_version: 1
  readonly revision: string
  readonly changes: readonly ChangeDocument[]
  readonly summary: Summary
  readonly foreign: readonly Foreign[]
  readonly pending: readonly PendingDocument[]
  readonly refused: readonly Refused[]
  readonly notes: readonly string[]
}

/** One change as JSON has it. */
export function changeDocument(
  plan: Pick<Plan, 'names' | 'reasons'>,
  change: Change,
): ChangeDocument {
  const key = changeKey(change)
  const goes = change.op === 'delete' || change.op === 'drain'
  const row = fieldsOf(change.kind, change.row)
  const before = goes ? row : change.from ? fieldsOf(change.kind, change.from) : null
  const reason = plan.reasons.get(key)
  return {
    op: change.op,
    kind: change.kind,
    key,
    service: namesOf(plan, change),
    from: before,
    to: goes ? null : row,
    ...(change.drift ? { drift: true } : {}),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** What the guard says to a plan: what it counted, and why it refuses; null = it lets it pass. */
export function guardDocument({ refusal, removal }: Verdict): object {
  return { refusal: refusal ?? null, ...removal }
}

/** A plan as one object. For plans of any size, `planJson`. */
export function planDocument(plan: Plan, present?: Present): PlanDocument {
  const changes = plan.changes.map(change => changeDocument(plan, change))
  return { format_version: 1, revision: plan.revision, changes, ...tailOf(plan, present) }
}

type Tail = Omit<PlanDocument, 'format_version' | 'revision' | 'changes'>

function tailOf(plan: Plan, present: Present | undefined): Tail {
  const { foreign, refused, notes } = plan
  const pending = plan.pending.map(row => pendingDocument(row, present))
  return { summary: summarise(plan), foreign, pending, refused, notes }
}

function pendingDocument(row: Pending, present: Present | undefined): PendingDocument {
  const { key, reason, deadline } = row
  if (deadline === undefined || present === undefined) return { key, reason }
  return { key, reason, deadline: dateOf(deadline, present) }
}

/**
 * A plan as JSON text, a change a line, in pieces: a hundred thousand changes never are one string.
 *
 * Without the present, deadlines are left out. `more` are keys to stand behind those of the plan.
 */
export function* planJson(plan: Plan, present?: Present, more: object = {}): Generator<string> {
  yield `{"format_version":1,"revision":${JSON.stringify(plan.revision)},"changes":[`
  let separator = '\n'
  for (const change of plan.changes) {
    yield separator + JSON.stringify(changeDocument(plan, change))
    separator = ',\n'
  }
  yield `],${JSON.stringify({ ...tailOf(plan, present), ...more }).slice(1)}\n`
}
