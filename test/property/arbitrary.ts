/**
 * Generators of what operators want, what stands, and what others do.
 *
 * All draw from one small world, so that they meet: the same VIPs, ports, links and backends come up
 * again and again, and wanted keys are held by others more often than in life.
 */
import fc from 'fast-check'
import { type Peer, peerKey, type SpeakerName } from '../../src/model/announcement.ts'
import type { Advert, Announcing, DesiredBgp } from '../../src/model/announcing.ts'
import { noCheckServices } from '../../src/model/check-service.ts'
import type { Desired, DesiredKernel, DesiredService, DesiredVip } from '../../src/model/desired.ts'
import { defaultServing, noChecks } from '../../src/model/health.ts'
import { type Family, familyOf, hostPrefix, type Ip } from '../../src/model/ip.ts'
import {
  type Address,
  compareDestinations,
  type Destination,
  type Forward,
  fwmarkId,
  keyOf,
  type Link,
  type Protocol,
  type Service,
  type ServiceId,
  type Sync,
  type Sysctl,
  serviceId,
  type Tunnel,
} from '../../src/model/rows.ts'
import { type State, stateOf } from '../../src/model/state.ts'
import { record } from './rows.ts'

const vips = ['192.0.2.10', '192.0.2.11', '2001:db8::10', '2001:db8::11'] as Ip[]
const backends4 = ['10.0.0.11', '10.0.0.12', '10.0.0.9', '192.168.7.1'] as Ip[]
const backends6 = ['fd00::11', 'fd00::12', 'fd00:0:0:1::9'] as Ip[]
const ports = [53, 80, 443, 65_535]
const protocols: readonly Protocol[] = ['tcp', 'udp', 'sctp']
const names = ['web', 'dns', 'mail', 'a']

/** The links of the machine before slb comes. */
export const realLinks: readonly Link[] = [
  { name: 'eth0', type: 'device', up: true, owned: false },
  { name: 'eth1', type: 'veth', up: true, owned: false },
  { name: 'lb0', type: 'dummy', up: true, owned: false },
]

/** Kernel limits and both sides of them, and the numbers of everyday. */
const weight = fc.constantFrom(0, 1, 1, 2, 5, 65_535)
const thresholds = fc.constantFrom(
  [0, 0],
  [0, 0],
  [1, 0],
  [1, 1],
  [100, 50],
  [2_147_483_647, 65_536],
)

const tunnel: fc.Arbitrary<Tunnel> = fc.constantFrom<Tunnel>(
  { type: 'ipip', port: 0, checksum: 'none' },
  { type: 'gue', port: 6080, checksum: 'none' },
  { type: 'gue', port: 6080, checksum: 'remote' },
  { type: 'gre', port: 0, checksum: 'full' },
)

const schedulers = fc.constantFrom(
  ...([
    ['wrr', 0],
    ['wrr', 0],
    ['rr', 0],
    ['wlc', 0],
    ['sh', 1],
    ['sh', 3],
    ['mh', 2],
    ['none', 0],
  ] as const),
)

/** A service's own fields, for any id. */
function serviceFields(id: ServiceId, owned: boolean): fc.Arbitrary<Omit<Service, 'destinations'>> {
  const whole = hostPrefix(id.family)
  return fc
    .record({
      scheduler: schedulers,
      persistence: fc.constantFrom(
        [0, whole],
        [0, whole],
        [1, whole],
        [300, whole],
        [300, 24],
        [3_600, 1],
      ),
      engine: fc.constantFrom('', '', '', 'sip'),
      onePacket: fc.boolean(),
    })
    .map(({ scheduler, persistence: [persistence, netmask], engine, onePacket }) => ({
      id,
      scheduler: scheduler[0],
      schedulerFlags: scheduler[1],
      // Port 0 is only for persistent services.
      persistence: id.port === 0 && id.fwmark === 0 ? 60 : (persistence ?? 0),
      netmask: netmask ?? whole,
      engine: id.protocol === 'udp' ? engine : '',
      onePacket: id.protocol === 'udp' && onePacket,
      owned,
    }))
}

