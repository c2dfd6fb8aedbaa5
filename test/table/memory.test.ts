/** The kernel in memory: each rule that it shares with the real one, by errno. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change, Op } from '../../src/model/change.ts'
import { SlbError } from '../../src/model/error.ts'
import type { Destination, Kind, Rows } from '../../src/model/rows.ts'
import { type MemoryTable, memoryTable } from '../../src/table/memory.ts'
import { fromText, toText } from '../../src/table/snapshot.ts'

/** A table that holds the rows of a snapshot text. */
function holding(text: string, options: Parameters<typeof memoryTable>[1] = {}): MemoryTable {
  return memoryTable(read(text), options)
}

function read(text: string) {
  const { state, diagnostics } = fromText(text)
  assert.equal(diagnostics, [])
  return state
}

/** A change from the line of its row; a destination's stands below the line of its service. */
function change<K extends Kind>(op: Op, kind: K, text: string): Change {
  const state = read(text)
  const destination = [...state.service.values()][0]?.destinations[0]
  const row: unknown =
    kind === 'destination' ? destination : [...state[kind as Exclude<K, 'destination'>].values()][0]
  return { op, kind, row: row as Rows[K] } as unknown as Change
}

/** What the table says to one change: `done`, or errno and code. */
async function answer(table: MemoryTable, ...args: Parameters<typeof change>): Promise<string> {
  const [failure] = await table.apply([change(...args)])
  return failure ? `${failure.error.errno} ${failure.error.code}` : 'done'
}

/** The rows as text, without what every kernel has. */
function shown(table: MemoryTable): string {
  return toText({ ...table.state(), sysctl: new Map(), timeouts: new Map() })
}

const web = 'service tcp 192.0.2.10:80 wrr ours'
const backend = '  -> 10.0.0.11:8080 nat weight 1'

const errno = suite('errno facts')

const facts: readonly [have: string, op: Op, kind: Kind, row: string, want: string][] = [
  ['', 'create', 'service', web, 'done'],
  [web, 'create', 'service', web, 'EEXIST stale'],
  ['', 'update', 'service', web, 'ESRCH stale'],
  ['', 'adopt', 'service', web, 'ESRCH stale'],
  ['', 'delete', 'service', web, 'ESRCH stale'],
  ['', 'create', 'service', 'service tcp 192.0.2.10:80 nosuch', 'ENOENT missing'],
  [web, 'update', 'service', 'service tcp 192.0.2.10:80 nosuch', 'ENOENT missing'],
  ['', 'create', 'service', 'service tcp 192.0.2.10:80 none', 'done'],
  ['', 'create', 'service', 'service udp 192.0.2.10:5060 rr engine nosuch', 'ENOENT missing'],
  ['', 'create', 'service', 'service tcp [2001:db8::1]:80 rr netmask 0', 'EINVAL invalid'],
  ['', 'create', 'destination', `${web}\n${backend}`, 'ESRCH stale'],
  ['', 'update', 'destination', `${web}\n${backend}`, 'ESRCH stale'],
  ['', 'delete', 'destination', `${web}\n${backend}`, 'ESRCH stale'],
  [web, 'create', 'destination', `${web}\n${backend}`, 'done'],
  [`${web}\n${backend}`, 'create', 'destination', `${web}\n${backend}`, 'EEXIST stale'],
  [web, 'update', 'destination', `${web}\n${backend}`, 'ENOENT stale'],
  [web, 'drain', 'destination', `${web}\n${backend}`, 'ENOENT stale'],
  [web, 'delete', 'destination', `${web}\n${backend}`, 'ENOENT stale'],
  [
    web,
    'create',
    'destination',
    `${web}\n  -> 10.0.0.1:80 nat weight 1 upper 5 lower 6`,
    'ERANGE invalid',
  ],
  [web, 'create', 'destination', `${web}\n  -> 10.0.0.1:80 nat weight 1 lower 6`, 'ERANGE invalid'],
  [web, 'create', 'destination', `${web}\n  -> 0.0.0.0:80 nat weight 1`, 'EINVAL invalid'],
  [web, 'create', 'destination', `${web}\n  -> 224.0.0.1:80 nat weight 1`, 'EINVAL invalid'],
  [web, 'create', 'destination', `${web}\n  -> 10.0.0.1:80 tunnel gue weight 1`, 'EINVAL invalid'],
  [web, 'create', 'destination', `${web}\n  -> [2001:db8::1]:80 nat weight 1`, 'EINVAL invalid'],
  [web, 'create', 'destination', `${web}\n  -> [2001:db8::1]:80 tunnel ipip weight 1`, 'done'],
  ['', 'create', 'link', 'link slb0 dummy up ours', 'done'],
  ['link slb0 dummy up', 'create', 'link', 'link slb0 dummy up ours', 'EEXIST stale'],
  ['', 'create', 'link', 'link sixteen-letters0 dummy up', 'ERANGE invalid'],
  ['', 'update', 'link', 'link slb0 dummy up ours', 'ENODEV missing'],
  ['', 'delete', 'link', 'link slb0 dummy up ours', 'ENODEV stale'],
  ['', 'create', 'address', 'address slb0 192.0.2.10/32 ours', 'ENODEV missing'],
  ['', 'delete', 'address', 'address slb0 192.0.2.10/32 ours', 'ENODEV stale'],
  ['link slb0 dummy up', 'delete', 'address', 'address slb0 192.0.2.10/32', 'EADDRNOTAVAIL stale'],
  ['link slb0 dummy up', 'create', 'address', 'address slb0 192.0.2.10/32 ours', 'done'],
  [
    'link slb0 dummy up\naddress slb0 192.0.2.10/32',
    'create',
    'address',
    'address slb0 192.0.2.10/32 ours',
    'EEXIST stale',
  ],
  ['', 'update', 'sysctl', 'sysctl net.ipv4.ip_forward = 1', 'done'],
  ['', 'update', 'sysctl', 'sysctl net.ipv4.ip_forward = yes', 'EINVAL invalid'],
  ['', 'update', 'sysctl', 'sysctl net.ipv4.vs.nosuch = 1', 'ENOENT missing'],
  [
    '',
    'create',
    'sync',
    'sync backup eth9 id 1 group 224.0.0.81 port 8848 ttl 1 maxlen 1472',
    'ENODEV missing',
  ],
  [
    '',
    'delete',
    'sync',
    'sync backup eth9 id 1 group 224.0.0.81 port 8848 ttl 1 maxlen 1472',
    'ESRCH stale',
  ],
  ['', 'create', 'snat', 'snat tcp 192.0.2.10:80', 'done'],
  ['snat tcp 192.0.2.10:80', 'create', 'snat', 'snat tcp 192.0.2.10:80', 'EEXIST stale'],
  ['', 'delete', 'snat', 'snat tcp 192.0.2.10:80', 'ENOENT stale'],
]

