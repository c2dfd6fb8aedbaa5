/** Announcements as a table, over an announcer that only remembers. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Announcer } from '../../../src/l2/announcer.ts'
import { type Arp, arpKey } from '../../../src/model/announcement.ts'
import type { Change, Op } from '../../../src/model/change.ts'
import { SlbError } from '../../../src/model/error.ts'
import type { Ip } from '../../../src/model/ip.ts'
import { arpTable } from '../../../src/table/announce/arp-table.ts'

const first: Arp = { link: 'eth0', address: '192.0.2.10' as Ip }
const second: Arp = { link: 'eth0', address: '2001:db8::10' as Ip }
const unfit: Arp = { link: 'eth9', address: '192.0.2.11' as Ip }

test('where the process stays, what the announcer has in mind is what stands', async () => {
  const table = arpTable(remembering())
  assert.equal(await table.apply([change('create', first), change('create', second)]), [])
  assert.equal((await table.read()).arp, rows(first, second))
  assert.equal(await table.apply([change('delete', first)]), [])
  assert.equal((await table.read({ announced: [first] })).arp, rows(second))
})

test('what this host has lost is announced no more, and from the beginning when it is back', async () => {
  const here = new Set([first.address, second.address])
  const announcer = remembering()
  const table = arpTable(announcer, { addresses: async () => here, repeats: true })
  await table.apply([change('create', first), change('create', second)])
  assert.equal((await table.read()).arp, rows(first, second))
  here.delete(first.address)
  assert.equal((await table.read()).arp, rows(second))
  assert.equal(announcer.standing(), [second])
  here.add(first.address)
  assert.equal((await table.read()).arp, rows(second))
})

test('changes are made in their order', async () => {
  const table = arpTable(remembering())
  const back = [change('delete', first), change('create', first)]
  await table.apply([change('create', first), ...back])
  assert.equal((await table.read()).arp, rows(first))
  await table.apply([...back, change('delete', first)])
  assert.equal((await table.read()).arp, rows())
})

test('what is refused is a failure of its change alone', async () => {
  const table = arpTable(remembering())
  const changes = [change('create', unfit), change('create', first)]
  const [failure, ...more] = await table.apply(changes)
  assert.equal(more, [])
  assert.is(failure?.change, changes[0])
  assert.is(failure?.error.code, 'missing')
  assert.equal((await table.read()).arp, rows(first))
})

test('where the process ends, a row stands once its address does; nothing else is known', async () => {
  const here = new Set<Ip>()
  const table = arpTable(remembering(), { addresses: async () => here })
  const scope = { announced: [first, second] }
  assert.equal((await table.read(scope)).arp, rows())
  here.add(first.address)
  assert.equal((await table.read(scope)).arp, rows(first))
  assert.equal((await table.read()).arp, rows())
})

test('there an apply returns when the first burst is out', async () => {
  const said: string[] = []
  const announcer = {
    ...remembering(),
    settled: async () => {
      await Promise.resolve()
      said.push('settled')
    },
  }
  await arpTable(announcer, { addresses: async () => [] }).apply([change('create', first)])
  assert.equal(said, ['settled'])
  const stays = { addresses: async () => [], repeats: true }
  await arpTable(announcer, stays).apply([change('create', second)])
  assert.equal(said, ['settled'])
})

test('other kinds are not for it', async () => {
  const link = { name: 'eth0', type: 'veth', up: true, owned: false }
  try {
    await arpTable(remembering()).apply([{ op: 'create', kind: 'link', row: link }])
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), /cannot create a link/)
  }
})

function remembering(): Announcer {
  const all = new Map<string, Arp>()
  return {
    announce(some) {
      for (const row of some) if (row.link === 'eth0') all.set(arpKey(row), row)
      return some
        .filter(row => row.link !== 'eth0')
        .map(row => ({ row, error: new SlbError('missing', 'no such link') }))
    },
    forget(some) {
      for (const row of some) all.delete(arpKey(row))
    },
    standing: () => [...all.values()],
    settled: async () => {},
    close() {},
  }
}

function change(op: Op, row: Arp): Change {
  return { op, kind: 'arp', row }
}

function rows(...all: readonly Arp[]): ReadonlyMap<string, Arp> {
  return new Map(all.map(row => [arpKey(row), row]))
}

test.run()
