/** What the kernel answers to what cannot be done, and how it is passed on. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change, ChangeOf, Op } from '../../src/model/change.ts'
import { SlbError, type SlbErrorCode } from '../../src/model/error.ts'
import type { Ip } from '../../src/model/ip.ts'
import type { Destination, Service, Sync } from '../../src/model/rows.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'
import type { Table } from '../../src/table/table.ts'
import { backend, building, gue, ipip, service, web, web6 } from './ipvs-rows.ts'
import { saved } from './ipvsadm.ts'
import { enterFreshNamespace, ip } from './namespace.ts'

const test = suite<{ table: Table }>('ipvs errors')

test.before.each(context => {
  enterFreshNamespace()
  context.table = ipvsTable()
})
test.after.each(({ table }) => table.close())

/** What became of each change: `ESRCH stale`, or nothing. */
async function outcomes(table: Table, changes: readonly Change[]): Promise<string[]> {
  const failures = await table.apply(changes)
  return changes.map(change => {
    const failure = failures.find(one => one.change === change)
    return failure === undefined ? '' : `${failure.error.errno} ${failure.error.code}`
  })
}

const onService = (op: Op, row: Service): ChangeOf<'service'> => ({ op, kind: 'service', row })
const onBackend = (op: Op, row: Destination): ChangeOf<'destination'> => ({
  op,
  kind: 'destination',
  row,
})
const onSync = (op: Op, row: Sync): ChangeOf<'sync'> => ({ op, kind: 'sync', row })

test('what is there cannot be made, what is not there cannot be changed', async ({ table }) => {
  const one = backend(web, '10.0.0.1')
  const changes = [
    onService('update', service(web)),
    onService('delete', service(web)),
    onBackend('create', one),
    onBackend('update', one),
    onBackend('delete', one),
    onService('create', service(web)),
    onService('create', service(web)),
    onBackend('update', one),
    onBackend('drain', one),
    onBackend('delete', one),
    onBackend('create', one),
    onBackend('create', one),
  ]
  assert.equal(await outcomes(table, changes), [
    'ESRCH stale',
    'ESRCH stale',
    'ESRCH stale',
    'ESRCH stale',
    'ESRCH stale',
    '',
    'EEXIST stale',
    'ENOENT stale',
    'ENOENT stale',
    'ENOENT stale',
    '',
    'EEXIST stale',
  ])
})

test('a failed change stops none of those after it', async ({ table }) => {
  const rows = Array.from({ length: 3000 }, (_, i) =>
    backend(web, `10.0.${i >> 8}.${i & 255}`, i % 3 === 0 ? { upper: 1, lower: 2 } : {}),
  )
  const made = await table.apply(building(service(web, { destinations: rows })))
  assert.is(made.length, 1000)
  assert.ok(made.every(({ error }) => error.errno === 'ERANGE'))
  assert.is(saved().length, 2001)
})

test('a module that the kernel cannot load is named', async ({ table }) => {
  const [unknown] = await table.apply([onService('create', service(web, { scheduler: 'zzz' }))])
  assert.is(unknown?.error.code, 'missing')
  assert.is(
    unknown?.error.message,
    'create service tcp 192.0.2.10:80: the kernel has no scheduler zzz (ENOENT)',
  )
  assert.match(unknown?.error.hint ?? '', 'modprobe -a ip_vs_zzz')
  const noEngine = service(web, { persistence: 9, engine: 'zzz' })
  const [engine] = await table.apply([onService('create', noEngine)])
  assert.match(engine?.error.hint ?? '', 'ip_vs_pe_zzz')
  await table.apply([onService('create', service(web))])
  const [change] = await table.apply([onService('update', service(web, { scheduler: 'zzz' }))])
  assert.is(change?.error.code, 'missing')
  assert.equal(saved(), ['-A -t 192.0.2.10:80 -s wrr'])
})

