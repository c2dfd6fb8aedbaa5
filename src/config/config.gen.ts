/* Made from schema/slb.schema.json by `npm run schema`. Do not edit. */

export type ProtocolName = 'tcp' | 'udp' | 'sctp'
/**
 * How packets reach the backends: nat (rewritten addresses and ports, answers come back through here), direct (same network, unchanged packets), tunnel (wrapped, unchanged packets).
 */
export type ForwardMethod = 'nat' | 'direct' | 'tunnel'
/**
 * Keeps each client on its backend: how long after its last connection, or a table.
 */
export type PersistenceConfig =
  | string
  | {
      /**
       * How long a client stays bound to its backend after its last connection; whole seconds.
       */
      timeout?: string
      /**
       * Prefix length that clients are grouped by; each client by itself when absent.
       */
      netmask?: number
      /**
       * Binds by content instead of client address: sip uses the Call-ID.
       */
      engine?: 'sip'
    }
/**
 * `"address:port"`, `"address"` (port of the service), `"[IPv6]:port"`, or a table.
 */
export type BackendConfig =
  | string
  | {
      /**
       * `"address:port"`, `"address"` (port of the service) or `"[IPv6]:port"`.
       */
      address: string
      /**
       * Share of the connections in relation to the other backends; 0 = no new connections.
       */
      weight?: number
      /**
       * Overrides the service's forward; local hands the packets to this machine itself.
       */
      forward?: 'nat' | 'direct' | 'tunnel' | 'local'
      tunnel?: TunnelConfig1
      /**
       * Connection count from which the backend gets no new ones; 0 = no limit.
       */
      upper?: number
      /**
       * Connection count below which a backend that reached upper gets new ones again; 0 = three quarters of upper.
       */
      lower?: number
      /**
       * false drains the backend and takes it out.
       */
      enabled?: boolean
      check?: ChecksConfig
    }
/**
 * Takes the place of the service's check for this backend; "none" = always up.
 */
export type ChecksConfig = 'none' | CheckConfig | [CheckConfig, ...CheckConfig[]]
/**
 * How the network learns of the VIP, for a literal VIP: see announce of [vip.NAME].
 *
 * @minItems 1
 */
export type AnnounceConfig = string | ['arp' | 'bgp', ...('arp' | 'bgp')[]]
/**
 * What a backend must answer to be up: a table, a list of tables that must all pass, or "none".
 */
export type ChecksConfig1 = 'none' | CheckConfig | [CheckConfig, ...CheckConfig[]]
/**
 * How many backends must be up for a virtual service to serve: a number, a percentage, or a table.
 */
export type QuorumConfig =
  | number
  | string
  | {
      /**
       * So many backends up, or so large a part of them, begin to serve.
       */
      up: number | string
      /**
       * Fewer than so many end it, up when absent.
       */
      down?: number | string
    }
/**
 * The server that answers while the service cannot: `"address:port"`, `"address"` (port of the service), or a table.
 */
export type SorryConfig =
  | string
  | {
      /**
       * `"address:port"`, `"address"` (port of the service) or `"[IPv6]:port"`.
       */
      address: string
      /**
       * Overrides the service's forward; local hands the packets to this machine itself.
       */
      forward?: 'nat' | 'direct' | 'tunnel' | 'local'
    }
/**
 * Who says the weight of a backend: `"header:NAME"` (a header of the answer to its http check), `"exec"` (the first line that its exec check prints), or a table.
 */
export type WeightFromConfig =
  | string
  | {
      /**
       * `"header:NAME"` or `"exec"`.
       */
      from: string
      /**
       * The least weight that is taken; less counts as this. 0 lets a backend ask for no new connections.
       */
      min?: number
      /**
       * The greatest weight that is taken; more counts as this.
       */
      max?: number
    }
/**
 * How the network learns of the address: arp tells the neighbours on uplink (ARP and neighbour advertisements), bgp tells the peers in [bgp]; a list for both.
 *
 * @minItems 1
 */
export type AnnounceConfig1 = string | ['arp' | 'bgp', ...('arp' | 'bgp')[]]
/**
 * Communities of its route, besides those of [bgp]: `"65000:100"`, large ones `"65000:1:2"`, or no-export, no-advertise, no-peer, blackhole, graceful-shutdown.
 *
 * @maxItems 64
 */
export type Communities = string[]
/**
 * net.ipv4.ip_forward: needed by nat.
 */
export type Switch = true | false | 'auto' | 'keep'
/**
 * net.ipv6.conf.all.forwarding: needed by nat with IPv6.
 */
