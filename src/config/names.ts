/** Names that Linux has: to tell slips of the pen from what other kernels may know. */

/** The schedulers of net/netfilter/ipvs/ip_vs_*.c, and the kernel's word for none. */
export const schedulers: readonly string[] = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'mh',
  'twos',
  'none',
]

/** The names below net.ipv4.vs, Documentation/networking/ipvs-sysctl.rst. */
export const vsNames: readonly string[] = [
  'am_droprate',
  'amemthresh',
  'backup_only',
  'cache_bypass',
  'conn_reuse_mode',
  'conntrack',
  'drop_entry',
  'drop_packet',
  'est_cpulist',
  'est_nice',
  'expire_nodest_conn',
  'expire_quiescent_template',
  'ignore_tunneled',
  'nat_icmp_send',
  'pmtu_disc',
  'run_estimation',
  'schedule_icmp',
  'secure_tcp',
  'sloppy_sctp',
  'sloppy_tcp',
  'snat_reroute',
  'sync_persist_mode',
  'sync_ports',
  'sync_qlen_max',
  'sync_refresh_period',
  'sync_retries',
  'sync_sock_size',
  'sync_threshold',
  'sync_version',
]

/** What ipvsadm, keepalived and others call the forwarding methods. */
export const forwardWords: Readonly<Record<string, string>> = {
  masq: 'nat',
  masquerade: 'nat',
  masquerading: 'nat',
  dr: 'direct',
  gate: 'direct',
  gatewaying: 'direct',
  route: 'direct',
  dsr: 'direct',
  tun: 'tunnel',
  ipip: 'tunnel',
  tunneling: 'tunnel',
}
