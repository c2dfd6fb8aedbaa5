/** The kernel in memory against the real one: the same writes, the same answers, the same table. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change, Op } from '../../src/model/change.ts'
import { hostPrefix, type Ip } from '../../src/model/ip.ts'
import {
  type Destination,
  fwmarkId,
  type Link,
  type Service,
  type ServiceId,
  type Sync,
  serviceId,
  type Tunnel,
} from '../../src/model/rows.ts'
import { type State, stateOf } from '../../src/model/state.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'
import { memoryTable } from '../../src/table/memory.ts'
import { toText } from '../../src/table/snapshot.ts'
import type { Table } from '../../src/table/table.ts'
import { record } from '../property/rows.ts'
import { check } from '../property/runs.ts'
import { enterFreshNamespace, ip } from './namespace.ts'

const ids: readonly ServiceId[] = [
  serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 80),
  serviceId('udp', 'ipv4', '192.0.2.10' as Ip, 80),
  serviceId('tcp', 'ipv6', '2001:db8::10' as Ip, 80),
  fwmarkId(7, 'ipv4'),
  fwmarkId(7, 'ipv6'),
]

const anyService = fc.constantFrom(...ids).chain(id =>
  record<Service>({
    id: fc.constant(id),
    scheduler: fc.constantFrom('wrr', 'sh', 'none', 'nosuch'),
    schedulerFlags: fc.constantFrom(0, 1, 7),
    persistence: fc.constantFrom(0, 300),
    netmask: fc.constantFrom(hostPrefix(id.family), 24, 0),
    engine: fc.constantFrom('', '', 'sip', 'nosuch'),
    onePacket: fc.boolean(),
    owned: fc.boolean(),
    destinations: fc.constant([]),
  }),
)

const addresses = ['10.0.0.1', '10.0.0.2', '127.0.0.1', 'fd00::1', 'fd00::2', '::1']
const refused = ['0.0.0.0', '224.0.0.1', '255.255.255.255', 'ff02::1', 'fe80::1', '::']

const tunnel = record<Tunnel>({
  type: fc.constantFrom('ipip', 'gue', 'gre'),
  port: fc.constantFrom(0, 6080),
  checksum: fc.constantFrom('none', 'full', 'remote'),
})

const place = {
  service: fc.constantFrom(...ids),
  address: fc.constantFrom(...addresses, ...addresses, ...refused) as fc.Arbitrary<Ip>,
  port: fc.constantFrom(80, 8080),
  weight: fc.constantFrom(0, 1, 65_536, 2 ** 31 - 1, 2 ** 31),
  upper: fc.constantFrom(0, 5, 2 ** 31 - 1),
  lower: fc.constantFrom(0, 0, 5, 6),
}

const anyDestination: fc.Arbitrary<Destination> = fc.oneof(
  record<Destination>({ ...place, forward: fc.constantFrom('nat', 'direct', 'local') }),
  record<Destination>({ ...place, forward: fc.constant('tunnel'), tunnel }),
)

const anySync = record<Sync>({
  role: fc.constantFrom('master', 'backup'),
  interface: fc.constantFrom('d0', 'd0', 'nosuch'),
  id: fc.constantFrom(0, 1, 255),
  group: fc.constantFrom('224.0.0.81' as Ip, 'ff02::1:81' as Ip),
  port: fc.constantFrom(0, 8848, 9000),
  ttl: fc.constantFrom(0, 1, 3),
  maxlen: fc.constantFrom(0, 10, 1400, 65_535),
})

const ops: readonly Op[] = ['create', 'create', 'update', 'adopt', 'delete', 'replace', 'drain']

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  { arbitrary: changing('service', anyService), weight: 3 },
  { arbitrary: changing('destination', anyDestination), weight: 6 },
  { arbitrary: changing('sync', anySync, ['create', 'delete', 'replace']), weight: 1 },
  {
    arbitrary: changing(
      'timeouts',
      fc.constantFrom({ tcp: 5 }, { tcpfin: 6, udp: 7 }, { tcp: 0 }, { udp: 2_147_483_648 }),
      ['update'],
    ),
    weight: 1,
  },
)

function changing(
  kind: Change['kind'],
  row: fc.Arbitrary<Change['row']>,
  can: readonly Op[] = ops,
): fc.Arbitrary<Change> {
  return fc
    .tuple(fc.constantFrom(...can), row)
    .map(([op, one]) => ({ op, kind, row: one, from: one }) as Change)
}

/** What came of a trace: the errno of each change that failed, and the table after it. */
async function play(table: Table, trace: readonly Change[]): Promise<string> {
  const failures = await table.apply(trace)
  const lines = failures.map(({ change, error }) => `${trace.indexOf(change)} ${error.errno}`)
  const { service, sync, timeouts } = (await table.read()) as State
  return [...lines.sort(), toText(stateOf({ service, sync, timeouts }))].join('\n')
}

const d0: Link = { name: 'd0', type: 'dummy', up: true, owned: false }

test('random writes are answered alike, errno by errno', () =>
  check(
    'traces on both kernels',
    30,
    fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 40 }), async trace => {
      enterFreshNamespace()
      ip(undefined, 'link add d0 type dummy', 'link set d0 up')
      ip(undefined, 'address add 10.9.0.1/24 dev d0', 'address add fd09::1/64 dev d0 nodad')
      const real = ipvsTable()
      const memory = memoryTable(stateOf({ link: new Map([['link d0', d0]]) }))
      const answer = await play(real, trace)
      const stop: readonly Change[] = [...((await real.read()).sync?.values() ?? [])].map(row => ({
        op: 'delete',
        kind: 'sync',
        row,
      }))
      await real.apply(stop)
      real.close()
      assert.is(await play(memory, trace), answer)
    }),
    1000,
  ))

test.run()
