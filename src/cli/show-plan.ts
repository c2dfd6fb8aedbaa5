/** A plan on standard output, and what it means for the exit status. */
import { connectionsOf, type Live } from '../engine/live.ts'
import type { Preview } from '../engine/reconcile.ts'
import type { ServiceId } from '../model/rows.ts'
import type { UsersByKey } from '../plan/impact.ts'
import { guardDocument, planDocument, planJson } from '../plan/json.ts'
import type { Present } from '../plan/present.ts'
import { planLines } from '../plan/print.ts'
import { summarise, summaryLine } from '../plan/summary.ts'
import type { Plan } from '../plan/types.ts'
import type { OverrideStatus } from '../status/facts.ts'
import type { GlobalOptions, Io } from './context.ts'
import { type ExitStatus, exit } from './exit.ts'
import { yaml } from './output.ts'
import { faultLines } from './report.ts'
import { overrideLine } from './status-health.ts'

/** The present by the clocks of a live system. */
export function presentOf({ clock }: Live): Present {
  return { boot: clock.monotonic(), wall: clock.wall().getTime() }
}

/** Keys for JSON and YAML beside those of the plan. */
interface More {
  /** What operators have asked for beside the files: text says it, too. */
  readonly overrides?: readonly OverrideStatus[]
}

/**
 * Prints a plan in the form that `-o` names.
 */
export async function showPlan(
  io: Io,
  options: GlobalOptions,
  live: Live,
  { plan, verdict }: Pick<Preview, 'plan' | 'verdict'>,
  more: More = {},
): Promise<void> {
  const beside = { guard: guardDocument(verdict), ...more }
  const present = presentOf(live)
  if (options.output === 'json') await io.out.pieces(planJson(plan, present, beside))
  else if (options.output === 'yaml')
    await io.out.text(await yaml({ ...planDocument(plan, present), ...beside }))
  else if (options.quiet) await io.out.line(summaryLine(plan))
  else {
    const users = await usersOf(live, plan)
    const verbose = options.verbose === true
    const asked = more.overrides?.map(overrideLine) ?? []
    const { paint } = io.out
    await io.out.lines(planLines(plan, { present, verbose, paint, asked, ...(users && { users }) }))
  }
}

/** The connections that removals would meet; counted only where something is removed. */
async function usersOf(live: Live, plan: Plan): Promise<UsersByKey | undefined> {
  const services = new Map<string, ServiceId>()
  for (const { op, kind, row } of plan.changes)
    if (kind === 'destination' && (op === 'drain' || op === 'delete'))
      services.set(row.service.key, row.service)
  const counts = live.tables.some(table => table.connections !== undefined)
  return services.size > 0 && counts ? connectionsOf(live, [...services.values()]) : undefined
}

/** Says on standard error what is refused as a whole. The rows that are refused are part of the plan. */
export async function reportRefusal(io: Io, { verdict }: Preview): Promise<void> {
  if (verdict.refusal !== undefined)
    await io.err.lines(faultLines('refused:', verdict.refusal, undefined, io.err.paint))
}

/** True if nothing is to be changed and no drain is running. What is adopted stays as it is. */
function isDone(plan: Plan): boolean {
  const { add, change, drain, remove } = summarise(plan)
  return (
    add + change + drain + remove === 0 && plan.pending.every(row => row.deadline === undefined)
  )
}

/** How a command ends that shows a plan and changes nothing. */
export function previewStatus({ plan, verdict }: Preview, detailed: boolean): ExitStatus {
  if (verdict.refusal !== undefined || plan.refused.length > 0) return exit.refused
  return detailed && !isDone(plan) ? exit.changes : exit.done
}
