/** Generators of rows and States, wild ones: everything that the types allow and a kernel could show. */
import fc from 'fast-check'
import type { PasswordSource, Peer, Route } from '../../src/model/announcement.ts'
import { type Family, familyOf, hostPrefix, type Ip, readIp } from '../../src/model/ip.ts'
import {
  type Address,
  compareDestinations,
  type Destination,
  fwmarkId,
  type Kind,
  keyOf,
  type Link,
  type Rows,
  type Service,
  type ServiceId,
  type Sync,
  serviceId,
  type Timeouts,
  type Tunnel,
} from '../../src/model/rows.ts'
import type { State } from '../../src/model/state.ts'

/** Plain objects like those that the program makes, with a prototype. */
export function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>
}

/** Addresses of both families, edges first: all zeros, all ones, IPv4-mapped. */
export const ip4: fc.Arbitrary<Ip> = fc
  .oneof(
    fc.constantFrom(new Uint8Array(4), new Uint8Array(4).fill(255)),
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
  )
  .map(bytes => readIp(bytes, 0, 'ipv4'))

export const ip6: fc.Arbitrary<Ip> = fc
  .oneof(
    fc.constantFrom(
      new Uint8Array(16),
      new Uint8Array(16).fill(255),
      Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]),
    ),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    // Runs of zeros, where RFC 5952 has its rules.
    fc
      .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
      .map(bytes => Uint8Array.from(bytes)),
  )
  .map(bytes => readIp(bytes, 0, 'ipv6'))

const ofFamily = (family: Family): fc.Arbitrary<Ip> => (family === 'ipv4' ? ip4 : ip6)

export const port: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 80, 8080, 65_535),
  fc.integer({ min: 0, max: 65_535 }),
)

/** u32 with its edges. */
const u32 = fc.oneof(
  fc.constantFrom(0, 1, 300, 65_535, 65_536, 2_147_483_647),
  fc.integer({ min: 0, max: 4_294_967_295 }),
)

const weight = fc.oneof(
  fc.constantFrom(0, 1, 65_535, 2_147_483_647),
  fc.integer({ min: 0, max: 300 }),
)

/** Names as a hostile file system or kernel could hand them out. */
const text = fc.oneof(
  fc.constantFrom(
    'eth0',
    'ours',
    '',
    'a b',
    ' ',
    '"',
    '\\',
    '#',
    '->',
    '=',
    'x\ty',
    'two  blanks',
    '\u2028',
  ),
  fc.string({ unit: 'grapheme', maxLength: 15 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
)

export const anyServiceId: fc.Arbitrary<ServiceId> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
      fc.oneof(ip4, ip6),
      port,
    )
    .map(([protocol, ip, at]) => serviceId(protocol, familyOf(ip), ip, at)),
  fc
    .tuple(u32, fc.constantFrom('ipv4' as const, 'ipv6' as const))
    .map(([mark, family]) => fwmarkId(mark, family)),
)

const tunnel: fc.Arbitrary<Tunnel> = record({
  type: fc.constantFrom('ipip', 'gue', 'gre'),
  port,
  checksum: fc.constantFrom('none', 'full', 'remote'),
})

export function anyDestination(service: ServiceId): fc.Arbitrary<Destination> {
  const base = {
    service: fc.constant(service),
    address: fc.oneof(ip4, ip6),
    port,
    weight,
    upper: u32,
    lower: u32,
  }
  const plain = record({ ...base, forward: fc.constantFrom('nat', 'direct', 'tunnel', 'local') })
  return fc.oneof(
    plain,
    record({ ...base, forward: fc.constant('tunnel'), tunnel }),
  ) as fc.Arbitrary<Destination>
}

export const anyService: fc.Arbitrary<Service> = anyServiceId.chain(id =>
  record({
    id: fc.constant(id),
    scheduler: fc.oneof(fc.constantFrom('wrr', 'sh', 'mh', 'none'), text),
    schedulerFlags: fc.integer({ min: 0, max: 7 }),
    persistence: u32,
    netmask: fc.oneof(
      fc.constant(hostPrefix(id.family)),
      fc.integer({ min: 0, max: hostPrefix(id.family) }),
    ),
    engine: fc.oneof(fc.constantFrom('', 'sip', 'ours'), text),
    onePacket: fc.boolean(),
    owned: fc.boolean(),
    destinations: fc
      .uniqueArray(anyDestination(id), {
        maxLength: 4,
        comparator: (a, b) => compareDestinations(a, b) === 0,
      })
      .map(rows => rows.sort(compareDestinations)),
  }),
)

