/** One table over several speakers: each is told what concerns it, and asked only where that is of use. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Route, routeKey, type SpeakerName } from '../../src/model/announcement.ts'
import type { ChangeOf } from '../../src/model/change.ts'
import { SlbError } from '../../src/model/error.ts'
import type { Ip } from '../../src/model/ip.ts'
import type { Speaker, SpeakerChange } from '../../src/table/announce/speaker.ts'
import { announceTable } from '../../src/table/announce/table.ts'

interface Fake extends Speaker {
  reads: number
  readonly applied: string[]
  routes: Route[]
}

function fake(name: SpeakerName): Fake {
  const speaker: Fake = {
    name,
    reads: 0,
    applied: [],
    routes: [],
    async read() {
      speaker.reads++
      return { peers: [], routes: speaker.routes }
    },
    async apply(changes: readonly SpeakerChange[]) {
      for (const { op, row } of changes) speaker.applied.push(`${op} ${row.address}`)
      return []
    },
    status: async () => [],
    async close() {},
  }
  return speaker
}

const route = (speaker: SpeakerName, last = 1): Route => ({
  speaker,
  address: `192.0.2.${last}` as Ip,
  prefix: 32,
  communities: [],
  largeCommunities: [],
  prepend: 0,
  owned: true,
})
const create = (row: Route): ChangeOf<'route'> => ({ op: 'create', kind: 'route', row })
const wanting = (...speakers: SpeakerName[]) => ({ speakers: new Set(speakers) })

test('each speaker gets its own rows', async () => {
  const [embedded, kernel] = [fake('embedded'), fake('table')]
  const table = announceTable([embedded, kernel])
  await table.apply([create(route('embedded', 1)), create(route('table', 2))])
  assert.equal(embedded.applied, ['create 192.0.2.1'])
  assert.equal(kernel.applied, ['create 192.0.2.2'])
})

test('what changes its speaker is made there before it goes here', async () => {
  const [embedded, kernel] = [fake('embedded'), fake('table')]
  const change: ChangeOf<'route'> = {
    op: 'replace',
    kind: 'route',
    row: route('table'),
    from: route('embedded'),
  }
  await announceTable([embedded, kernel]).apply([change])
  assert.equal(kernel.applied, ['replace 192.0.2.1'])
  assert.equal(embedded.applied, ['delete 192.0.2.1'])
})

test('what its new speaker cannot take stays with the one that has it', async () => {
  const [embedded, kernel] = [fake('embedded'), fake('table')]
  const error = new SlbError('io', 'no room')
  kernel.apply = async changes => changes.map(change => ({ change, error }))
  const change: ChangeOf<'route'> = {
    op: 'replace',
    kind: 'route',
    row: route('table'),
    from: route('embedded'),
  }
  const failures = await announceTable([embedded, kernel]).apply([change])
  assert.is(failures.length, 1)
  assert.equal(embedded.applied, [])
})

test('a speaker that nobody wants is asked once, and again for as long as it has something of ours', async () => {
  const kernel = fake('table')
  const table = announceTable([kernel])
  await table.read(wanting('embedded'))
  await table.read(wanting('embedded'))
  assert.is(kernel.reads, 1)
  await table.read(wanting('table'))
  assert.is(kernel.reads, 2)
  kernel.routes = [route('table')]
  await table.read(wanting('table'))
  await table.read(wanting())
  assert.is(kernel.reads, 4)
  kernel.routes = []
  await table.read(wanting())
  await table.read(wanting())
  assert.is(kernel.reads, 5)
})

const [a, b] = ['unix:/a', 'unix:/b']

/** Two gobgpds, of which `a` can be made silent, beside the kernel's table. */
function twoDaemons() {
  const clock = { now: 0 }
  const [atA, atB, kernel] = [fake('gobgp'), fake('gobgp'), fake('table')]
  const at = (api: string, more: Partial<Route> = {}): Route => ({
    ...route('gobgp'),
    api,
    ...more,
  })
  const table = announceTable(
    [kernel],
    api => (api === a ? atA : atB),
    () => clock.now,
  )
  const read = async (...rows: Route[]) => {
    const told = { peer: new Map(), route: new Map(rows.map(row => [routeKey(row), row])) }
    const gobgpds = new Set(rows.flatMap(({ api }) => api ?? []))
    const speakers = new Set(rows.map(({ speaker }) => speaker))
    return [...((await table.read({ told, gobgpds, speakers })).route?.values() ?? [])]
  }
  const answer = atA.read.bind(atA)
  const silence = (code?: 'io' | 'missing'): void => {
    atA.read = code === undefined ? answer : async () => Promise.reject(new SlbError(code, 'hm'))
  }
  return { clock, atA, atB, kernel, at, table, read, silence }
}

