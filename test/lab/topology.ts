/**
 * The network of a lab test: a client, the director (the namespace that this process is in), and
 * backends.
 *
 *     client 10.1.0.2 --- 10.1.0.1 director 10.2.0.1 --- (bridge `backends`) --- 10.2.0.11, .12, ...
 *     fd01::2             fd01::1           fd02::1                              fd02::11, ::12, ...
 *
 * Everybody's default route is the director, so that NAT answers come back through it. Client and
 * backends drop no packet on reverse-path filters.
 */
import { writeFileSync } from 'node:fs'
import { enterFreshNamespace, freshNamespace, inside, ip, type Namespace } from './namespace.ts'

/** A machine of the topology. */
export interface Machine {
  readonly name: string
  readonly namespace: Namespace
  readonly ipv4: string
  readonly ipv6: string
}

export interface Network {
  readonly client: Machine
  readonly backends: readonly Machine[]
  /** Closed together with the network: servers, flows. */
  readonly open: { close(): void }[]
}

/**
 * Move to a fresh namespace, build the rest of the network around it, do something there, and
 * take it all down again.
 */
export async function withNetwork(
  backendCount: number,
  work: (network: Network) => Promise<void> | void,
): Promise<void> {
  const network = buildNetwork(backendCount)
  try {
    await work(network)
  } finally {
    for (const thing of network.open) thing.close()
    for (const { namespace } of [network.client, ...network.backends]) namespace.close()
  }
}

function buildNetwork(backendCount: number): Network {
  enterFreshNamespace()
  inDirector('net/ipv4/ip_forward', '1')
  inDirector('net/ipv6/conf/all/forwarding', '1')
  ip(
    undefined,
    'link add backends type bridge',
    'link set backends up',
    'address add 10.2.0.1/24 dev backends',
    'address add fd02::1/64 dev backends nodad',
  )
  const client = machine('client', '10.1.0.2', 'fd01::2')
  attach(client)
  ip(undefined, 'address add 10.1.0.1/24 dev client', 'address add fd01::1/64 dev client nodad')
  const backends = Array.from({ length: backendCount }, (_, index) => {
    const number = 11 + index
    const backend = machine(`backend${index + 1}`, `10.2.0.${number}`, `fd02::${number}`)
    attach(backend)
    ip(undefined, `link set ${backend.name} master backends`)
    return backend
  })
  return { client, backends, open: [] }
}

function machine(name: string, ipv4: string, ipv6: string): Machine {
  return { name, ipv4, ipv6, namespace: freshNamespace() }
}

/** A veth pair: `NAME` at the director, `eth0` at the machine. */
function attach({ name, namespace, ipv4, ipv6 }: Machine): void {
  ip(
    undefined,
    `link add ${name} type veth peer name eth0 netns ${namespace.path}`,
    `link set ${name} up`,
  )
  ip(
    namespace,
    'link set eth0 up',
    `address add ${ipv4}/24 dev eth0`,
    `address add ${ipv6}/64 dev eth0 nodad`,
    `route add default via ${ipv4.replace(/\.\d+$/, '.1')}`,
    `route add default via ${ipv6.replace(/::.*$/, '::1')}`,
  )
}

function inDirector(name: string, value: string): void {
  writeFileSync(`/proc/sys/${name}`, value)
}

/**
 * Make a direct-routing or tunnel backend of a machine: it holds the VIP, answers no ARP for it,
 * and has a wire of its own to the client, because its answers go past the director.
 */
export function holdVip({ client }: Network, backend: Machine, vip: string): void {
  inside(backend.namespace, () => {
    writeFileSync('/proc/sys/net/ipv4/conf/all/arp_ignore', '1')
    writeFileSync('/proc/sys/net/ipv4/conf/all/arp_announce', '2')
  })
  ip(
    backend.namespace,
    `link add past type veth peer name ${backend.name} netns ${client.namespace.path}`,
    'link set past up',
    `address add ${vip}${vip.includes(':') ? '/128 dev lo nodad' : '/32 dev lo'}`,
  )
  ip(client.namespace, `link set ${backend.name} up`)
  ip(backend.namespace, `route add ${vip.includes(':') ? client.ipv6 : client.ipv4} dev past`)
}
