/** Wait for draining destinations: until their connections have ended, or their time has. */
import { type Change, changeKey } from '../model/change.ts'
import { keyOf, type Service, type ServiceId } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Pending } from '../plan/types.ts'
import type { Connections } from '../table/table.ts'
import { connectionsOf, type Live } from './live.ts'

/** A destination that left its service, and the connections that it still had then. */
export interface Drained {
  readonly key: string
  readonly connections: Connections
}

export interface Patience {
  /** Monotonic milliseconds at which waiting ends with what there is, be it nothing. */
  readonly until: number
  /** Since when a destination has had no established connection: kept between calls. */
  readonly quietSince: Map<string, number>
}

const none: Connections = { active: 0, inactive: 0, persistent: 0 }

/** How long no established connection may show before the rest counts as over, in milliseconds. */
const grace = 1000
const poll = 200

/**
 * Waits until at least one of the draining destinations can go.
 *
 * A TCP destination can go when no connection is established (ActiveConn), and for a moment none
 * was: a handshake in progress counts as inactive. InActConn alone is not waited for, since closed
 * connections linger there for minutes. Other protocols show only as inactive: there it must be 0,
 * too. Whatever the counters say, the deadline ends it.
 */
export async function waitForDrains(
  pending: readonly Pending[],
  seen: State,
  live: Live,
  patience: Patience,
  signal?: AbortSignal,
): Promise<readonly Drained[]> {
  const drains = drainsOf(pending, seen)
  const { until, quietSince } = patience
  const services = [...new Set(drains.map(one => one.service))]
  const keys = new Set(drains.map(one => one.key))
  for (const key of quietSince.keys()) if (!keys.has(key)) quietSince.delete(key)
  while (drains.length > 0) {
    const now = live.clock.monotonic()
    const counts = await connectionsOf(live, services)
    const done: Drained[] = []
    for (const { key, service, deadline } of drains) {
      const connections = counts.get(key) ?? none
      if (now >= deadline || isQuiet(key, service, connections, quietSince, now))
        done.push({ key, connections })
    }
    if (done.length > 0 || now >= until || signal?.aborted) return done
    let next = until
    for (const one of drains) next = Math.min(next, one.deadline)
    await live.clock.sleep(Math.max(1, Math.min(poll, next - now)), signal)
  }
  return []
}

function isQuiet(
  key: string,
  service: ServiceId,
  { active, inactive }: Connections,
  quietSince: Map<string, number>,
  now: number,
): boolean {
  if (active > 0) {
    quietSince.delete(key)
    return false
  }
  if (inactive === 0) return true
  const since = quietSince.get(key) ?? now
  quietSince.set(key, since)
  return service.protocol === 'tcp' && now - since >= grace
}

interface Drain {
  readonly key: string
  readonly service: ServiceId
  readonly deadline: number
}

function drainsOf(pending: readonly Pending[], seen: State): readonly Drain[] {
  const deadlines = new Map<string, number>()
  for (const one of pending) if (one.deadline !== undefined) deadlines.set(one.key, one.deadline)
  const drains: Drain[] = []
  if (deadlines.size === 0) return drains
  for (const service of seen.service.values()) collect(service, deadlines, drains)
  return drains
}

function collect(service: Service, deadlines: ReadonlyMap<string, number>, into: Drain[]): void {
  for (const row of service.destinations) {
    if (row.weight > 0) continue
    const key = keyOf.destination(row)
    const deadline = deadlines.get(key)
    if (deadline !== undefined) into.push({ key, service: service.id, deadline })
  }
}

/** Without those that drain anew, because somebody had raised their weight meanwhile. */
export function stillDrained(
  drained: readonly Drained[],
  tried: readonly Change[],
): readonly Drained[] {
  if (drained.length === 0) return drained
  const anew = new Set<string>()
  for (const change of tried) if (change.op === 'drain') anew.add(changeKey(change))
  return drained.filter(one => !anew.has(one.key))
}

/** The services that those left. */
export function servicesOf(
  drained: readonly Drained[],
  seen: State,
): ReadonlyMap<string, ServiceId> {
  const services = new Map<string, ServiceId>()
  for (const { key } of drained) {
    const row = seen.service.get(key.slice(0, key.indexOf(' -> ')))
    if (row !== undefined) services.set(row.id.key, row.id)
  }
  return services
}
