/** The IPVS table on a real kernel, cross-checked with ipvsadm(8). */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Op } from '../../src/model/change.ts'
import type { Ip } from '../../src/model/ip.ts'
import {
  compareDestinations,
  type Destination,
  fwmarkId,
  keyOf,
  type Service,
  type ServiceId,
  type Sync,
  serviceId,
} from '../../src/model/rows.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'
import type { Table } from '../../src/table/table.ts'
import { backend, building, gre, gue, ipip, service, web, web6 } from './ipvs-rows.ts'
import { listed, saved, savedLines } from './ipvsadm.ts'
import { enterFreshNamespace, ip, run } from './namespace.ts'

const test = suite<{ table: Table }>('ipvs')

test.before.each(context => {
  enterFreshNamespace()
  context.table = ipvsTable()
})
test.after.each(({ table }) => table.close())

async function build(table: Table, ...rows: Service[]): Promise<void> {
  assert.equal(await table.apply(rows.flatMap(building)), [])
}

async function read(table: Table): Promise<Service[]> {
  const { service: rows } = await table.read()
  return [...(rows?.values() ?? [])]
}

/** Asserts that the kernel holds these services and nothing else, by our reading and by ipvsadm's. */
async function holds(table: Table, ...rows: Service[]): Promise<void> {
  const byKey = (a: Service, b: Service): number => (a.id.key < b.id.key ? -1 : 1)
  assert.equal((await read(table)).sort(byKey), rows.sort(byKey))
  assert.equal(saved(), rows.flatMap(savedLines).sort())
}

test('an empty table reads as empty', async ({ table }) => {
  const { service: services, sync, timeouts } = await table.read()
  assert.is(services?.size, 0)
  assert.is(sync?.size, 0)
  assert.equal(timeouts?.get('timeouts'), { tcp: 900, tcpfin: 120, udp: 300 })
})

test('services of every protocol and family stand side by side', async ({ table }) => {
  const ids = (['tcp', 'udp', 'sctp'] as const).flatMap(protocol => [
    serviceId(protocol, 'ipv4', '192.0.2.10' as Ip, 80),
    serviceId(protocol, 'ipv6', '2001:db8::10' as Ip, 80),
  ])
  const rows = [...ids, fwmarkId(7, 'ipv4'), fwmarkId(7, 'ipv6')].map(id => service(id))
  await build(table, ...rows)
  await holds(table, ...rows)
})

const destinationsOfAllKinds = [
  backend(web, '10.0.0.1'),
  backend(web, '10.0.0.1', { port: 8081 }),
  backend(web, '10.0.0.10', { forward: 'direct', port: 80, weight: 0 }),
  backend(web, '10.0.0.2', { forward: 'tunnel', tunnel: ipip(), weight: 2_147_483_647 }),
  backend(web, '10.0.0.3', { forward: 'tunnel', tunnel: gue(6080, 'none') }),
  backend(web, '10.0.0.4', { forward: 'tunnel', tunnel: gue(6080, 'full') }),
  backend(web, '10.0.0.5', { forward: 'tunnel', tunnel: gue(6080, 'remote') }),
  backend(web, '10.0.0.6', { forward: 'tunnel', tunnel: gre('none') }),
  backend(web, '10.0.0.7', { forward: 'tunnel', tunnel: gre('full') }),
  backend(web, '127.0.0.1', { forward: 'nat' }),
  backend(web, '2001:db8:1::1', { forward: 'tunnel', tunnel: ipip() }),
].sort(compareDestinations)

test('destinations of every way of forwarding, sorted whatever the order they came in', async ({
  table,
}) => {
  const row = service(web, { destinations: destinationsOfAllKinds })
  const [first, ...rest] = building(row)
  assert.equal(await table.apply(first ? [first, ...rest.reverse()] : []), [])
  await holds(table, row)
})

test('the address family of a destination crosses by tunnel, either way', async ({ table }) => {
  const four = service(web, {
    destinations: [backend(web, '2001:db8:1::1', { forward: 'tunnel', tunnel: ipip() })],
  })
  const six = service(web6, {
    destinations: [
      backend(web6, '10.0.0.1', { forward: 'tunnel', tunnel: gue(6080, 'full') }),
      backend(web6, 'fd00::1'),
    ],
  })
  await build(table, four, six)
  await holds(table, four, six)
  const leaving = [...four.destinations, ...six.destinations]
  const down = leaving.map(row => ({ op: 'delete', kind: 'destination', row }) as const)
  assert.equal(await table.apply(down), [])
  await holds(table, { ...four, destinations: [] }, { ...six, destinations: [] })
})