const seconds = fc.option(u32, { nil: undefined })
export const anyTimeouts: fc.Arbitrary<Timeouts> = record({
  tcp: seconds,
  tcpfin: seconds,
  udp: seconds,
}).map(row => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)))

export const anySync: fc.Arbitrary<Sync> = record({
  role: fc.constantFrom('master', 'backup'),
  interface: text,
  id: fc.integer({ min: 0, max: 255 }),
  group: fc.oneof(ip4, ip6),
  port,
  ttl: fc.integer({ min: 0, max: 255 }),
  maxlen: port,
})

const anyLink: fc.Arbitrary<Link> = record({
  name: text,
  type: text,
  up: fc.boolean(),
  owned: fc.boolean(),
})

const anyAddress: fc.Arbitrary<Address> = fc.constantFrom<Family>('ipv4', 'ipv6').chain(family =>
  record({
    link: text,
    address: ofFamily(family),
    prefix: fc.integer({ min: 0, max: hostPrefix(family) }),
    nodad: fc.boolean(),
    dadFailed: fc.boolean(),
    owned: fc.boolean(),
  }),
)

const community = fc
  .tuple(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 65_535 }))
  .map(([high, low]) => `${high}:${low}`)

const password: fc.Arbitrary<PasswordSource> = fc.oneof(
  text.map(file => ({ file })),
  text.map(env => ({ env })),
  text.map(credential => ({ credential })),
)

/** Without the fields that are undefined: a row lacks what it does not say. */
function without<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as T
}

const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(one, { nil: undefined })

const anyPeer: fc.Arbitrary<Peer> = (
  record({
    speaker: fc.constantFrom('embedded', 'gobgp'),
    api: maybe(text),
    address: fc.oneof(ip4, ip6),
    port,
    as: u32,
    localAs: u32,
    routerId: maybe(ip4),
    localAddress: maybe(fc.oneof(ip4, ip6)),
    hold: port,
    keepalive: port,
    multihop: fc.integer({ min: 0, max: 255 }),
    ttlSecurity: fc.boolean(),
    gracefulRestart: port,
    families: fc.constantFrom<readonly Family[]>([], ['ipv4'], ['ipv6'], ['ipv4', 'ipv6']),
    maxPrefixes: u32,
    password: maybe(password),
  }) as fc.Arbitrary<Peer>
).map(without)

const anyRoute: fc.Arbitrary<Route> = fc
  .constantFrom<Family>('ipv4', 'ipv6')
  .chain(
    family =>
      record({
        speaker: fc.constantFrom('embedded', 'gobgp', 'table'),
        api: maybe(text),
        address: ofFamily(family),
        prefix: fc.integer({ min: 0, max: hostPrefix(family) }),
        nextHop: maybe(ofFamily(family)),
        communities: fc.array(community, { maxLength: 3 }),
        largeCommunities: fc.array(
          community.map(one => `65000:${one}`),
          { maxLength: 2 },
        ),
        med: maybe(u32),
        localPref: maybe(u32),
        prepend: fc.integer({ min: 0, max: 255 }),
        table: maybe(u32),
        owned: fc.boolean(),
      }) as fc.Arbitrary<Route>,
  )
  .map(without)

/** A map of rows by their canonical key; of two rows with one key the last stays. */
function mapOf<K extends Kind>(
  kind: K,
  row: fc.Arbitrary<Rows[K]>,
  maxLength = 4,
): fc.Arbitrary<Map<string, Rows[K]>> {
  return fc
    .array(row, { maxLength })
    .map(rows => new Map(rows.map(one => [keyOf[kind](one), one] as const)))
}

/** Any State at all. */
export const anyState: fc.Arbitrary<State> = record({
  sysctl: mapOf('sysctl', record({ name: text, value: text })),
  timeouts: mapOf('timeouts', anyTimeouts, 1),
  sync: mapOf('sync', anySync),
  link: mapOf('link', anyLink),
  service: mapOf('service', anyService),
  address: mapOf('address', anyAddress),
  snat: mapOf('snat', record({ service: anyServiceId })),
  arp: mapOf('arp', record({ link: text, address: fc.oneof(ip4, ip6) })),
  peer: mapOf('peer', anyPeer),
  route: mapOf('route', anyRoute),
})
