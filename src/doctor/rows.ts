/** What a plan says stands in the way of itself. */
import type { Case } from './case.ts'
import { type Finding, warning, wrong } from './finding.ts'

export function examineRows({ live }: Case): readonly Finding[] {
  if (live === undefined) return []
  const { plan } = live
  const refused = plan.refused.map(({ key, owner, hint }) => wrong(key, `held by ${owner}`, hint))
  const { length } = plan.changes
  if (length === 0) return refused
  const what = `${length} ${length === 1 ? 'row is' : 'rows are'} not as wanted`
  return [...refused, warning('live system', what, 'see slb plan, then slb apply')]
}