const serviceEdits: readonly [string, ServiceId, Partial<Service>, Partial<Service>][] = [
  ['scheduler', web, {}, { scheduler: 'lc' }],
  ['no scheduler', web, {}, { scheduler: 'none' }],
  ['scheduler flags on', web, { scheduler: 'sh' }, { scheduler: 'sh', schedulerFlags: 3 }],
  [
    'scheduler flags off',
    web,
    { scheduler: 'mh', schedulerFlags: 3 },
    { scheduler: 'mh', schedulerFlags: 2 },
  ],
  ['persistence on', web, {}, { persistence: 300 }],
  ['persistence off', web, { persistence: 300 }, {}],
  ['persistence', web, { persistence: 300 }, { persistence: 301 }],
  ['IPv4 netmask', web, { persistence: 300 }, { persistence: 300, netmask: 24 }],
  ['IPv6 netmask', web6, { persistence: 300 }, { persistence: 300, netmask: 64 }],
  ['one-packet on', serviceId('udp', 'ipv4', '192.0.2.10' as Ip, 53), {}, { onePacket: true }],
  ['one-packet off', serviceId('udp', 'ipv4', '192.0.2.10' as Ip, 53), { onePacket: true }, {}],
  ['engine on', web, { persistence: 9 }, { persistence: 9, engine: 'sip' }],
  ['engine off', web, { persistence: 9, engine: 'sip' }, { persistence: 9 }],
  ['our mark lost and found', web, { owned: false }, {}],
  ['our mark taken off', web, {}, { owned: false }],
]

for (const [what, id, from, to] of serviceEdits)
  test(`one field of a service changes in place: ${what}`, async ({ table }) => {
    const destinations = [backend(id, id.family === 'ipv4' ? '10.0.0.1' : 'fd00::1')]
    const before = service(id, { ...from, destinations })
    const after = service(id, { ...to, destinations })
    const neighbour = service(fwmarkId(1, 'ipv4'))
    await build(table, before, neighbour)
    await holds(table, before, neighbour)
    const change = { op: 'update', kind: 'service', row: after, from: before } as const
    assert.equal(await table.apply([change]), [])
    await holds(table, after, neighbour)
  })

const tunnelled = { forward: 'tunnel', tunnel: gue(6080, 'none') } as const

const destinationEdits: readonly [string, Partial<Destination>, Partial<Destination>][] = [
  ['weight', {}, { weight: 5 }],
  ['weight to nothing', {}, { weight: 0 }],
  ['upper threshold', {}, { upper: 100 }],
  ['lower threshold', { upper: 100 }, { upper: 100, lower: 50 }],
  ['thresholds off', { upper: 100, lower: 50 }, {}],
  ['nat to direct', {}, { forward: 'direct' }],
  ['direct to nat', { forward: 'direct' }, {}],
  ['nat to tunnel', {}, tunnelled],
  ['tunnel to nat', tunnelled, {}],
  ['nat to local', {}, { forward: 'local' }],
  ['tunnel type', tunnelled, { ...tunnelled, tunnel: gre('none') }],
  ['tunnel port', tunnelled, { ...tunnelled, tunnel: gue(6081, 'none') }],
  ['tunnel checksum', tunnelled, { ...tunnelled, tunnel: gue(6080, 'remote') }],
]

for (const [what, from, to] of destinationEdits)
  test(`one field of a destination changes in place: ${what}`, async ({ table }) => {
    const before = backend(web, '10.0.0.1', from)
    const after = backend(web, '10.0.0.1', to)
    const neighbour = backend(web, '10.0.0.2')
    await build(table, service(web, { destinations: [before, neighbour] }))
    const change = { op: 'update', kind: 'destination', row: after, from: before } as const
    assert.equal(await table.apply([change]), [])
    const [row] = await read(table)
    assert.equal(row?.destinations, [after, neighbour])
    if (after.forward !== 'local')
      assert.equal(saved(), savedLines(service(web, { destinations: [after, neighbour] })).sort())
    const limits = listed('--thresholds').find(line => line.startsWith('-> 10.0.0.1:8080'))
    assert.match(limits ?? '', `-> 10.0.0.1:8080 ${after.upper} ${after.lower} `)
  })

test('a drain sets the weight to 0 and leaves all else; that of a service writes nothing', async ({
  table,
}) => {
  const row = backend(web, '10.0.0.1', { weight: 7, upper: 10, ...tunnelled })
  const before = service(web, { destinations: [row] })
  await build(table, before)
  assert.equal(await table.apply([{ op: 'drain', kind: 'service', row: before }]), [])
  await holds(table, before)
  assert.equal(await table.apply([{ op: 'drain', kind: 'destination', row }]), [])
  await holds(table, service(web, { destinations: [{ ...row, weight: 0 }] }))
})

test('deleting a service takes its destinations with it; deleting one leaves the others', async ({
  table,
}) => {
  const one = backend(web, '10.0.0.1')
  const two = backend(web, '10.0.0.2')
  const row = service(web, { destinations: [one, two] })
  const other = service(web6)
  await build(table, row, other)
  assert.equal(await table.apply([{ op: 'delete', kind: 'destination', row: one }]), [])
  await holds(table, service(web, { destinations: [two] }), other)
  assert.equal(await table.apply([{ op: 'delete', kind: 'service', row }]), [])
  await holds(table, other)
})

