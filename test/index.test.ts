/** The library, used as its users do: by the package's name, through package.json's exports. */
import {
  emptyLedger,
  load,
  memoryTable,
  plan,
  planDocument,
  planLines,
  reconcile,
  systemClock,
  toText,
  want,
} from 'slb'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryHistory, memoryJournal } from './machine.ts'

const text = `[service.web]
vip      = "192.0.2.10"
port     = 80
backends = ["10.0.0.11:8080"]
`

test('from a text to a plan without touching anything', async () => {
  const { desired, diagnostics } = await load([{ file: 'web.toml', text: Buffer.from(text) }])
  assert.equal(diagnostics, [])
  assert.ok(desired)
  const seen = memoryTable().state()
  const found = plan({ wanted: want(desired), seen, ledger: emptyLedger, conflict: 'refuse' })
  assert.equal(planDocument(found).summary, { add: 4, change: 1, drain: 0, remove: 0 })
  assert.is([...planLines(found)].at(-1), 'Plan: 4 to add, 1 to change, 0 to drain, 0 to remove.')
})

test('and on to a live system', async () => {
  const { desired } = await load([{ file: 'web.toml', text: Buffer.from(text) }])
  assert.ok(desired)
  const table = memoryTable()
  const { failures, left } = await reconcile(
    { wanted: want(desired), limits: desired.guard, conflict: desired.conflict },
    { tables: [table], clock: systemClock },
    {
      journal: memoryJournal(),
      history: memoryHistory(),
      cause: { kind: 'operator', command: 'test', user: 'ada', files: ['web.toml'] },
      keep: desired.history,
      wait: 0,
    },
  )
  assert.equal(failures, [])
  assert.equal(left.changes, [])
  assert.match(toText(table.state()), 'service tcp 192.0.2.10:80 wrr ours\n')
})

test.run()