export type Switch1 = true | false | 'auto' | 'keep'
/**
 * net.ipv4.vs.conntrack: needed by snat.
 */
export type Switch2 = true | false | 'auto' | 'keep'
/**
 * net.ipv4.conf.all.accept_local: needed by checks with via = "vip" over IPv4.
 */
export type Switch3 = true | false | 'auto' | 'keep'
/**
 * Communities of all routes.
 *
 * @maxItems 64
 */
export type Communities1 = string[]

/**
 * Desired state of an slb load balancer: virtual services, their addresses and the kernel settings that they need.
 */
export interface Config {
  /**
   * Load-balanced services by name.
   */
  service?: {
    [k: string]: ServiceConfig
  }
  /**
   * Virtual addresses by name, for VIPs that need more than their address.
   */
  vip?: {
    [k: string]: VipConfig
  }
  defaults?: ServiceConfig1
  kernel?: KernelConfig
  bgp?: BgpConfig
  node?: NodeConfig
  guard?: GuardConfig
  ownership?: OwnershipConfig
  state?: StateConfig
}
/**
 * One service: each combination of VIP, port and protocol is one virtual service in the kernel, all with the same backends.
 */
export interface ServiceConfig {
  /**
   * The virtual address: an IPv4 or IPv6 address, the name of a [vip.NAME], or a list of these. IPv4 and IPv6 may be mixed.
   *
   * @minItems 1
   */
  vip?: string | [string, ...string[]]
  /**
   * The port, `"80:8080"` (service port : backend port), or a list of these. 0 = all ports, only with persistence.
   *
   * @minItems 1
   */
  port?: number | string | [number | string, ...(number | string)[]]
  /**
   * The transport protocol, or a list of them.
   */
  protocol?: ProtocolName | [ProtocolName, ...ProtocolName[]]
  /**
   * A firewall mark instead of vip and port: packets that carry this mark are balanced.
   */
  fwmark?: number
  /**
   * The address family of a firewall-mark service.
   */
  family?: 'ipv4' | 'ipv6'
  /**
   * How a backend is chosen for a new connection: the name of an IPVS scheduler of the kernel.
   */
  scheduler?: string
  /**
   * Options of the schedulers sh and mh: fallback takes another backend when the hashed one is full or quiesced, port adds the client's port to the hash. By default sh and mh fall back; an empty list turns that off. flag-1 to flag-3 are the bare flags, for schedulers that slb does not know.
   */
  scheduler_flags?: (
    'sh-fallback' | 'sh-port' | 'mh-fallback' | 'mh-port' | 'flag-1' | 'flag-2' | 'flag-3'
  )[]
  forward?: ForwardMethod
  tunnel?: TunnelConfig
  persistence?: PersistenceConfig
  /**
   * Schedules each UDP packet by itself, without a connection entry.
   */
  one_packet?: boolean
  /**
   * Rewrites the source address towards the backends too, so that answers come back through here from any network (one-arm NAT, backends that are also clients). For forward = "nat", and not beside fwmark.
   */
  snat?: boolean
  /**
   * Where the connections go.
   */
  backends?: BackendConfig[]
  /**
   * false drains the whole service and takes it down.
   */
  enabled?: boolean
  /**
   * Takes over what somebody else made in the kernel under this service's keys, without touching a connection.
   */
  adopt?: boolean
  /**
   * How long a removed backend or service may finish its connections before it is deleted; "0s" cuts at once.
   */
  drain?: string
  /**
   * Where the VIP lives, for a literal VIP that only this service uses: see link of [vip.NAME].
   */
  link?: string
  announce?: AnnounceConfig
  /**
   * The link to the neighbours that announce = "arp" tells, for a literal VIP.
   */
  uplink?: string
  check?: ChecksConfig1
  /**
   * What happens to a backend that is down: remove takes it out, quiesce leaves it with weight 0, so that established connections that still work go on. remove when absent, but quiesce where bgp announces the VIP of a service with mh and direct or tunnel forwarding: every machine that announces it then chooses alike.
   */
  on_down?: 'remove' | 'quiesce'
  /**
   * How long a backend that comes up takes to its whole weight, in up to ten steps, at most 1h; "0s" = at once. A weight of 1 has no steps: give backends 10 or more.
   */
  slow_start?: string
  quorum?: QuorumConfig
  /**
   * What happens while fewer backends are up than quorum asks for: keep goes on with those that there are, sorry sends everything to the server in sorry, withdraw takes the VIP away, or where bgp alone announces it, its route. sorry where sorry is given, withdraw where bgp announces the VIP, otherwise keep.
   */
  when_empty?: 'keep' | 'sorry' | 'withdraw'
  sorry?: SorryConfig
  weight_from?: WeightFromConfig
}
/**
 * How packets are wrapped for forward = "tunnel".
 */
