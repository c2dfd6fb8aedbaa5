/** Which checks the past needs: what was checked last of the backends that it brings back. */
import type { Watched } from '../health/panel.ts'
import { keyOf, type Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Wanted } from '../plan/types.ts'
import type { Care } from '../serve/census.ts'
import type { Prepared } from './serving.ts'

/**
 * The checks of what is wanted again: those of today, but for services of which an earlier
 * configuration knew how to check more of the backends. The same object if there are none.
 *
 * @param past the latest first.
 */
export function recalled(wanted: Wanted, current: Prepared, past: readonly Prepared[]): Prepared {
  const cares = new Map(current.cares)
  const list = new Map(current.list.map(one => [one.check.key, one]))
  let same = true
  wanted.state.service.forEach((row, key) => {
    let best = current
    for (const one of past)
      if (covered(row, one.cares.get(key)) > covered(row, best.cares.get(key))) best = one
    const care = best === current ? undefined : best.cares.get(key)
    if (care === undefined) return
    same = false
    cares.set(key, care)
    for (const one of watchedFor(row, care, best))
      if (!list.has(one.check.key)) list.set(one.check.key, one)
  })
  return same ? current : { cares, list: [...list.values()] }
}

/** How many of its destinations are checked. */
function covered({ destinations }: Service, care: Care | undefined): number {
  if (care === undefined) return 0
  return destinations.filter(row => care.checks.has(keyOf.destination(row))).length
}

function watchedFor(row: Service, care: Care, { list }: Prepared): readonly Watched[] {
  const keys = new Set(
    row.destinations.flatMap(each =>
      (care.checks.get(keyOf.destination(each)) ?? []).map(check => check.key),
    ),
  )
  return list.filter(one => keys.has(one.check.key))
}

/** The keys of checks of destinations that the kernel sends connections to. */
export function shownIn(
  { state }: Wanted,
  cares: Prepared['cares'],
  seen: State,
): ReadonlySet<string> {
  const shown = new Set<string>()
  for (const [key, care] of cares) {
    if (!state.service.has(key)) continue
    for (const row of seen.service.get(key)?.destinations ?? [])
      if (row.weight > 0)
        for (const check of care.checks.get(keyOf.destination(row)) ?? []) shown.add(check.key)
  }
  return shown
}