test('replacing makes anew, whether or not the old one is still there', async ({ table }) => {
  await build(table, service(web))
  for (const op of ['replace', 'delete', 'replace'] satisfies Op[]) {
    const change = { op, kind: 'service', row: service(web, { scheduler: 'rr' }) } as const
    assert.equal(await table.apply([change]), [])
  }
  await holds(table, service(web, { scheduler: 'rr' }))
})

test('a service that ipvsadm made is not ours until it is adopted', async ({ table }) => {
  run(undefined, 'ipvsadm', '-A', '-t', '192.0.2.10:80', '-s', 'wrr')
  run(undefined, 'ipvsadm', '-a', '-t', '192.0.2.10:80', '-r', '10.0.0.1:8080', '-m')
  const destinations = [backend(web, '10.0.0.1')]
  const theirs = service(web, { owned: false, destinations })
  await holds(table, theirs)
  const row = service(web, { destinations })
  assert.equal(await table.apply([{ op: 'adopt', kind: 'service', row, from: theirs }]), [])
  await holds(table, row)
})

test('ipvsadm -E takes the mark off, and it shows', async ({ table }) => {
  await build(table, service(web))
  run(undefined, 'ipvsadm', '-E', '-t', '192.0.2.10:80', '-s', 'wrr')
  await holds(table, service(web, { owned: false }))
})

test('named services are read alone, and those that do not exist are not there', async ({
  table,
}) => {
  const row = service(web, { destinations: [backend(web, '10.0.0.1')] })
  await build(table, row, service(web6))
  const { service: found } = await table.read({ services: [web, fwmarkId(9, 'ipv4')] })
  assert.equal([...(found ?? [])], [[web.key, row]])
  assert.is((await table.read({ services: [] })).service?.size, 0)
})

test('timeouts: one that is not named stays', async ({ table }) => {
  assert.equal(await table.apply([{ op: 'update', kind: 'timeouts', row: { tcp: 100 } }]), [])
  assert.equal(listed('--timeout'), ['Timeout (tcp tcpfin udp): 100 120 300'])
  const rest = { tcpfin: 7, udp: 2_147_483 }
  assert.equal(await table.apply([{ op: 'update', kind: 'timeouts', row: rest }]), [])
  assert.equal(listed('--timeout'), ['Timeout (tcp tcpfin udp): 100 7 2147483'])
  const { timeouts } = await table.read()
  assert.equal(timeouts?.get('timeouts'), { tcp: 100, ...rest })
})

const master: Sync = {
  role: 'master',
  interface: 'd0',
  id: 5,
  group: '224.0.0.81' as Ip,
  port: 8848,
  ttl: 1,
  maxlen: 1400,
}

test('sync daemons start, are replaced and stop; IPv4 and IPv6 groups', async ({ table }) => {
  ip(undefined, 'link add d0 type dummy', 'link set d0 up', 'address add 10.9.0.1/24 dev d0')
  ip(undefined, 'address add fd09::1/64 dev d0 nodad')
  const backup: Sync = { ...master, role: 'backup', group: 'ff02::1:81' as Ip, id: 6, ttl: 3 }
  const starting = [master, backup].map(row => ({ op: 'create', kind: 'sync', row }) as const)
  assert.equal(await table.apply(starting), [])
  assert.equal(listed('--daemon'), [
    'master sync daemon (mcast=d0, syncid=5, maxlen=1400, group=224.0.0.81, port=8848, ttl=1)',
    'backup sync daemon (mcast=d0, syncid=6, maxlen=1400, group=ff02::1:81, port=8848, ttl=3)',
  ])
  const { sync } = await table.read()
  assert.equal(sync?.get(keyOf.sync(master)), master)
  assert.equal(sync?.get(keyOf.sync(backup)), backup)
  const changed = { ...master, id: 9, port: 9000, ttl: 2, maxlen: 1000 }
  const replace = { op: 'replace', kind: 'sync', row: changed, from: master } as const
  assert.equal(await table.apply([replace]), [])
  assert.equal((await table.read()).sync?.get(keyOf.sync(master)), changed)
  const stopping = [changed, backup].map(row => ({ op: 'delete', kind: 'sync', row }) as const)
  assert.equal(await table.apply(stopping), [])
  assert.is((await table.read()).sync?.size, 0)
})

test('changes of other kinds are passed over', async ({ table }) => {
  const row = { link: 'lo', address: '192.0.2.1' as Ip, prefix: 32, nodad: true }
  const change = {
    op: 'create',
    kind: 'address',
    row: { ...row, dadFailed: false, owned: true },
  } as const
  assert.equal(await table.apply([change]), [])
})

test.run()
