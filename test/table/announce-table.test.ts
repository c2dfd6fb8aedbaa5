/** One table over several speakers: each is told what concerns it, and asked only where that is of use. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Route, SpeakerName } from '../../src/model/announcement.ts'
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

test('rows of a speaker that is not here fail, and say so', async () => {
  const failures = await announceTable([]).apply([create(route('embedded'))])
  assert.match(failures[0]?.error.message ?? '', 'nobody here speaks as embedded')
  assert.match(failures[0]?.error.hint ?? '', 'slb run')
})

test.run()
