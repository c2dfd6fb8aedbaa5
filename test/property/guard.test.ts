/** Whatever the files come to say: no apply takes away more than the guard lets pass. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Desired } from '../../src/model/desired.ts'
import { keyOf } from '../../src/model/rows.ts'
import type { State } from '../../src/model/state.ts'
import { want } from '../../src/plan/want.ts'
import { machine } from '../machine.ts'
import { consent } from './apply.ts'
import { desired } from './arbitrary.ts'
import { check } from './runs.ts'

const usual = (config: Desired): Desired => ({ ...config, guard: { maxRemove: { share: 0.3 } } })

/** What a file leaves of its services when it is cut off, and what others add to it. */
const cut = fc
  .tuple(desired, fc.nat(100), fc.option(desired, { nil: undefined }))
  .map(([whole, share, other]) => {
    const services = whole.services.slice(0, Math.floor((whole.services.length * share) / 100))
    const names = new Set(services.map(({ name }) => name))
    const vips = whole.vips
      .map(vip => ({ ...vip, services: vip.services.filter(name => names.has(name)) }))
      .filter(vip => vip.services.length > 0)
    return [whole, other ?? { ...whole, services, vips }] as const
  })

/** What may go of so many. */
const most = (all: number): number => Math.max(3, Math.floor(all * 0.3))

/**
 * Services of ours that are in the first and not in the second, or lose their last destination there, and
 * destinations of those that go on.
 */
function lost(before: State, then: State): { services: number; destinations: number } {
  let services = 0
  let destinations = 0
  for (const [key, { owned, destinations: rows }] of before.service) {
    if (!owned) continue
    const still = then.service.get(key)
    const emptied = rows.length > 0 && still?.destinations.length === 0
    if (still === undefined || emptied) services++
    else {
      const keys = new Set(still.destinations.map(keyOf.destination))
      destinations += rows.filter(row => !keys.has(keyOf.destination(row))).length
    }
  }
  return { services, destinations }
}

test('without consent no apply takes away more than the guard lets pass', async () => {
  let refused = 0
  let passed = 0
  await check(
    'guard',
    300,
    fc.asyncProperty(cut, async ([first, next]) => {
      const slb = machine()
      await slb.apply(usual(first), { consent })
      const before = slb.table.state()
      const { verdict } = await slb.apply(usual(next))
      if (verdict.refusal === undefined) passed++
      else refused++
      // What is refused may have begun: by what was added, and by as much as may go.
      const { services, destinations } = lost(before, slb.table.state())
      const wanted = want(next).state
      const all = new Set([...before.service.keys(), ...wanted.service.keys()])
      assert.ok(services <= most(all.size), `${services} of ${all.size} services went`)
      assert.ok(services < all.size || services === 0, 'the last service went')
      const rows = [...before.service.values(), ...wanted.service.values()]
      const backends = rows.reduce((sum, row) => sum + row.destinations.length, 0)
      assert.ok(destinations <= most(backends), `${destinations} of ${backends} backends went`)
    }),
  )
  assert.ok(refused > 0 && passed > 0, `${refused} refused, ${passed} passed`)
  console.log(`  ${refused} refused, ${passed} passed`)
})

test.run()
