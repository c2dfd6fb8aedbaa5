/** Whether the answers of checks through VIPs get in: see `answersBlocked`. */
import { answersBlocked } from '../model/answers.ts'
import type { Ip } from '../model/ip.ts'
import { keyOf } from '../model/rows.ts'
import { switchNames } from '../model/switches.ts'
import type { Case } from './case.ts'
import { type Finding, named, warning, wrong } from './finding.ts'

const accepting = keyOf.sysctl({ name: switchNames.accept_local, value: '1' })

export function examineChecksThroughVips({ desired, wanted, machine }: Case): readonly Finding[] {
  const users = new Map<string, string[]>()
  const ours = new Set(desired.vips.flatMap(vip => (vip.link === undefined ? [] : [vip.address])))
  for (const { name, listeners, checkServices, enabled } of desired.services)
    for (const { id, destinations } of enabled ? listeners : []) {
      if (id.address === undefined || id.family === 'ipv6') continue
      // The answers for a VIP that is not here come from a source like any other.
      if (!ours.has(id.address) && !isHere(id.address, machine)) continue
      for (const row of destinations) {
        const link = checkServices.has(keyOf.destination(row))
          ? linkTo(row.address, machine)
          : undefined
        if (link !== undefined) users.set(link, [...(users.get(link) ?? []), name])
      }
    }
  return [...users].flatMap(([link, names]) => {
    const blocked = answersBlocked(link, machine.sysctl)
    if (blocked === undefined) return []
    const isSet = blocked.be === '1' && wanted.state.sysctl.get(accepting)?.value === '1'
    return [
      (isSet ? warning : wrong)(
        blocked.name,
        `it is ${blocked.is}: answers to the checks of ${named(names)} that go through the VIP are dropped on ${link}`,
        isSet
          ? `slb apply sets ${switchNames.accept_local}, which counts for all links`
          : `set it: sysctl -w ${blocked.name}=${blocked.be}`,
      ),
    ]
  })
}

function isHere(address: Ip, machine: Case['machine']): boolean {
  const way = machine.way(address)
  return typeof way !== 'string' && way.local
}

function linkTo(address: Ip, machine: Case['machine']): string | undefined {
  const way = machine.way(address)
  return typeof way === 'string' || way.local ? undefined : way.link
}
