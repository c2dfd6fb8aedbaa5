/** What checks have found, where somebody checks. */
import { describeCheck } from '../health/describe-check.ts'
import { keyOf } from '../model/rows.ts'
import type { Verdict } from '../serve/circumstances.ts'
import type { Case } from './case.ts'
import { type Finding, warning, wrong } from './finding.ts'

/** @param verdicts by the key of the check; undefined = nobody checks. */
export function examineHealth(
  { desired }: Case,
  verdicts: ReadonlyMap<string, Verdict> | undefined,
): readonly Finding[] {
  const checked = desired.services.filter(({ checks, enabled }) => enabled && checks.size > 0)
  if (checked.length === 0) return []
  if (verdicts === undefined)
    return [
      warning(
        'slb run',
        'nobody checks the backends that have checks',
        'start the daemon: slb run',
      ),
    ]
  const findings: Finding[] = []
  const told = new Set<string>()
  for (const { name, listeners, checks } of checked)
    for (const { id, destinations } of listeners) {
      let down = 0
      for (const row of destinations) {
        const failed = (checks.get(keyOf.destination(row)) ?? []).filter(
          ({ key }) => verdicts.get(key)?.verdict === 'down',
        )
        if (failed.length > 0) down++
        for (const check of failed)
          if (!told.has(check.key)) {
            told.add(check.key)
            const why = verdicts.get(check.key)?.why ?? 'no good answer'
            findings.push(
              warning(
                `${name}/${row.address}`,
                `down: ${why}`,
                `it is asked: ${describeCheck(check)}`,
              ),
            )
          }
      }
      if (down > 0 && down === destinations.length)
        findings.push(
          wrong(id.key, `no backend of ${name} is up`, 'each is listed with why it is down'),
        )
    }
  return findings
}
