/** How much a plan does, in four numbers. */
import type { Plan } from './types.ts'

/** The counts of the last line of a plan. Adopted rows are in none of them. */
export interface Summary {
  readonly add: number
  readonly change: number
  readonly drain: number
  readonly remove: number
}

/** Counts the changes of a plan. A replaced row is one to add and one to remove. */
export function summarise(plan: Pick<Plan, 'changes'>): Summary {
  const count = { create: 0, update: 0, replace: 0, drain: 0, delete: 0, adopt: 0 }
  for (const change of plan.changes) count[change.op]++
  return {
    add: count.create + count.replace,
    change: count.update,
    drain: count.drain,
    remove: count.delete + count.replace,
  }
}

/**
 * The last line of a plan.
 *
 * `No changes.` claims that live and wanted agree, so it is not said while rows
 * are refused or unfinished.
 */
export function summaryLine(plan: Pick<Plan, 'changes' | 'refused' | 'pending'>): string {
  if (plan.changes.length + plan.refused.length + plan.pending.length === 0)
    return 'No changes. The live state matches the configuration.'
  const { add, change, drain, remove } = summarise(plan)
  return `Plan: ${add} to add, ${change} to change, ${drain} to drain, ${remove} to remove.`
}