test('what a gobgpd was told that could not be asked for a while is found, and taken back', async () => {
  const { clock, atA, atB, at, table, read, silence } = twoDaemons()
  atA.routes = [route('gobgp')]
  assert.equal(await read(at(a)), [at(a)])
  silence('io')
  assert.equal(await read(at(b)), [], 'it says nothing')
  atB.routes = [route('gobgp')]
  silence()
  assert.equal(await read(at(b)), [at(b)], 'a while it is left alone')
  clock.now += 60_000
  assert.equal(await read(at(b)), [at(a)], 'it is not hidden by what stands where it is wanted')
  const change: ChangeOf<'route'> = { op: 'replace', kind: 'route', row: at(b), from: at(a) }
  assert.equal(await table.apply([change]), [])
  assert.equal(
    [atA.applied, atB.applied],
    [['delete 192.0.2.1'], []],
    'who has it is not told again',
  )
  atA.routes = []
  assert.equal(await read(at(b)), [at(b)])
})

test('what stands there otherwise than wanted is changed in place when the rest goes', async () => {
  const { atA, atB, at, table, read } = twoDaemons()
  atA.routes = [route('gobgp')]
  await read(at(a))
  atB.routes = [route('gobgp')]
  const row = at(b, { med: 5 })
  assert.equal(await read(row), [at(a)])
  await table.apply([{ op: 'replace', kind: 'route', row, from: at(a) }])
  assert.equal([atA.applied, atB.applied], [['delete 192.0.2.1'], ['update 192.0.2.1']])
})

test('one that does not run has nothing any more', async () => {
  const { clock, atA, at, read, silence } = twoDaemons()
  atA.routes = [route('gobgp')]
  await read(at(a))
  silence('missing')
  await read(at(b))
  const { reads } = atA
  silence()
  clock.now += 60_000
  await read(at(b))
  assert.is(atA.reads, reads)
})

test('one that is not needed any more and hangs holds up nobody', async () => {
  const { atA, atB, at, read } = twoDaemons()
  atA.routes = [route('gobgp')]
  await read(at(a))
  atA.read = () => new Promise(() => {})
  atB.routes = [route('gobgp')]
  assert.equal(await read(at(b)), [at(b)])
})

test('a speaker that was left shows through, in whatever order they are asked', async () => {
  const { atA, kernel, at, read } = twoDaemons()
  const inTable: Route = { ...route('table'), table: 198 }
  kernel.routes = [inTable]
  atA.routes = [route('gobgp')]
  assert.equal(await read(at(a)), [inTable])
  assert.equal(await read(inTable), [at(a)])
})

test('what others have hides nothing of ours, and is not overwritten where ours is wanted', async () => {
  const { atA, kernel, at, read } = twoDaemons()
  const inTable: Route = { ...route('table'), table: 198 }
  const theirs = { ...route('gobgp'), owned: false }
  kernel.routes = [inTable]
  atA.routes = [route('gobgp'), theirs]
  await read(at(a))
  assert.equal(await read(inTable), [at(a)])
  assert.equal(await read(at(a)), [inTable], 'ours stands there as well')
  atA.routes = [theirs]
  assert.equal(await read(at(a)), [at(a, { owned: false })])
  assert.equal(await read(inTable), [inTable])
})

test('rows of a speaker that is not here fail, and say so', async () => {
  const failures = await announceTable([]).apply([create(route('embedded'))])
  assert.match(failures[0]?.error.message ?? '', 'nobody here speaks as embedded')
  assert.match(failures[0]?.error.hint ?? '', 'slb run')
})

test.run()
