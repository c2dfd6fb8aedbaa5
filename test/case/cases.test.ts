/** Every case on the kernel in memory, and a walk from case to case. `npm run cases -- --update` writes the files anew. */

import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromText } from '../../src/table/snapshot.ts'
import { machine } from '../machine.ts'
import { applied } from '../property/apply.ts'
import { check } from '../property/runs.ts'
import { caseNames, fileOf, play, readCase } from './case.ts'

const names = caseNames()

test('there are cases', () => {
  assert.ok(names.length >= 25, `${names.length} cases`)
})

for (const name of names)
  test(name, async () => {
    const one = await readCase(name)
    const { table, live } = machine(one.have)
    const { plan, after, again } = await play(one, live, async () => table.state())
    assert.fixture(plan, fileOf(name, 'plan.txt') ?? '')
    assert.fixture(after, fileOf(name, 'after.txt') ?? '')
    const undone = after.startsWith('# failed') || plan.includes('\nrefused: ')
    if (!undone) assert.equal(again, [], 'the second plan is empty')
  })

/** The kernel takes no destination of another family beside a sync daemon, not even one about to stop. */
const walkless = new Set(['tunnel-across-families'])
const fails = (name: string): boolean => fileOf(name, 'after.txt')?.startsWith('# failed') === true

test('a walk from any case to any other', async () => {
  const all = await Promise.all(names.map(readCase))
  const cases = all.filter(({ name }) => !walkless.has(name) && !fails(name))
  const links = fromText('link eth0 veth up\nlink eth1 veth up\n').state
  await check(
    'steps of a walk',
    20,
    fc.asyncProperty(
      fc.array(fc.constantFrom(...cases.keys()), { minLength: 5, maxLength: 30 }),
      async walk => {
        const slb = machine(links)
        for (const at of walk) {
          const config = cases[at]?.desired
          if (config) await applied(slb, config)
        }
      },
    ),
    1000,
  )
})

test.run()
