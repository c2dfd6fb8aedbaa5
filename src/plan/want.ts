/** From what the operator wrote to the rows that should exist. */
import type { Desired, DesiredService, DesiredVip } from '../model/desired.ts'
import { familyOf, hostPrefix } from '../model/ip.ts'
import { type Address, keyOf, type Link, type Service, type Snat } from '../model/rows.ts'
import { stateOf } from '../model/state.ts'
import { switchesFor } from './switches.ts'
import type { Policy, Wanted } from './types.ts'
import { type Wish, wantAgain } from './want-again.ts'
import { wantAnnouncements } from './want-announcements.ts'

/**
 * The rows that make the desired state true, with who needs them and why.
 *
 * @param before an earlier answer, to be taken again as far as it holds.
 */
export function want(desired: Desired, before?: Wish): Wanted {
  return (before && wantAgain(desired, before)) ?? wantAll(desired)
}

function wantAll(desired: Desired): Wanted {
  const service = new Map<string, Service>()
  const snat = new Map<string, Snat>()
  const policies = new Map<string, Policy>()
  const names = new Map<string, readonly string[]>()
  const checking = new Map<string, string>()
  const disabled = new Set<string>()

  for (const each of desired.services) {
    if (!each.enabled) disabled.add(each.name)
    for (const listener of each.listeners) {
      policies.set(listener.id.key, each)
      if (!each.enabled) continue
      service.set(listener.id.key, listener)
      if (each.snat) addSnat(snat, names, each, listener)
    }
    if (each.checkServices.size === 0) continue
    const policy = checkPolicy(each)
    for (const row of each.checkServices.values()) {
      policies.set(row.id.key, policy)
      checking.set(row.id.key, `checks ${each.name} through its VIP`)
      service.set(row.id.key, row)
    }
  }

  const { address, link } = doors(desired.vips, disabled, names)
  const { strict, ...announcements } = wantAnnouncements(desired, disabled, names)
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
      ...announcements,
    }),
    policies,
    names,
    reasons: checking.size === 0 ? reasons : new Map([...reasons, ...checking]),
    ...(strict.size > 0 && { strict }),
    ...(desired.bgp && {
      withdrawal: { settle: desired.bgp.settle, notice: desired.bgp.gracefulShutdown },
    }),
  }
}

/** No client comes by the services of checks: nothing of them has to drain. */
export function checkPolicy({ name, adopt }: DesiredService): Policy {
  return { name, drain: 0, adopt }
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
  disabled: ReadonlySet<string>,
  names: Map<string, readonly string[]>,
): { address: Map<string, Address>; link: Map<string, Link> } {
  const address = new Map<string, Address>()
  const link = new Map<string, Link>()
  const users = new Map<string, string[]>()
  for (const vip of vips) {
    const services = vip.services.filter(name => !disabled.has(name))
    if (vip.link === undefined || services.length === 0) continue
    const family = familyOf(vip.address)
    const uplink = vip.announcing?.uplink
    const row: Address = {
      link: vip.link,
      address: vip.address,
      prefix: hostPrefix(family),
      // On a dummy nobody else can hold the address, and detection would only delay it.
      nodad: family === 'ipv6' && vip.ownLink,
      dadFailed: false,
      owned: true,
      ...(uplink !== undefined && family === 'ipv4' && { probe: uplink }),
    }
    const key = keyOf.address(row)
    address.set(key, row)
    names.set(key, services)
    if (!vip.ownLink) continue
    const known = users.get(vip.link)
    if (known === undefined) users.set(vip.link, [...services])
    else for (const name of services) known.push(name)
  }
  for (const [name, services] of users) {
    const row: Link = { name, type: 'dummy', up: true, owned: true }
    link.set(keyOf.link(row), row)
    names.set(
      keyOf.link(row),
      services.sort().filter((each, i) => each !== services[i - 1]),
    )
  }
  return { address, link }
}
