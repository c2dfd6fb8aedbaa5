/** Checks through VIPs with marks of their own, where two destinations would have the same. */
import type { Check } from '../model/check.ts'
import { movedMarks } from '../model/check-service.ts'
import type { DesiredService } from '../model/desired.ts'
import { withMark } from '../model/make-check.ts'
import { fwmarkId, type Service } from '../model/rows.ts'

/** The same services, as the same objects but for those of which a mark had to give way. */
export function settleMarks(services: readonly DesiredService[]): readonly DesiredService[] {
  const keys = services.flatMap(({ checkServices }) => [...checkServices.keys()])
  const moved = movedMarks(keys)
  if (moved.size === 0) return services
  return services.map(service =>
    [...service.checkServices.keys()].some(key => moved.has(key))
      ? moveMarks(service, moved)
      : service,
  )
}

function moveMarks(service: DesiredService, moved: ReadonlyMap<string, number>): DesiredService {
  const checkServices = new Map(service.checkServices)
  const checks = new Map(service.checks)
  for (const [key, row] of service.checkServices) {
    const mark = moved.get(key)
    if (mark === undefined) continue
    checkServices.set(key, withId(row, mark))
    const through = (check: Check): Check =>
      check.mark === undefined ? check : withMark(check, mark)
    checks.set(key, (checks.get(key) ?? []).map(through))
  }
  return { ...service, checks, checkServices }
}

function withId(row: Service, mark: number): Service {
  const id = fwmarkId(mark, row.id.family)
  return { ...row, id, destinations: row.destinations.map(one => ({ ...one, service: id })) }
}
