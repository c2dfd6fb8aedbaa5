/** The ways to backends: whether there is one, and what it is good for. */
import type { Forward } from '../model/rows.ts'
import type { Case } from './case.ts'
import { type Finding, named, warning, wrong } from './finding.ts'
import type { Way } from './machine.ts'

/** What an IPv4 header takes of a packet that goes through a tunnel, and an IPv6 header. */
const wrapping = { ipv4: 20, ipv6: 40 } as const
/** What clients send over an Ethernet at most. */
const usual = 1500

/** Each backend once, with how it is sent to and for whom. */
interface Backend {
  readonly forward: Forward
  readonly services: Set<string>
}

export function examineWays({ desired, machine }: Case): readonly Finding[] {
  const backends = new Map<string, Backend & { readonly address: string }>()
  const links = new Set<string>()
  const findings: Finding[] = []
  for (const { name, listeners, enabled } of desired.services)
    for (const { destinations } of enabled ? listeners : [])
      for (const { address, forward } of destinations) {
        const key = `${forward} ${address}`
        const known = backends.get(key) ?? { address, forward, services: new Set<string>() }
        known.services.add(name)
        backends.set(key, known)
      }
  for (const row of [...desired.vips])
    if (row.link !== undefined && !row.ownLink) links.add(row.link)
  for (const { address, forward, services } of backends.values()) {
    if (forward === 'local') continue
    const way = machine.way(address as Parameters<typeof machine.way>[0])
    if (typeof way === 'string')
      findings.push(
        wrong(
          address,
          `no way leads to this backend of ${named(services)} (${way})`,
          `give it a route: ip route add ${address} via ...`,
        ),
      )
    else if (!way.local) {
      links.add(way.link)
      findings.push(...limits(address, forward, services, way, machine.links.get(way.link)?.mtu))
    }
  }
  return [...findings, ...[...links].flatMap(link => examineLink(link, machine))]
}

function limits(
  address: string,
  forward: Forward,
  services: ReadonlySet<string>,
  { link, gateway }: Way,
  mtu: number | undefined,
): readonly Finding[] {
  if (forward === 'direct' && gateway !== undefined)
    return [
      warning(
        address,
        `this backend of ${named(services)} is behind the router ${gateway}, and forward = "direct" leaves packets addressed to the VIP`,
        'use forward = "tunnel", or put both on one network',
      ),
    ]
  if (forward !== 'tunnel' || mtu === undefined) return []
  const room = mtu - wrapping[address.includes(':') ? 'ipv6' : 'ipv4']
  if (room >= usual) return []
  return [
    warning(
      address,
      `packets of more than ${room} bytes do not fit into the tunnel to this backend of ${named(services)} (${link} takes ${mtu})`,
      `raise the MTU of ${link} on both sides, or lower the MSS on the backend: ip route change ... advmss ${room - 40}`,
    ),
  ]
}

function examineLink(name: string, { links }: Case['machine']): readonly Finding[] {
  const link = links.get(name)
  if (link === undefined)
    return [
      wrong(name, 'there is no such link', 'create it, or name another one in the configuration'),
    ]
  if (!link.up) return [wrong(name, 'the link is down', `ip link set ${name} up`)]
  if (!link.carrier)
    return [
      wrong(name, 'the link has no carrier', 'look at the cable, the switch or the other end'),
    ]
  return []
}