const refusedBackends: readonly [Destination, string, SlbErrorCode, RegExp][] = [
  [backend(web, '0.0.0.0'), 'EINVAL', 'invalid', /does not accept 0\.0\.0\.0/],
  [backend(web, '224.0.0.1'), 'EINVAL', 'invalid', /does not accept 224\.0\.0\.1/],
  [backend(web, '255.255.255.255'), 'EINVAL', 'invalid', /does not accept/],
  [backend(web6, 'ff02::1'), 'EINVAL', 'invalid', /does not accept ff02::1/],
  [backend(web6, 'fe80::1'), 'EINVAL', 'invalid', /does not accept fe80::1/],
  [backend(web, 'fd00::1'), 'EINVAL', 'invalid', /an ipv4 service cannot forward to fd00::1/],
  [backend(web6, '10.0.0.1'), 'EINVAL', 'invalid', /an ipv6 service cannot forward/],
  [backend(web, '10.0.0.1', { weight: 2 ** 31 }), 'ERANGE', 'invalid', /weights go from 0 to/],
  [backend(web, '10.0.0.1', { upper: 1, lower: 2 }), 'ERANGE', 'invalid', /lower threshold/],
  [backend(web, '10.0.0.1', { lower: 2 }), 'ERANGE', 'invalid', /lower threshold/],
  [
    backend(web, '10.0.0.1', { forward: 'tunnel', tunnel: gue(0, 'none') }),
    'EINVAL',
    'invalid',
    /a gue tunnel needs a port/,
  ],
]

for (const [row, errno, code, words] of refusedBackends)
  test(`refused: ${JSON.stringify({ ...row, service: row.service.key })}`, async ({ table }) => {
    await table.apply([onService('create', service(web)), onService('create', service(web6))])
    const [failure] = await table.apply([onBackend('create', row)])
    assert.is(failure?.error.errno, errno)
    assert.is(failure?.error.code, code)
    assert.match(failure?.error.message ?? '', words)
    assert.is(saved().length, 2)
  })

test('what the kernel takes but should not be asked for', async ({ table }) => {
  const zero = service({ ...web, key: 'tcp 192.0.2.10:0', port: 0 })
  const odd = backend(web, '10.0.0.1', { weight: 65_536 })
  const changes = [...building(service(web, { destinations: [odd] })), onService('create', zero)]
  assert.equal(await outcomes(table, changes), ['', '', ''])
})

test('timeouts over the range of the kernel are refused; 0 is taken and means nothing', async ({
  table,
}) => {
  const set = (tcp: number): Change => ({ op: 'update', kind: 'timeouts', row: { tcp } })
  assert.equal(await outcomes(table, [set(0), set(2_147_483_648)]), ['', 'EINVAL invalid'])
  assert.is((await table.read()).timeouts?.get('timeouts')?.tcp, 900)
})

test('sync daemons: link, address, role, group', async ({ table }) => {
  const group = '224.0.0.81' as Ip
  const row: Sync = {
    role: 'master',
    interface: 'd0',
    id: 1,
    group,
    port: 8848,
    ttl: 1,
    maxlen: 1400,
  }
  assert.equal(await outcomes(table, [onSync('create', row), onSync('delete', row)]), [
    'ENODEV missing',
    'ESRCH stale',
  ])
  ip(undefined, 'link add d0 type dummy')
  assert.equal(await outcomes(table, [onSync('create', row)]), ['ENETUNREACH missing'])
  ip(undefined, 'link set d0 up', 'address add 10.9.0.1/24 dev d0')
  const unicast = { ...row, group: '10.9.0.2' as Ip }
  assert.equal(await outcomes(table, [onSync('create', unicast)]), ['EINVAL invalid'])
  assert.equal(await outcomes(table, [onSync('create', row), onSync('create', row)]), [
    '',
    'EEXIST stale',
  ])
  const across = backend(web, 'fd00::1', { forward: 'tunnel', tunnel: ipip() })
  assert.equal(await outcomes(table, building(service(web, { destinations: [across] }))), [
    '',
    'EINVAL invalid',
  ])
  await table.apply([onSync('delete', row)])
})

test('without CAP_NET_ADMIN nothing is read and nothing is written', async () => {
  const asNobody = ipvsTable()
  process.seteuid?.(65_534)
  try {
    let thrown: unknown
    await asNobody.read().catch(error => {
      thrown = error
    })
    assert.instance(thrown, SlbError)
    const { code, hint } = thrown as SlbError
    assert.is(code, 'denied')
    assert.match(hint ?? '', 'CAP_NET_ADMIN')
    const [failure] = await asNobody.apply([onService('create', service(web))])
    assert.is(failure?.error.code, 'denied')
    assert.is(failure?.error.message, 'create service tcp 192.0.2.10:80: not permitted (EPERM)')
  } finally {
    process.seteuid?.(0)
    asNobody.close()
  }
  assert.equal(saved(), [])
})

test.run()
