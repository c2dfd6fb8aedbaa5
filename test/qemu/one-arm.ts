/**
 * The network that source NAT is for: client, backend and director on one segment, so that a backend
 * answers a client without the director, unless it sees the director as the source.
 *
 *     client 10.3.0.2 --+
 *     fd03::2           +-- (bridge `lan`) director 10.3.0.1, fd03::1
 *     backend 10.3.0.11-+   (the namespace that this process is in), VIPs on its `lo`
 *     fd03::11
 */
import { writeFileSync } from 'node:fs'
import { enterFreshNamespace, freshNamespace, inside, ip } from '../lab/namespace.ts'
import type { Machine } from '../lab/topology.ts'

export interface OneArm {
  readonly client: Machine
  readonly backend: Machine
  /** Closed together with the network: servers, tables. */
  readonly open: { close(): void }[]
  close(): void
}

export const vips = { ipv4: '192.0.2.10', ipv6: '2001:db8::10' } as const
export const director = { ipv4: '10.3.0.1', ipv6: 'fd03::1' } as const

/** Moves to a fresh namespace that forwards and tracks IPVS connections, and builds the segment. */
export function buildOneArm(): OneArm {
  enterFreshNamespace()
  for (const name of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding', 'ipv4/vs/conntrack'])
    writeFileSync(`/proc/sys/net/${name}`, '1')
  ip(
    undefined,
    'link add lan type bridge',
    'link set lan up',
    `address add ${director.ipv4}/24 dev lan`,
    `address add ${director.ipv6}/64 dev lan nodad`,
    `address add ${vips.ipv4}/32 dev lo`,
    `address add ${vips.ipv6}/128 dev lo nodad`,
  )
  const client = join('client', 2)
  const backend = join('backend', 11)
  const open: { close(): void }[] = []
  const close = (): void => {
    for (const thing of [...open, client.namespace, backend.namespace]) thing.close()
  }
  return { client, backend, open, close }
}

/** Makes a direct-routing backend of a machine: it holds the VIP and answers no ARP for it. */
export function holdSilently(machine: Machine, vip: string): void {
  inside(machine.namespace, () => {
    writeFileSync('/proc/sys/net/ipv4/conf/all/arp_ignore', '1')
    writeFileSync('/proc/sys/net/ipv4/conf/all/arp_announce', '2')
  })
  ip(machine.namespace, `address add ${vip}/32 dev lo`)
}

function join(name: string, number: number): Machine {
  const namespace = freshNamespace()
  const ipv4 = `10.3.0.${number}`
  const ipv6 = `fd03::${number}`
  ip(
    undefined,
    `link add ${name} type veth peer name eth0 netns ${namespace.path}`,
    `link set ${name} up master lan`,
  )
  ip(
    namespace,
    'link set eth0 up',
    `address add ${ipv4}/24 dev eth0`,
    `address add ${ipv6}/64 dev eth0 nodad`,
    `route add default via ${director.ipv4}`,
    `route add default via ${director.ipv6}`,
  )
  return { name, namespace, ipv4, ipv6 }
}