/** Destinations that a service of this id can have. */
function destinationsOf(id: ServiceId): fc.Arbitrary<Destination[]> {
  const near = id.family === 'ipv4' ? backends4 : backends6
  const one = fc
    .record({
      address: fc.constantFrom(...near),
      port: fc.constantFrom(...ports),
      forward: fc.constantFrom<Forward>('nat', 'nat', 'nat', 'direct', 'tunnel', 'local'),
      weight,
      thresholds,
      tunnel,
    })
    .map(
      ({ thresholds: [upper = 0, lower = 0], tunnel: wrapping, ...row }): Destination => ({
        service: id,
        ...row,
        port: row.forward === 'nat' ? row.port : id.port,
        upper,
        lower,
        ...(row.forward === 'tunnel' && { tunnel: wrapping }),
      }),
    )
  return fc
    .uniqueArray(one, { maxLength: 5, comparator: (a, b) => compareDestinations(a, b) === 0 })
    .map(rows => rows.sort(compareDestinations))
}

export function serviceOf(id: ServiceId, owned: boolean): fc.Arbitrary<Service> {
  return fc
    .tuple(serviceFields(id, owned), destinationsOf(id))
    .map(([fields, destinations]) => ({ ...fields, destinations }))
}

export const anyId: fc.Arbitrary<ServiceId> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...protocols), fc.constantFrom(...vips), fc.constantFrom(...ports, 0))
      .map(([protocol, ip, port]) => serviceId(protocol, familyOf(ip), ip, port)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(1, 4_294_967_295), fc.constantFrom<Family>('ipv4', 'ipv6'))
      .map(([mark, family]) => fwmarkId(mark, family)),
  },
)

type Home = 'slb0' | '@service' | 'eth0' | 'external'
/** Where each VIP lives: one answer a VIP, whoever uses it. */
const homes = fc.array(fc.constantFrom<Home>('slb0', 'slb0', '@service', 'eth0', 'external'), {
  minLength: vips.length,
  maxLength: vips.length,
})

interface Draft {
  readonly listeners: readonly Service[]
  readonly enabled: boolean
  readonly snat: boolean
  readonly drain: number
}

const service: fc.Arbitrary<Draft> = record<Draft>({
  listeners: fc
    .uniqueArray(anyId, { minLength: 1, maxLength: 3, selector: id => id.key })
    .chain(ids => fc.tuple(...ids.map(id => serviceOf(id, true)))),
  enabled: fc.constantFrom(true, true, true, true, false),
  snat: fc.constantFrom(false, false, false, true),
  drain: fc.constantFrom(0, 1, 60_000),
})

function syncOf(role: Sync['role']): fc.Arbitrary<Sync> {
  return record<Sync>({
    role: fc.constant(role),
    interface: fc.constantFrom('eth0', 'eth0', 'eth1'),
    id: fc.constantFrom(1, 1, 255),
    group: fc.constantFrom('224.0.0.81' as Ip, '224.0.0.81' as Ip, '239.1.1.1' as Ip),
    port: fc.constantFrom(8848, 8848, 8849),
    ttl: fc.constantFrom(1, 1, 255),
    // 0 leaves it to the kernel; a backup's buffer has at least 1024 bytes.
    maxlen: fc.constantFrom(0, 1472, 1024),
  })
}

const kernel: fc.Arbitrary<DesiredKernel> = fc
  .record({
    sysctl: fc.subarray<Sysctl>([
      { name: 'net.ipv4.ip_forward', value: '1' },
      { name: 'net.ipv4.ip_forward', value: '0' },
      { name: 'net.ipv4.vs.sloppy_tcp', value: '1' },
      { name: 'net.ipv4.vs.sync_threshold', value: '8 32' },
    ]),
    keep: fc.subarray(['net.ipv6.conf.all.forwarding', 'net.ipv4.vs.conntrack']),
    timeouts: fc.constantFrom({}, { udp: 10 }, { tcp: 900, tcpfin: 120, udp: 300 }),
    sync: fc.tuple(syncOf('master'), syncOf('backup')).chain(both => fc.subarray<Sync>(both)),
  })
  .map(({ sysctl, keep, timeouts, sync }) => ({
    sysctl: new Map(sysctl.map(row => [row.name, row.value])),
    keep: new Set(keep),
    ...(Object.keys(timeouts).length > 0 && { timeouts }),
    sync,
  }))

const peers: fc.Arbitrary<readonly Peer[]> = fc
  .uniqueArray(
    record<Pick<Peer, 'address' | 'as' | 'hold' | 'gracefulRestart' | 'families'>>({
      address: fc.constantFrom('10.0.0.1' as Ip, '10.0.0.2' as Ip, 'fd00::1' as Ip),
      as: fc.constantFrom(65_001, 65_002),
      hold: fc.constantFrom(9, 9, 90),
      gracefulRestart: fc.constantFrom(0, 0, 120),
      families: fc.constantFrom<readonly Family[]>(['ipv4', 'ipv6'], ['ipv4']),
    }),
    { minLength: 1, maxLength: 3, selector: row => row.address },
  )
  .map(rows =>
    rows.map(row => ({
      speaker: 'embedded',
      port: 179,
      localAs: 65_000,
      keepalive: 3,
      multihop: 1,
      ttlSecurity: false,
      maxPrefixes: 0,
      ...row,
    })),
  )