for (const [have, op, kind, row, want] of facts)
  errno(`${op} ${row.replace('\n', '')} on [${have}]: ${want}`, async () => {
    const table = holding(have)
    const before = toText(table.state())
    assert.is(await answer(table, op, kind, row), want)
    if (want !== 'done') assert.is(toText(table.state()), before, 'a refusal changes nothing')
  })

errno.run()

const effects = suite('effects')

effects(
  'creating a service does not create its destinations: they are changes of their own',
  async () => {
    const table = holding('')
    await table.apply([change('create', 'service', `${web}\n${backend}`)])
    assert.is(shown(table), `${web}\n`)
  },
)

effects('SET changes all fields of a service at once and leaves its destinations', async () => {
  const table = holding(`service tcp 192.0.2.10:80 wrr engine sip\n${backend}`)
  const row = 'service tcp 192.0.2.10:80 sh sh-port persistence 60s netmask 24 one-packet ours'
  await table.apply([change('update', 'service', row)])
  assert.is(shown(table), `${row}\n${backend}\n`)
})

effects('deleting a service deletes its destinations', async () => {
  const table = holding(`${web}\n${backend}`)
  await table.apply([change('delete', 'service', web)])
  await table.apply([change('create', 'service', web)])
  assert.is(shown(table), `${web}\n`)
})

effects('deleting a link deletes its addresses and no others', async () => {
  const rest = 'link eth0 device up\naddress eth0 192.0.2.1/24\n'
  const table = holding(`link slb0 dummy up ours\n${rest}address slb0 192.0.2.10/32 ours`)
  await table.apply([change('delete', 'link', 'link slb0 dummy up ours')])
  assert.is(shown(table), rest)
})

effects('a link that goes down loses its IPv6 addresses', async () => {
  const table = holding('link d0 dummy up\naddress d0 192.0.2.1/32\naddress d0 2001:db8::1/128')
  await table.apply([change('update', 'link', 'link d0 dummy down')])
  assert.is(shown(table), 'link d0 dummy down\naddress d0 192.0.2.1/32\n')
})

