/** Going back brings the rules of announcements back as well, which no row shows. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { imaged, imageOf, rewound } from '../../src/engine/undo.ts'
import type { Wanted } from '../../src/plan/types.ts'
import { rig, wanted } from './rig.ts'

const route = 'route 192.0.2.10/32'
const rows = (weight: number): string => `link slb0 dummy up ours
service tcp 192.0.2.10:80 rr ours
  -> 10.0.0.1:80 nat weight ${weight}
address slb0 192.0.2.10/32 ours
${route} by table table 198 ours
`
const brisk = { notice: 2000, settle: 500 }
const slow = { notice: 9000, settle: 7000 }
const strictly = (weight: number, withdrawal = brisk): Wanted => ({
  ...wanted(rows(weight)),
  strict: new Set([route]),
  withdrawal,
})
const loosely = (weight: number): Wanted => ({ ...wanted(rows(weight)), withdrawal: slow })
const rules = ({ strict, withdrawal }: Wanted) => ({ strict: [...(strict ?? [])], withdrawal })

test('behind an apply that changed them they are as they were', async () => {
  const r = rig()
  await r.apply(strictly(1))
  await r.apply(loosely(2))
  const back = rewound(r.table.state(), r.ledger(), r.entries.slice(0, 1))
  assert.equal(rules(back), { strict: [route], withdrawal: brisk })
  assert.equal(rules(rewound(r.table.state(), r.ledger(), [])), { strict: [], withdrawal: slow })
})

test('what an apply made strict is not so behind it', async () => {
  const r = rig()
  await r.apply(loosely(1))
  await r.apply(strictly(2))
  const back = rewound(r.table.state(), r.ledger(), r.entries.slice(0, 1))
  assert.equal(rules(back), { strict: [], withdrawal: slow })
})

test('a change of rules alone makes no entry, and stays what going further back does not touch', async () => {
  const r = rig()
  await r.apply(loosely(1))
  await r.apply(loosely(2))
  await r.apply(strictly(2))
  assert.is(r.entries.length, 2)
  const back = rewound(r.table.state(), r.ledger(), r.entries.slice(0, 1))
  assert.equal(rules(back), { strict: [route], withdrawal: brisk })
})

test('where nothing was announced before, routes are still taken back as they are now', async () => {
  const r = rig()
  const nothing = wanted(rows(1).replace(/route.*\n/, ''))
  await r.apply(nothing)
  await r.apply(strictly(1))
  const back = rewound(r.table.state(), r.ledger(), r.entries.slice(0, 1))
  assert.not.ok(back.state.route.has(route))
  assert.equal(back.withdrawal, brisk)
})

test('an image keeps them; one of an earlier version has none', async () => {
  const r = rig()
  await r.apply(strictly(1))
  const back = rewound(r.table.state(), r.ledger(), [])
  const image = imageOf(back, r.ledger())
  assert.equal(rules(imaged(image)), { strict: [route], withdrawal: brisk })
  assert.equal(imaged(image), back, 'and everything else')
  const { strict: _, withdrawal: __, ...older } = JSON.parse(image)
  assert.equal(rules(imaged(JSON.stringify(older))), { strict: [], withdrawal: undefined })
})

test('a settle of the past is waited for when the past takes a route back', async () => {
  const r = rig()
  const gone = wanted('')
  await r.apply(strictly(1, slow))
  const before = r.clock.now
  const { withdrawal } = rewound(r.table.state(), r.ledger(), [])
  await r.apply({ ...gone, ...(withdrawal && { withdrawal }) })
  assert.is(r.clock.now - before, slow.settle)
})

test('who goes back is told which service a route is for', async () => {
  const r = rig()
  await r.apply(strictly(1))
  assert.equal(rewound(r.table.state(), r.ledger(), []).names.get(route), ['web'])
})

test.run()
