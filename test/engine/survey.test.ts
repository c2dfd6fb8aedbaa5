/** Looking with a memory: what is read again, and what the plan then rests on. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { survey } from '../../src/engine/survey.ts'
import { describeChange } from '../../src/model/change.ts'
import { stateOf } from '../../src/model/state.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { memoryTable } from '../../src/table/memory.ts'
import type { Scope } from '../../src/table/table.ts'
import { state, stillClock, wanted } from './rig.ts'

/** Ten services of ours with a backend each. */
const services = (weights: Readonly<Record<number, number>> = {}): string =>
  Array.from(
    { length: 10 },
    (_, at) =>
      `service tcp 192.0.2.${at}:80 wrr ours\n  -> 10.0.0.${at}:80 nat weight ${weights[at] ?? 1}\n`,
  ).join('')

/** Looks at a system that was seen as `before`, and is `now`. */
async function look(want: string, before: string, now: string) {
  const table = memoryTable(state(now))
  const scopes: (Scope | undefined)[] = []
  const spied = {
    ...table,
    read: async (scope?: Scope) => {
      scopes.push(scope)
      return table.read(scope)
    },
  }
  const memory = stateOf(await memoryTable(state(before)).read())
  const job = {
    wanted: wanted(want),
    limits: { maxRemove: { count: 9 } },
    conflict: 'refuse',
  } as const
  const live = { tables: [spied], clock: stillClock() }
  const { preview } = await survey(job, live, emptyLedger, memory)
  return {
    changes: preview.plan.changes.map(describeChange),
    isAsKnown: preview.seen === memory,
    asked: scopes.map(scope => scope?.services?.map(({ key }) => key)),
  }
}

const edit = 'update destination tcp 192.0.2.3:80 -> 10.0.0.3:80'

test('what agrees with what is wanted is not read at all', async () => {
  assert.equal(await look(services(), services(), services({ 3: 7 })), {
    changes: [],
    isAsKnown: true,
    asked: [],
  })
})

test('an edit reads the service that it touches, and what is known stands where that bears it out', async () => {
  assert.equal(await look(services({ 3: 5 }), services(), services({ 8: 7 })), {
    changes: [edit],
    isAsKnown: true,
    asked: [['tcp 192.0.2.3:80']],
  })
})

test('where somebody was faster the plan rests on what is there now', async () => {
  const asked = [['tcp 192.0.2.3:80']]
  const want = services({ 3: 5 })
  assert.equal(await look(want, services(), want), { changes: [], isAsKnown: false, asked })
  assert.equal(await look(want, services(), services({ 3: 9 })), {
    changes: [edit],
    isAsKnown: false,
    asked,
  })
  const gone = services().replace(/service tcp 192\.0\.2\.3:80.*\n.*\n/, '')
  assert.equal((await look(want, services(), gone)).changes.length, 2, 'the service is made anew')
})

test.run()
