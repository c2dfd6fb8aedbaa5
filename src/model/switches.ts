/** The kernel's switches that the configuration has words of its own for. */

/** The sysctl behind each key of `[kernel]` that is a switch. */
export const switchNames = {
  ip_forward: 'net.ipv4.ip_forward',
  ipv6_forward: 'net.ipv6.conf.all.forwarding',
  conntrack: 'net.ipv4.vs.conntrack',
  ping_group_range: 'net.ipv4.ping_group_range',
  accept_local: 'net.ipv4.conf.all.accept_local',
} as const