export interface TunnelConfig {
  /**
   * The encapsulation: IP in IP, Generic UDP Encapsulation, or GRE.
   */
  type?: 'ipip' | 'gue' | 'gre'
  /**
   * UDP port of the backend's gue listener; required for gue.
   */
  port?: number
  /**
   * Checksum of the outer header for gue and gre: none, full, or (gue only) offloaded to the receiver.
   */
  checksum?: 'none' | 'full' | 'remote'
}
/**
 * Overrides the service's tunnel.
 */
export interface TunnelConfig1 {
  /**
   * The encapsulation: IP in IP, Generic UDP Encapsulation, or GRE.
   */
  type?: 'ipip' | 'gue' | 'gre'
  /**
   * UDP port of the backend's gue listener; required for gue.
   */
  port?: number
  /**
   * Checksum of the outer header for gue and gre: none, full, or (gue only) offloaded to the receiver.
   */
  checksum?: 'none' | 'full' | 'remote'
}
/**
 * One health check. A key that says for which types it is has no place in a check of another type.
 */
export interface CheckConfig {
  /**
   * What is asked: tcp opens a connection, http and https want an answer to a request, dns to a query, udp to a datagram, icmp to a ping, grpc to grpc.health.v1, exec runs a program.
   */
  type?: 'tcp' | 'http' | 'https' | 'dns' | 'udp' | 'icmp' | 'grpc' | 'exec'
  /**
   * How often, 100ms to 1d.
   */
  interval?: string
  /**
   * How long everything may take from the first packet to the last byte, at least 1ms; not longer than interval and fast_interval, and by default the shortest of these and 1s.
   */
  timeout?: string
  /**
   * So many good answers in a row bring a backend up.
   */
  rise?: number
  /**
   * So many bad answers in a row take a backend down.
   */
  fall?: number
  /**
   * The interval while a verdict is changing, from 100ms to interval; interval when absent.
   */
  fast_interval?: string
  /**
   * The port that is asked, or that exec gets as {port}; the backend's when absent. All types but icmp.
   */
  port?: number
  /**
   * The local address that is asked from; what the route says when absent. All types but exec.
   */
  source?: string
  ban?: BanConfig
  /**
   * Where the question goes: to the backend itself, or to the VIP through that one backend (forward = "direct" and "tunnel").
   */
  via?: 'backend' | 'vip'
  /**
   * http, https: the method of the request.
   */
  method?: string
  /**
   * http, https: the path that is asked for, with its query.
   */
  path?: string
  /**
   * http, https: the Host header; address and port when absent.
   */
  host?: string
  /**
   * http, https: further headers of the request by name.
   */
  headers?: {
    [k: string]: string
  }
  /**
   * http, https: the right status codes, a number, a range, or a list of these; 200-299 when absent. udp: what the answer begins with, written as in payload; when absent, only an unreachable port is down.
   *
   * @minItems 1
   */
  expect?: number | string | [number | string, ...(number | string)[]]
  /**
   * http, https: text that must stand in the first 64 KiB of the answer's body.
   */
  contains?: string
  /**
   * http, https: how many redirects are followed; 0 = a redirect is an answer like any other.
   */
  redirects?: number
  /**
   * grpc: speaks TLS.
   */
  tls?: boolean
  /**
   * https, grpc with tls: the name that is asked for and that the certificate must carry; for https that in host when absent.
   */
  sni?: string
  /**
   * https, grpc with tls: a PEM file of certificate authorities to trust instead of those of the system.
   */
  ca?: string
  /**
   * https, grpc with tls: false takes any certificate.
   */
  verify?: boolean
  /**
   * https, grpc with tls: warns when the certificate ends within this time; "0s" = never.
   */
  expiry_warning?: string
  /**
   * dns: the name that is asked for; required there.
   */
  name?: string
  /**
   * dns: the type of record that is asked for.
   */
  record?: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT'
  /**
   * dns: the right response code.
   */
  rcode?: 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED'
  /**
   * dns: what one of the answers must be; any answer when absent.
   */
  answer?: string
  /**
   * udp: what is sent: text with \n, \r, \t, \0, \\ and \xHH, or "hex:" with digits; an empty datagram when absent.
   */
  payload?: string
  /**
   * grpc: the service whose health is asked for; the whole server when absent.
   */
  service?: string
  /**
   * exec: the program by its absolute path, and its arguments; {address} and {port} stand for the backend's. Required there, and the path must stand in allow_exec of [node].
   *
   * @minItems 1
   */
  command?: [string, ...string[]]
  /**
   * exec: the user that the program runs as; the one of slb when absent.
   */
  user?: string
}
/**
 * Keeps a backend out that goes down again and again.
 */
