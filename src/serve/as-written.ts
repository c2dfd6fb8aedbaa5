/** The quick answer for most virtual services at most times: everything is up, nobody asked for anything. */
import { keyOf, type Service } from '../model/rows.ts'
import type { Care } from './census.ts'
import type { Circumstances } from './circumstances.ts'

/** The keys of all checks of a row. Rows never change, and neither does what is to be checked of them. */
const keysByRow = new WeakMap<Service, { readonly care: Care; readonly keys: readonly string[] }>()

/** True if a row is wanted just as it is written; false if it has to be looked at. */
export function isAsWritten(
  row: Service,
  care: Care,
  { verdicts, memory }: Circumstances,
): boolean {
  if (verdicts === undefined || memory.ceased.has(row.id.key)) return false
  if (care.serving.slowStart > 0 && memory.out.size + memory.rising.size > 0) return false
  for (const key of checkKeys(row, care)) {
    const found = verdicts.get(key)
    if (found?.verdict !== 'up' || found.weight !== undefined) return false
  }
  return up(row, care)
}

/** A quorum can be out of reach by what is written alone. */
function up({ destinations }: Service, { serving: { quorum } }: Care): boolean {
  let weighted = 0
  for (const row of destinations) if (row.weight > 0) weighted++
  return 'count' in quorum.down ? weighted >= quorum.down.count : weighted > 0
}

function checkKeys(row: Service, care: Care): readonly string[] {
  const known = keysByRow.get(row)
  if (known?.care === care) return known.keys
  const keys: string[] = []
  for (const each of row.destinations)
    for (const check of care.checks.get(keyOf.destination(each)) ?? []) keys.push(check.key)
  keysByRow.set(row, { care, keys })
  return keys
}
