/** From what the operator wrote to the rows that should exist. */
import type { Desired, DesiredService, DesiredVip } from '../model/desired.ts'
import { familyOf, hostPrefix } from '../model/ip.ts'
import { type Address, keyOf, type Link, type Service, type Snat } from '../model/rows.ts'
import { stateOf } from '../model/state.ts'
import { switchesFor } from './switches.ts'
import type { Policy, Wanted } from './types.ts'

/** The rows that make the desired state true, with who needs them and why. */
export function want(desired: Desired): Wanted {
  const service = new Map<string, Service>()
  const snat = new Map<string, Snat>()
  const policies = new Map<string, Policy>()
  const names = new Map<string, readonly string[]>()
  const enabled = new Set<string>()

  for (const each of desired.services) {
    const policy: Policy = { name: each.name, drain: each.drain, adopt: each.adopt }
    if (each.enabled) enabled.add(each.name)
    for (const listener of each.listeners) {
      policies.set(listener.id.key, policy)
      if (!each.enabled) continue
      service.set(listener.id.key, listener)
      if (each.snat) addSnat(snat, names, each, listener)
    }
  }

  const { address, link } = doors(desired.vips, enabled, names)
  const { sysctl, reasons, needed } = switchesFor(desired)
  for (const [key, services] of needed) names.set(key, services)
  return {
    state: stateOf({
      sysctl,
      timeouts: new Map(desired.kernel.timeouts ? [['timeouts', desired.kernel.timeouts]] : []),
      sync: new Map(desired.kernel.sync.map(row => [keyOf.sync(row), row])),
      link,
      service,
      address,
      snat,
    }),
    policies,
    names,
    reasons,
  }
}

function addSnat(
  snat: Map<string, Snat>,
  names: Map<string, readonly string[]>,
  service: DesiredService,
  listener: Service,
): void {
  const row: Snat = { service: listener.id }
  const key = keyOf.snat(row)
  snat.set(key, row)
  names.set(key, [service.name])
}

/** The addresses that clients knock at, and the links of ours that hold them. */
function doors(
  vips: readonly DesiredVip[],
  enabled: ReadonlySet<string>,
  names: Map<string, readonly string[]>,
): { address: Map<string, Address>; link: Map<string, Link> } {
  const address = new Map<string, Address>()
  const link = new Map<string, Link>()
  const users = new Map<string, Set<string>>()
  for (const vip of vips) {
    const services = vip.services.filter(name => enabled.has(name))
    if (vip.link === undefined || services.length === 0) continue
    const family = familyOf(vip.address)
    const row: Address = {
      link: vip.link,
      address: vip.address,
      prefix: hostPrefix(family),
      // On a dummy nobody else can hold the address, and detection would only delay it.
      nodad: family === 'ipv6' && vip.ownLink,
      dadFailed: false,
      owned: true,
    }
    address.set(keyOf.address(row), row)
    names.set(keyOf.address(row), services)
    if (!vip.ownLink) continue
    const own: Link = { name: vip.link, type: 'dummy', up: true, owned: true }
    const key = keyOf.link(own)
    link.set(key, own)
    const known = users.get(key) ?? new Set()
    for (const name of services) known.add(name)
    users.set(key, known)
  }
  for (const [key, services] of users) names.set(key, [...services].sort())
  return { address, link }
}
