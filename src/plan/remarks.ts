/** What a plan says beside its changes: what is refused, unfinished, and not ours. */
import type { Paint } from './line.ts'
import type { Present } from './present.ts'
import type { Foreign, Pending, Plan, Refused } from './types.ts'

/** So many rows of others are named. */
const foreignShown = 5

/** The sections after the changes, each ended by an empty line. */
export function* remarks(
  plan: Pick<Plan, 'refused' | 'pending' | 'foreign' | 'notes'>,
  paint: Paint,
  options: {
    readonly verbose?: boolean
    readonly present?: Present
    readonly asked?: readonly string[]
  },
): Generator<string> {
  yield* section(plan.refused, paint('warning', 'refused'), row => refusedLines(row, paint))
  yield* section(plan.pending, paint('title', 'not finished'), row => [
    pendingLine(row, options.present),
  ])
  const { asked = [] } = options
  yield* section(asked, paint('title', 'asked for beside the files'), line => [`     ${line}`])
  yield* foreignLines(plan.foreign, paint, options.verbose === true)
  for (const note of plan.notes) yield `Note: ${note}`
  if (plan.notes.length > 0) yield ''
}

function* section<Row>(
  rows: readonly Row[],
  title: string,
  lines: (row: Row) => readonly string[],
): Generator<string> {
  if (rows.length === 0) return
  yield title
  for (const row of rows) yield* lines(row)
  yield ''
}

function refusedLines(row: Refused, paint: Paint): readonly string[] {
  const line = `${paint('warning', '   x')} ${row.key}  ${row.owner}`
  return row.hint === '' ? [line] : [line, `       ${row.hint}`]
}

function pendingLine({ key, reason, deadline }: Pending, present: Present | undefined): string {
  const line = `     ${key}  ${reason}`
  if (deadline === undefined || present === undefined) return line
  const left = Math.ceil((deadline - present.boot) / 1000)
  return left > 0 ? `${line}, ${left}s left` : `${line}, its time is over`
}

function* foreignLines(
  foreign: readonly Foreign[],
  paint: Paint,
  verbose: boolean,
): Generator<string> {
  if (foreign.length === 0) return
  yield paint('title', 'not made by slb, left alone')
  const shown = verbose ? foreign : foreign.slice(0, foreignShown)
  for (const row of shown) yield paint('quiet', `     ${row.key}`)
  const more = foreign.length - shown.length
  if (more > 0) yield paint('quiet', `     ... ${more} more (-v shows all)`)
  yield ''
}