effects('a drain is weight 0, and nothing for the service as a whole', async () => {
  const table = holding(`${web}\n${backend}`)
  await table.apply([
    change('drain', 'destination', `${web}\n${backend}`),
    change('drain', 'service', web),
  ])
  assert.is(shown(table), `${web}\n  -> 10.0.0.11:8080 nat weight 0\n`)
  assert.equal(table.trace, ['set tcp 192.0.2.10:80 -> 10.0.0.11:8080 nat weight 0'])
})

effects('an absent timeout stays as it is', async () => {
  const table = holding('')
  await table.apply([change('update', 'timeouts', 'timeouts udp 10s')])
  assert.equal(table.state().timeouts.get('timeouts'), { tcp: 900, tcpfin: 120, udp: 10 })
})

effects('destinations come sorted, in whatever order they were made', async () => {
  const table = holding(web)
  for (const at of ['10.0.0.9:80', '10.0.0.10:80', '10.0.0.9:8080', '10.0.0.9:443'])
    await table.apply([change('create', 'destination', `${web}\n  -> ${at} nat weight 1`)])
  const rows = table.state().service.get('tcp 192.0.2.10:80')?.destinations ?? []
  const places = rows.map((row: Destination) => `${row.address}:${row.port}`)
  assert.equal(places, ['10.0.0.10:80', '10.0.0.9:80', '10.0.0.9:443', '10.0.0.9:8080'])
})

effects(
  'nothing is deleted that is not what the plan saw: the tables look again just before',
  async () => {
    const table = holding(
      'link d0 dummy up\nlink e0 veth up\nlink slb0 dummy up ours\naddress d0 192.0.2.1/32\naddress slb0 192.0.2.9/32',
    )
    const before = shown(table)
    for (const [kind, row] of [
      ['address', 'address d0 192.0.2.1/32 ours'],
      ['link', 'link d0 dummy up ours'],
      ['link', 'link e0 dummy up ours'],
      ['link', 'link slb0 dummy up ours'],
    ] as const)
      assert.is(await answer(table, 'delete', kind, row), 'undefined stale', row)
    assert.is(shown(table), before)
    assert.equal(table.trace, [], 'and nothing is tried')
    assert.equal(
      table.alter([change('delete', 'link', 'link slb0 dummy up ours')]),
      [],
      'others do not look',
    )
  },
)

effects.run()

const instruments = suite('instruments of tests')

instruments('what was read does not change any more', async () => {
  const table = holding(web)
  const before = await table.read()
  await table.apply([change('delete', 'service', web)])
  assert.is(before.service?.size, 1)
})

instruments('a scripted fault fails that change alone and is in the trace', async () => {
  const table = holding('', {
    fail: one =>
      one.kind === 'link' ? new SlbError('denied', 'no', { errno: 'EPERM' }) : undefined,
  })
  const failures = await table.apply([
    change('create', 'link', 'link slb0 dummy up ours'),
    change('create', 'service', web),
  ])
  assert.equal(
    failures.map(one => one.error.errno),
    ['EPERM'],
  )
  assert.equal(table.trace, ['create link slb0: EPERM', `new ${web}`])
  assert.is(shown(table), `${web}\n`)
})

instruments('another writer acts between two changes, without trace', async () => {
  const table: MemoryTable = holding(web, {
    before: one => {
      if (one.kind === 'destination') table.alter([change('delete', 'service', web)])
    },
  })
  assert.is(await answer(table, 'create', 'destination', `${web}\n${backend}`), 'ESRCH stale')
  assert.is(table.trace.length, 1)
})

instruments('a read can be made to lie; the truth stays', async () => {
  const table = holding(web, { misread: state => ({ ...state, service: new Map() }) })
  assert.is((await table.read()).service?.size, 0)
  assert.is(table.state().service.size, 1)
})

instruments('a read of some services returns these and no others', async () => {
  const table = holding(`${web}\nservice tcp 192.0.2.11:80 rr\nlink eth0 device up`)
  const id = table.state().service.get('tcp 192.0.2.10:80')?.id
  assert.ok(id)
  const state = await table.read({ services: [id] })
  assert.equal([...(state.service?.keys() ?? [])], ['tcp 192.0.2.10:80'])
  assert.is(state.link?.size, 1)
})

instruments('connections are what the test says', async () => {
  const counts = { active: 12, inactive: 3, persistent: 1 }
  const key = 'tcp 192.0.2.10:80 -> 10.0.0.11:8080'
  const table = holding(`${web}\n${backend}\n  -> 10.0.0.12:80 nat weight 1`, {
    connections: one => (one === key ? counts : undefined),
  })
  const id = table.state().service.get('tcp 192.0.2.10:80')?.id
  assert.ok(id)
  assert.equal([...((await table.connections?.([id])) ?? [])], [[key, counts]])
})

instruments.run()