/** By an embedded speaker, by a gobgpd, or by a routing table: from one configuration to the next that may change. */
const bgp: fc.Arbitrary<DesiredBgp> = fc
  .record({
    speaker: fc.constantFrom<SpeakerName>('embedded', 'embedded', 'gobgp', 'table'),
    peers,
    communities: fc.subarray(['65000:100', '9:1']),
    table: fc.constantFrom(198, 199),
    api: fc.constantFrom('unix:/run/a.sock', 'unix:/run/b.sock'),
  })
  .map(({ speaker, peers: all, communities, table, api }) => {
    const own = speaker === 'gobgp' ? { speaker, api } : { speaker: 'embedded' as const }
    const rows = speaker === 'table' ? [] : all.map(row => ({ ...row, ...own }))
    return {
      speaker,
      peers: rows,
      peerNames: new Map(rows.map(row => [peerKey(row), `peer-${row.address}`])),
      nextHop: {},
      communities,
      largeCommunities: [],
      localPref: 100,
      table,
      gracefulShutdown: 2000,
      settle: 1000,
      gobgp: { address: api, own: false },
    }
  })

interface Telling {
  readonly bgp: DesiredBgp | undefined
  /** How each VIP is announced: to neighbours, by BGP. */
  readonly ways: readonly (readonly [boolean, boolean])[]
  /** VIPs within one prefix are one route, and have to say the same of it. */
  readonly wide: boolean
  readonly advert: Advert
  readonly when: Announcing['when']
}

const telling = record<Telling>({
  bgp: fc.option(bgp, { nil: undefined }),
  ways: fc.array(
    fc.constantFrom<[boolean, boolean]>([false, false], [true, false], [false, true], [true, true]),
    {
      minLength: vips.length,
      maxLength: vips.length,
    },
  ),
  wide: fc.constantFrom(false, false, true),
  advert: record<Advert>({
    communities: fc.subarray(['10:1', '9:2']),
    largeCommunities: fc.subarray(['65000:1:2']),
    prepend: fc.constantFrom(0, 0, 2),
  }),
  when: fc.constantFrom('any', 'any', 'all'),
})

function announced({ address, link, ...vip }: DesiredVip, index: number, how: Telling): DesiredVip {
  const [neighbours = false, routers = false] = how.ways[index] ?? []
  const family = familyOf(address)
  const arp = neighbours && link !== undefined
  const byBgp = routers && how.bgp !== undefined
  if (!arp && !byBgp) return { address, ...(link !== undefined && { link }), ...vip }
  const said =
    how.bgp?.speaker === 'table'
      ? { communities: [], largeCommunities: [], prepend: 0 }
      : how.advert
  const prefix = how.wide ? { prefix: family === 'ipv4' ? 24 : 64 } : {}
  const announcing: Announcing = {
    ...(arp && { uplink: 'eth0' }),
    ...(byBgp && { bgp: { ...said, ...prefix } }),
    when: how.when,
  }
  // The kernel answers no solicitation for an address of another link.
  const near = arp && family === 'ipv6'
  return {
    address,
    ...vip,
    ...(link !== undefined && { link: near ? 'eth0' : link }),
    ownLink: vip.ownLink && !near,
    announcing,
  }
}

/** A whole configuration as `resolve` would give it: keys unique over all services, VIPs counted. */
export const desired: fc.Arbitrary<Desired> = fc
  .record({ services: fc.array(service, { maxLength: names.length }), homes, kernel, how: telling })
  .map(({ services, homes: at, kernel: settings, how }) => {
    const taken = new Set<string>()
    const kept: DesiredService[] = []
    for (const [index, { listeners, ...rest }] of services.entries()) {
      const free = listeners.filter(row => !taken.has(row.id.key))
      for (const row of free) taken.add(row.id.key)
      const name = names[index] ?? ''
      if (free.length > 0)
        kept.push({
          name,
          file: 'slb.toml',
          listeners: free,
          adopt: false,
          checks: noChecks,
          checkServices: noCheckServices,
          serving: defaultServing,
          ...rest,
        })
    }
    return {
      services: kept,
      vips: vipsOf(kept, at).map(vip => announced(vip, vips.indexOf(vip.address), how)),
      ...(how.bgp && { bgp: how.bgp }),
      kernel: settings,
      guard: { maxRemove: { share: 1 } },
      conflict: 'refuse',
      history: 50,
      node: {
        onStop: 'keep',
        stopTimeout: 30_000,
        drift: 'repair',
        driftInterval: 2000,
        settle: 250,
      },
    }
  })

