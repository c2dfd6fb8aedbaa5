/** Who a change is for. */
import { type Change, changeKey } from '../model/change.ts'
import type { Plan } from './types.ts'

/** The names of the services that a change is for. */
export function namesOf(plan: Pick<Plan, 'names'>, change: Change): readonly string[] {
  const key = change.kind === 'destination' ? change.row.service.key : changeKey(change)
  return plan.names.get(key) ?? []
}
