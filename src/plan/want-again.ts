/** Wanting again where services changed in nothing but what their rows say. */
import type { Desired, DesiredService } from '../model/desired.ts'
import { survivors } from '../model/failover.ts'
import { replaced } from '../model/overlay.ts'
import type { Service } from '../model/rows.ts'
import { sameNeeds } from './switches.ts'
import type { Policy, Wanted } from './types.ts'
import { takesConnections } from './want-announcements.ts'

/** A desired state, and what `want` made of it. */
export interface Wish {
  readonly desired: Desired
  readonly wanted: Wanted
}

/**
 * What `want` would say, made of what it said before; undefined if it has to look at everything.
 *
 * Addresses, links, switches and source NAT depend on the VIPs, on `[kernel]`, and on what
 * `looksTheSame` compares of each service: where all of these are as they were, so are those rows.
 */
export function wantAgain(desired: Desired, before: Wish): Wanted | undefined {
  const { services, vips, kernel, bgp } = desired
  const was = before.desired
  if (
    vips !== was.vips ||
    kernel !== was.kernel ||
    bgp !== was.bgp ||
    services.length !== was.services.length
  )
    return undefined
  const rows = new Map<string, Service>()
  const policies = new Map<string, Policy>()
  const survives = survivors(vips)
  for (let i = 0; i < services.length; i++) {
    const now = services[i]
    const other = was.services[i]
    if (now === other) continue
    if (now === undefined || other === undefined || !looksTheSame(now, other, survives))
      return undefined
    for (const listener of now.listeners) {
      policies.set(listener.id.key, now)
      if (now.enabled) rows.set(listener.id.key, listener)
    }
    for (const row of now.checkServices.values()) rows.set(row.id.key, row)
  }
  const { state } = before.wanted
  return {
    ...before.wanted,
    state: { ...state, service: replaced(state.service, rows) },
    policies: replaced(before.wanted.policies, policies),
  }
}

function looksTheSame(
  a: DesiredService,
  b: DesiredService,
  survives: (service: DesiredService) => boolean,
): boolean {
  return (
    a.name === b.name &&
    a.enabled === b.enabled &&
    a.snat === b.snat &&
    (a.adopt === b.adopt || a.checkServices.size === 0) &&
    a.listeners.length === b.listeners.length &&
    a.listeners.every((listener, i) => sameListener(listener, b.listeners[i])) &&
    a.serving.whenEmpty === b.serving.whenEmpty &&
    sameKeys(a.checkServices, b.checkServices) &&
    sameNeeds(a, b, survives)
  )
}

/** To those who announce its VIP. */
function sameListener(a: Service, b: Service | undefined): boolean {
  return a.id.key === b?.id.key && takesConnections(a) === takesConnections(b)
}

/** Of services of checks, in their order. */
function sameKeys(a: DesiredService['checkServices'], b: DesiredService['checkServices']): boolean {
  if (a === b) return true
  const others = [...b.values()]
  return a.size === b.size && [...a.values()].every((row, i) => row.id.key === others[i]?.id.key)
}
