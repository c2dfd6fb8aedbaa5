/* Made from schema/slb.schema.json by `npm run schema`. Do not edit. */

/** The keys that a table may have, by its place in a document; * stands for a name or an index. */
export const knownKeys: Readonly<Record<string, readonly string[]>> = {
  '': ['service', 'vip', 'defaults', 'kernel', 'node', 'guard', 'ownership', 'state'],
  '/service/*': ['vip', 'port', 'protocol', 'fwmark', 'family', 'scheduler', 'scheduler_flags', 'forward', 'tunnel', 'persistence', 'one_packet', 'snat', 'backends', 'enabled', 'adopt', 'drain', 'link', 'announce'],
  '/service/*/tunnel': ['type', 'port', 'checksum'],
  '/service/*/persistence': ['timeout', 'netmask', 'engine'],
  '/service/*/backends/*': ['address', 'weight', 'forward', 'tunnel', 'upper', 'lower', 'enabled'],
  '/service/*/backends/*/tunnel': ['type', 'port', 'checksum'],
  '/vip/*': ['address', 'link', 'announce'],
  '/defaults': ['vip', 'port', 'protocol', 'fwmark', 'family', 'scheduler', 'scheduler_flags', 'forward', 'tunnel', 'persistence', 'one_packet', 'snat', 'backends', 'enabled', 'adopt', 'drain', 'link', 'announce'],
  '/defaults/tunnel': ['type', 'port', 'checksum'],
  '/defaults/persistence': ['timeout', 'netmask', 'engine'],
  '/defaults/backends/*': ['address', 'weight', 'forward', 'tunnel', 'upper', 'lower', 'enabled'],
  '/defaults/backends/*/tunnel': ['type', 'port', 'checksum'],
  '/kernel': ['ip_forward', 'ipv6_forward', 'conntrack', 'vs', 'timeouts', 'sync'],
  '/kernel/timeouts': ['tcp', 'tcpfin', 'udp'],
  '/kernel/sync/*': ['role', 'interface', 'id', 'group', 'port', 'ttl', 'maxlen'],
  '/node': ['name', 'on_stop', 'stop_timeout', 'drift', 'drift_interval', 'settle'],
  '/guard': ['max_remove'],
  '/ownership': ['conflict'],
  '/state': ['history'],
}