function vipsOf(services: readonly DesiredService[], at: readonly Home[]): DesiredVip[] {
  return vips.flatMap((address, index) => {
    const users = services
      .filter(one => one.listeners.some(row => row.id.address === address))
      .map(one => one.name)
      .sort()
    const [first] = users
    const home = at[index] ?? 'slb0'
    if (first === undefined) return []
    const own = home === 'slb0' || home === '@service'
    const link = home === '@service' ? `svc-${first}` : home
    return [{ address, ...(home !== 'external' && { link }), ownLink: own, services: users }]
  })
}

/** Objects that slb did not make, in the same small world: some hold keys that slb will want. */
export const foreign: fc.Arbitrary<State> = fc
  .record({
    services: fc
      .uniqueArray(anyId, { maxLength: 4, selector: id => id.key })
      .chain(ids => fc.tuple(...ids.map(id => serviceOf(id, false)))),
    links: fc.subarray<Link>(
      [
        { name: 'slb0', type: 'dummy', up: true, owned: false },
        { name: 'svc-web', type: 'veth', up: true, owned: false },
      ],
      { maxLength: 1 },
    ),
    bare: fc.constantFrom(true, true, true, false),
    addresses: fc.subarray<Address>([
      address('eth0', '10.0.0.1', 24),
      address('eth0', '192.0.2.10', 32),
      address('eth1', '192.0.2.11', 24),
      address('lb0', '192.0.2.11', 32),
      address('eth0', '2001:db8::10', 128),
      address('slb0', '192.0.2.99', 32),
      address('slb0', '192.0.2.10', 32),
    ]),
    sync: fc.subarray<Sync>([
      {
        role: 'backup',
        interface: 'eth0',
        id: 9,
        group: '224.0.0.99' as Ip,
        port: 8848,
        ttl: 1,
        maxlen: 1472,
      },
    ]),
  })
  .map(({ services, links, bare, addresses, sync }) => {
    const all = bare ? realLinks : [...realLinks, ...links]
    const there = new Set(all.map(link => link.name))
    return stateOf({
      link: byKey(keyOf.link, all),
      service: byKey(keyOf.service, services),
      address: byKey(
        keyOf.address,
        addresses.filter(row => there.has(row.link)),
      ),
      sync: byKey(keyOf.sync, sync),
    })
  })

function address(link: string, ip: string, prefix: number, owned = false): Address {
  return { link, address: ip as Ip, prefix, nodad: false, dadFailed: false, owned }
}

/** Rows that carry our mark and that no journal knows: what an apply left that nobody remembers. */
export const forgotten: fc.Arbitrary<State> = fc
  .record({
    services: fc
      .uniqueArray(anyId, { maxLength: 3, selector: id => id.key })
      .chain(ids => fc.tuple(...ids.map(id => serviceOf(id, true)))),
    link: fc.subarray<Link>([{ name: 'slb0', type: 'dummy', up: true, owned: true }]),
    up: fc.boolean(),
    addresses: fc.subarray<Address>([
      address('slb0', '192.0.2.10', 32, true),
      address('slb0', '192.0.2.77', 32, true),
      address('eth0', '192.0.2.11', 32, true),
    ]),
  })
  .map(({ services, link, up, addresses }) =>
    stateOf({
      link: byKey(
        keyOf.link,
        link.map(row => ({ ...row, up })),
      ),
      service: byKey(keyOf.service, services),
      address: byKey(
        keyOf.address,
        addresses.filter(row => row.link === 'eth0' || link.length > 0),
      ),
    }),
  )

/** One State over another; where keys meet, the upper one wins. */
export function over(upper: State, lower: State): State {
  const merged = Object.entries(lower).map(([kind, rows]) => [
    kind,
    new Map([...rows, ...upper[kind as keyof State]]),
  ])
  return Object.fromEntries(merged) as unknown as State
}

function byKey<Row>(key: (row: Row) => string, rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map(row => [key(row), row]))
}
