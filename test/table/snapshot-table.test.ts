import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromText } from '../../src/table/snapshot.ts'
import { snapshotTable } from '../../src/table/snapshot-table.ts'

const { state } = fromText('service tcp 192.0.2.10:80 wrr\nservice tcp 192.0.2.11:80 rr\n')
const table = snapshotTable(state, 'saved.txt')
const [row] = state.service.values()

test('a snapshot reads as what was saved, or the services that are asked for', async () => {
  assert.ok(row)
  assert.is(await table.read(), state)
  const some = await table.read({ services: [row.id] })
  assert.equal([...(some.service?.keys() ?? [])], ['tcp 192.0.2.10:80'])
})

test('a snapshot refuses every change', async () => {
  assert.ok(row)
  const failures = await table.apply([{ op: 'delete', kind: 'service', row }])
  assert.equal(
    failures.map(one => one.error.code),
    ['denied'],
  )
  assert.match(failures[0]?.error.message ?? '', /saved.txt is a snapshot/)
  assert.is((await table.read()).service?.size, 2)
})

test.run()