export interface BanConfig {
  /**
   * So many times down; -1 = never banned.
   */
  after: number
  /**
   * Within this time, at most 30d; "0s" = since the last ban or the first check.
   */
  window?: string
  /**
   * How long it stays out, 1s to 30d.
   */
  time?: string
}
export interface VipConfig {
  /**
   * An IPv4 or IPv6 address, or a list of them.
   *
   * @minItems 1
   */
  address: string | [string, ...string[]]
  /**
   * Where the address lives: slb0 (a dummy link made by slb), @service (a dummy link named after the service), a link that exists, or external (somebody else puts it there).
   */
  link?: string
  announce?: AnnounceConfig1
  /**
   * The link to the neighbours that announce = "arp" tells. IPv6 addresses that are announced so live on it.
   */
  uplink?: string
  /**
   * The length of the prefix that bgp announces, where it shall be more than the address alone.
   */
  prefix?: number
  communities?: Communities
  /**
   * The metric by which a neighbouring AS chooses between our routers (MULTI_EXIT_DISC).
   */
  med?: number
  /**
   * How much peers in our own AS prefer this route; 100 when absent.
   */
  local_pref?: number
  /**
   * How many times more than once our AS stands in the path, to make this way the longer one.
   */
  prepend?: number
  /**
   * When several virtual services share the address: it is announced while any of them can serve, or only while all can.
   */
  announce_when?: 'any' | 'all'
  /**
   * Who decides which machine has an address that is announced by arp: static means whoever has it in his files.
   */
  owner?: 'static'
}
/**
 * One service: each combination of VIP, port and protocol is one virtual service in the kernel, all with the same backends.
 */
export interface ServiceConfig1 {
  /**
   * The virtual address: an IPv4 or IPv6 address, the name of a [vip.NAME], or a list of these. IPv4 and IPv6 may be mixed.
   *
   * @minItems 1
   */
  vip?: string | [string, ...string[]]
  /**
   * The port, `"80:8080"` (service port : backend port), or a list of these. 0 = all ports, only with persistence.
   *
   * @minItems 1
   */
  port?: number | string | [number | string, ...(number | string)[]]
  /**
   * The transport protocol, or a list of them.
   */
  protocol?: ProtocolName | [ProtocolName, ...ProtocolName[]]
  /**
   * A firewall mark instead of vip and port: packets that carry this mark are balanced.
   */
  fwmark?: number
  /**
   * The address family of a firewall-mark service.
   */
  family?: 'ipv4' | 'ipv6'
  /**
   * How a backend is chosen for a new connection: the name of an IPVS scheduler of the kernel.
   */
  scheduler?: string
  /**
   * Options of the schedulers sh and mh: fallback takes another backend when the hashed one is full or quiesced, port adds the client's port to the hash. By default sh and mh fall back; an empty list turns that off. flag-1 to flag-3 are the bare flags, for schedulers that slb does not know.
   */
  scheduler_flags?: (
    'sh-fallback' | 'sh-port' | 'mh-fallback' | 'mh-port' | 'flag-1' | 'flag-2' | 'flag-3'
  )[]
  forward?: ForwardMethod
  tunnel?: TunnelConfig
  persistence?: PersistenceConfig
  /**
   * Schedules each UDP packet by itself, without a connection entry.
   */
  one_packet?: boolean
  /**
   * Rewrites the source address towards the backends too, so that answers come back through here from any network (one-arm NAT, backends that are also clients). For forward = "nat", and not beside fwmark.
   */
  snat?: boolean
  /**
   * Where the connections go.
   */
  backends?: BackendConfig[]
  /**
   * false drains the whole service and takes it down.
   */
  enabled?: boolean
  /**
   * Takes over what somebody else made in the kernel under this service's keys, without touching a connection.
   */
  adopt?: boolean
  /**
   * How long a removed backend or service may finish its connections before it is deleted; "0s" cuts at once.
   */
  drain?: string
  /**
   * Where the VIP lives, for a literal VIP that only this service uses: see link of [vip.NAME].
   */
  link?: string
  announce?: AnnounceConfig
  /**
   * The link to the neighbours that announce = "arp" tells, for a literal VIP.
   */
  uplink?: string
  check?: ChecksConfig1
  /**
   * What happens to a backend that is down: remove takes it out, quiesce leaves it with weight 0, so that established connections that still work go on. remove when absent, but quiesce where bgp announces the VIP of a service with mh and direct or tunnel forwarding: every machine that announces it then chooses alike.
   */
  on_down?: 'remove' | 'quiesce'
  /**
   * How long a backend that comes up takes to its whole weight, in up to ten steps, at most 1h; "0s" = at once. A weight of 1 has no steps: give backends 10 or more.
   */
  slow_start?: string
  quorum?: QuorumConfig
  /**
   * What happens while fewer backends are up than quorum asks for: keep goes on with those that there are, sorry sends everything to the server in sorry, withdraw takes the VIP away, or where bgp alone announces it, its route. sorry where sorry is given, withdraw where bgp announces the VIP, otherwise keep.
   */
  when_empty?: 'keep' | 'sorry' | 'withdraw'
  sorry?: SorryConfig
  weight_from?: WeightFromConfig
}
/**
 * Kernel settings. auto sets a switch when a service needs it, keep never touches it; a switch that is taken out of the file stays as it is in the kernel.
 */
