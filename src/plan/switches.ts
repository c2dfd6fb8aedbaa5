/** The kernel switches that services need: `auto` in `[kernel]` means what this file says. */
import type { Desired, DesiredService } from '../model/desired.ts'
import { survivors } from '../model/failover.ts'
import { keyOf, type Sysctl } from '../model/rows.ts'
import { switchNames } from '../model/switches.ts'

interface Need {
  readonly name: string
  readonly value: string
  /** Said after the names of the services: `needed by web (persistent)`. */
  readonly because: string
  when(service: DesiredService, survives: (service: DesiredService) => boolean): boolean
}

/**
 * Which service needs which switch (Documentation/networking/ipvs-sysctl.rst).
 *
 * Forwarding: the answers of NAT backends come back through this host and must be routed on.
 * conntrack: nftables can only rewrite the source of connections that conntrack knows.
 * expire_quiescent_template: without it, clients bound to a destination by persistence keep being
 * sent there after its weight went to 0, and a drain never ends.
 * expire_nodest_conn: a connection whose destination is gone keeps being sent there, or dropped,
 * until it times out. A UDP client that never pauses keeps its own alive for ever, and with it the
 * way to a destination that is gone. The switch is for the whole table: TCP connections to what was
 * removed are reset, too, rather than dropped in silence.
 * sloppy_tcp: see survivors.
 * ping_group_range: sockets that may only ping are open to the groups in it, and by default to none,
 * whatever else a process may do (ping_init_sock of net/ipv4/ping.c).
 * accept_local: the answer to a check through the VIP comes from outside with the VIP as its source,
 * which is an address of this host as well: packets of that kind are dropped (fib_validate_source of
 * net/ipv4/fib_frontend.c). The one of "all" counts for every link; IPv6 does not look.
 */
const needs: readonly Need[] = [
  {
    name: 'net.ipv4.ip_forward',
    value: '1',
    because: '',
    when: service => forwards(service, 'ipv4'),
  },
  {
    name: 'net.ipv6.conf.all.forwarding',
    value: '1',
    because: '',
    when: service => forwards(service, 'ipv6'),
  },
  {
    name: 'net.ipv4.vs.conntrack',
    value: '1',
    because: ' (snat)',
    when: service => service.snat,
  },
  {
    name: 'net.ipv4.vs.expire_quiescent_template',
    value: '1',
    because: ' (persistent)',
    when: service => service.listeners.some(row => row.persistence > 0),
  },
  {
    name: 'net.ipv4.vs.expire_nodest_conn',
    value: '1',
    because: ' (udp)',
    when: service => service.listeners.some(row => row.id.protocol === 'udp' && !row.onePacket),
  },
  {
    name: 'net.ipv4.vs.sloppy_tcp',
    value: '1',
    because: ' (its connections outlive a change of the director)',
    when: (service, survives) => survives(service),
  },
  {
    name: 'net.ipv4.ping_group_range',
    value: '0 2147483647',
    because: ' (checks by icmp)',
    when: pings,
  },
  {
    name: switchNames.accept_local,
    value: '1',
    because: ' (checks through the VIP)',
    when: ({ checkServices }) => {
      for (const { id } of checkServices.values()) if (id.family === 'ipv4') return true
      return false
    },
  },
]

/** Without these no packet of a service gets through; the others only make it work better. */
export const forwardingSwitches: ReadonlySet<string> = new Set(
  ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding', 'net.ipv4.vs.conntrack'].map(name =>
    keyOf.sysctl({ name, value: '' }),
  ),
)

/** True if two services need the same switches. */
export function sameNeeds(
  a: DesiredService,
  b: DesiredService,
  survives: (service: DesiredService) => boolean,
): boolean {
  return needs.every(({ when }) => when(a, survives) === when(b, survives))
}

function forwards(service: DesiredService, family: 'ipv4' | 'ipv6'): boolean {
  for (const row of service.listeners)
    if (row.id.family === family)
      for (const one of row.destinations) if (one.forward === 'nat') return true
  return false
}

function pings({ checks }: DesiredService): boolean {
  for (const list of checks.values())
    for (const { question } of list) if (question.type === 'icmp') return true
  return false
}

/** The sysctl rows, each with its reason and the services that need it. What `[kernel]` says wins. */
export function switchesFor(desired: Desired): {
  sysctl: Map<string, Sysctl>
  reasons: Map<string, string>
  needed: Map<string, readonly string[]>
} {
  const sysctl = new Map<string, Sysctl>()
  const reasons = new Map<string, string>()
  const needed = new Map<string, readonly string[]>()
  for (const [name, value] of desired.kernel.sysctl)
    sysctl.set(keyOf.sysctl({ name, value }), { name, value })
  const survives = survivors(desired.vips)
  const users = needs.map(need => ({ need, names: [] as string[] }))
  for (const service of desired.services)
    if (service.enabled)
      for (const { need, names } of users)
        if (need.when(service, survives)) names.push(service.name)
  for (const { need, names } of users) {
    const row: Sysctl = { name: need.name, value: need.value }
    const key = keyOf.sysctl(row)
    if (names.length === 0 || desired.kernel.keep.has(need.name) || sysctl.has(key)) continue
    names.sort()
    sysctl.set(key, row)
    needed.set(key, names)
    reasons.set(key, `needed by ${listed(names)}${need.because}`)
  }
  return { sysctl, reasons, needed }
}

function listed(names: readonly string[]): string {
  if (names.length <= 3) return names.join(', ')
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
}
