/** Giving notice: what is announced by BGP drains only when the network has been asked for other ways. */
import type { Wanted } from '../plan/types.ts'
import type { Asked } from './asked.ts'
import type { Memory } from './circumstances.ts'
import { leadsOf } from './leads.ts'

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
  for (const name of time === 0 || asked.nothing ? nobody : withRoutes(written, asked)) {
    const begun =
      memory.leaving.get(name) ?? (memory.fresh === true ? Number.NEGATIVE_INFINITY : now)
    since.set(name, begun)
    if (now - begun >= time) continue
    leaving.add(name)
    next = Math.min(next, begun + time)
  }
  return { asked: leaving.size === 0 ? asked : without(asked, leaving), since, leaving, next }
}

/** Names of the services that are asked to drain, and with which a route goes. */
function withRoutes({ state, policies, strict }: Wanted, asked: Asked): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [key, route] of state.route) {
    if (route.speaker === 'table') continue
    const all = leadsOf(state)
      .behind(route)
      .map(({ id }) => policies.get(id.key)?.name ?? '')
    const drained = all.filter(name => asked.drains(name))
    if (drained.length === all.length || strict?.has(key) === true)
      for (const name of drained) names.add(name)
  }
  return names
}

function without(asked: Asked, leaving: ReadonlySet<string>): Asked {
  return {
    drains: service => !leaving.has(service) && asked.drains(service),
    about: (service, row) => asked.about(service, row),
    of: (service, row) => (leaving.has(service) ? undefined : asked.of(service, row)),
    has: service => asked.has(service),
    nothing: false,
  }
}