export interface KernelConfig {
  ip_forward?: Switch
  ipv6_forward?: Switch1
  conntrack?: Switch2
  /**
   * net.ipv4.ping_group_range, needed by icmp checks: the first and the last group that may ping, auto (all groups), or keep.
   */
  ping_group_range?: string
  accept_local?: Switch3
  /**
   * net.ipv4.vs.*: any switch that the kernel has, as a number, true, false, text, auto or keep.
   */
  vs?: {
    [k: string]: number | boolean | string
  }
  timeouts?: TimeoutsConfig
  /**
   * Connection synchronisation with other load balancers: at most one master and one backup.
   */
  sync?: SyncConfig[]
}
/**
 * Timeouts of idle IPVS connections; whole seconds. One that is absent is left alone.
 */
export interface TimeoutsConfig {
  /**
   * An established TCP connection.
   */
  tcp?: string
  /**
   * A TCP connection after a FIN.
   */
  tcpfin?: string
  /**
   * A UDP flow.
   */
  udp?: string
}
export interface SyncConfig {
  /**
   * master sends its connections, backup receives them.
   */
  role: 'master' | 'backup'
  /**
   * The link that the messages go over.
   */
  interface: string
  /**
   * A backup takes only messages of a master with the same number; 0 takes all.
   */
  id?: number
  /**
   * The multicast group.
   */
  group?: string
  /**
   * The UDP port.
   */
  port?: number
  /**
   * Time to live (hop limit) of the messages.
   */
  ttl?: number
  /**
   * The longest message in bytes, at least 1024 for a backup; 0 = what the link's MTU allows.
   */
  maxlen?: number
}
/**
 * How routes to VIPs with announce = "bgp" are told to the network.
 */
export interface BgpConfig {
  /**
   * The number of our autonomous system. Needed, but for speaker = "table".
   */
  as?: number
  /**
   * An IPv4 address that names this machine; when absent, the one that each session is made from.
   */
  router_id?: string
  /**
   * Who speaks to the peers: embedded is slb run itself, and its routes end with it; gobgp is a gobgpd; table puts routes into a routing table of the kernel, from which a BIRD or FRR on this host takes them.
   */
  speaker?: 'embedded' | 'gobgp' | 'table'
  /**
   * The address that sessions are made from; when absent, the kernel chooses.
   */
  local_address?: string
  next_hop?: NextHopConfig
  /**
   * A peer that has not heard of us for so long forgets our routes; 0s, or 3s to 65535s.
   */
  hold?: string
  /**
   * How often peers hear of us; at most a third of hold.
   */
  keepalive?: string
  communities?: Communities1
  /**
   * How much peers in our own AS prefer our routes.
   */
  local_pref?: number
  /**
   * For how long peers are asked to prefer other ways (community graceful-shutdown, RFC 8326) before a route is withdrawn for a drain; at most 5m.
   */
  graceful_shutdown?: string
  /**
   * How long after the withdrawal of a route the network is given before what it led to drains or goes; at most 10s: verdicts wait as long.
   */
  settle?: string
  /**
   * The routing table of speaker = "table".
   */
  table?: number
  gobgp?: GobgpConfig
  /**
   * BGP neighbours by name.
   */
  peer?: {
    [k: string]: PeerConfig
  }
}
/**
 * The addresses that the network shall send packets to; when absent, the address of this machine that each peer knows it by.
 */
