/** Giving notice: what is announced by BGP drains only when the network has been asked for other ways. */
import type { Wanted } from '../plan/types.ts'
import { behind } from './announced.ts'
import type { Asked } from './asked.ts'
import type { Memory } from './circumstances.ts'

export interface Notice {
  /** What was asked, but for drains whose time has not come. */
  readonly asked: Asked
  /** Since when services are asked to drain that are announced, in milliseconds of the monotonic clock. */
  readonly since: ReadonlyMap<string, number>
  /** Those among them whose time has not come. */
  readonly leaving: ReadonlySet<string>
  /** When the next one's comes. */
  readonly next: number
}

const never = Number.POSITIVE_INFINITY
const nobody: ReadonlySet<string> = new Set()

/** Puts off the drains of announced services by `graceful_shutdown`. What was drained before this process began is not announced anew for that. */
export function notice(written: Wanted, asked: Asked, memory: Memory, now: number): Notice {
  const time = written.withdrawal?.notice ?? 0
  const since = new Map<string, number>()
  const leaving = new Set<string>()
  let next = never
  for (const name of time === 0 ? nobody : announced(written)) {
    if (!asked.drains(name)) continue
    const begun =
      memory.leaving.get(name) ?? (memory.fresh === true ? Number.NEGATIVE_INFINITY : now)
    since.set(name, begun)
    if (now - begun >= time) continue
    leaving.add(name)
    next = Math.min(next, begun + time)
  }
  return { asked: leaving.size === 0 ? asked : without(asked, leaving), since, leaving, next }
}

/** Names of the services that routes lead to. */
function announced({ state, policies }: Wanted): ReadonlySet<string> {
  const names = new Set<string>()
  for (const route of state.route.values()) {
    if (route.speaker === 'table') continue
    for (const { id } of behind(route, state.service.values())) {
      const name = policies.get(id.key)?.name
      if (name !== undefined) names.add(name)
    }
  }
  return names
}

function without(asked: Asked, leaving: ReadonlySet<string>): Asked {
  return {
    drains: service => !leaving.has(service) && asked.drains(service),
    about: (service, row) => asked.about(service, row),
    of: (service, row) => (leaving.has(service) ? undefined : asked.of(service, row)),
    has: service => asked.has(service),
  }
}