export interface NextHopConfig {
  /**
   * For IPv4 routes.
   */
  ipv4?: string
  /**
   * For IPv6 routes.
   */
  ipv6?: string
}
/**
 * Where the gobgpd is, for speaker = "gobgp".
 */
export interface GobgpConfig {
  /**
   * unix:/path of a socket, or host:port. With own = true, unix:/run/slb/gobgpd.sock when absent.
   */
  address?: string
  /**
   * True = slb run starts a gobgpd of its own, which ends with it; it has to be installed.
   */
  own?: boolean
}
export interface PeerConfig {
  /**
   * Its address. Needed, unless preset says it.
   */
  address?: string
  /**
   * The number of its autonomous system; ours for iBGP. Needed, unless preset says it.
   */
  as?: number
  /**
   * The TCP port it listens on.
   */
  port?: number
  /**
   * The address that the session is made from; that of [bgp] when absent.
   */
  local_address?: string
  password?: PasswordConfig
  /**
   * How many hops it is away at most; 1 = on the same network.
   */
  multihop?: number
  /**
   * Take packets only from a peer that is no further away than multihop says (RFC 5082); the peer has to do the same.
   */
  ttl_security?: boolean
  /**
   * For how long the peer keeps our routes when slb ends without a word (RFC 4724), so that a restart is no gap; off when absent. At most 4095s.
   */
  graceful_restart?: string
  /**
   * What it is told of.
   *
   * @minItems 1
   */
  families?: ['ipv4' | 'ipv6', ...('ipv4' | 'ipv6')[]]
  /**
   * It is never told of more routes than this; 0 = of any number.
   */
  max_prefixes?: number
  /**
   * Instead of hold of [bgp].
   */
  hold?: string
  /**
   * Instead of keepalive of [bgp].
   */
  keepalive?: string
  /**
   * What a cloud needs: address, AS and multihop that it prescribes, where nothing else is said here.
   */
  preset?: 'vultr' | 'vultr-ipv6' | 'vultr-bare-metal'
}
/**
 * Where the password of TCP MD5 signatures (RFC 2385) is. It is read whenever a session is made.
 */
export interface PasswordConfig {
  /**
   * A file that holds it.
   */
  file?: string
  /**
   * A variable of slb's environment.
   */
  env?: string
  /**
   * A credential of the service manager (LoadCredential= of systemd).
   */
  credential?: string
}
/**
 * This machine.
 */
export interface NodeConfig {
  /**
   * Its name in messages; the host name when absent.
   */
  name?: string
  /**
   * What the daemon leaves behind when it is stopped: keep leaves everything as it is, so that traffic goes on; drain takes no new connections and waits up to stop_timeout for those that there are; withdraw takes the VIPs from the links.
   */
  on_stop?: 'keep' | 'drain' | 'withdraw'
  /**
   * How long stopping may take for on_stop = "drain"; at most 1h, and less than the service manager allows.
   */
  stop_timeout?: string
  /**
   * What the daemon does about changes of others to what is ours: repair puts it right, alert only says so.
   */
  drift?: 'repair' | 'alert'
  /**
   * How often the daemon compares IPVS with the files, 200ms to 1h; longer where looking would take more than a twentieth of the time.
   */
  drift_interval?: string
  /**
   * How long a file that is written in place must stand still before the daemon reads it, at most 10s.
   */
  settle?: string
  /**
   * Absolute paths of the programs that exec checks may run; none when absent.
   */
  allow_exec?: string[]
}
/**
 * How much one apply may take away without consent.
 */
export interface GuardConfig {
  /**
   * Of the services, the backends, the VIPs, the BGP peers and the routes, of each: a percentage, or a count.
   */
  max_remove?: string | number
}
/**
 * What happens when somebody else already holds what the files ask for.
 */
export interface OwnershipConfig {
  /**
   * refuse leaves it alone and says so, adopt takes it over where no connection is touched, force replaces it.
   */
  conflict?: 'refuse' | 'adopt' | 'force'
}
/**
 * What slb remembers.
 */
export interface StateConfig {
  /**
   * How many applies can be listed and rolled back.
   */
  history?: number
}
