/** Random histories of a daemon end in the right state, with what belongs to others untouched. */
import fc from 'fast-check'
import { test } from 'uvu'
import { rounds } from '../rounds.ts'
import { History } from './daemon-history.ts'
import { faults, meddlings, names, type Step, saveStyles } from './daemon-steps.ts'
import { seed } from './random.ts'

const name = fc.constantFrom(...names)
const port = fc.integer({ min: 8000, max: 8003 })
const weight = fc.integer({ min: 1, max: 40 })

const edit: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('edit' as const),
  name,
  weight,
  backends: fc.constantFrom(2, 3),
  style: fc.constantFrom(...saveStyles),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: edit, weight: 6 },
  {
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      name,
      fault: fc.constantFrom(...faults),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      signal: fc.constantFrom('SIGKILL' as const, 'SIGTERM' as const),
      editBetween: fc.boolean(),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constant('foreign' as const), port, weight }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('foreign-gone' as const), port }), weight: 1 },
  {
    arbitrary: fc.record({
      do: fc.constant('meddle' as const),
      how: fc.constantFrom(...meddlings),
      name,
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ do: fc.constant('resume' as const) }), weight: 1 },
  {
    arbitrary: fc.record({ do: fc.constant('rollback' as const), damaged: fc.boolean() }),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('trial' as const),
      commit: fc.boolean(),
      damaged: fc.boolean(),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      milliseconds: fc.integer({ min: 0, max: 600 }),
    }),
    weight: 2,
  },
)

const histories = fc.array(step, { minLength: 6, maxLength: 10 })

test('the live state is what the files said last, or what is held', async () => {
  const numRuns = rounds(1, 100)
  const path = process.env['SLB_PATH']
  const lived: Step[][] = []
  const outcome = await fc.check(
    fc.asyncProperty(histories, async steps => {
      lived.push(steps)
      await new History().live(steps)
    }),
    // A shorter history says more, but each one takes seconds.
    { numRuns, seed, endOnFailure: true, ...(path !== undefined && { path }) },
  )
  if (outcome.failed) {
    const steps = outcome.counterexample?.[0] ?? []
    const again = `SLB_SEED=${outcome.seed} SLB_PATH=${outcome.counterexamplePath}`
    const told = steps.map(one => JSON.stringify(one)).join('\n')
    throw new Error(`again with ${again}\n${told}\n${String(outcome.errorInstance)}`)
  }
  const count = lived.reduce((sum, steps) => sum + steps.length, 0)
  console.log(`  ${lived.length} histories of ${count} steps, seed ${seed}`)
})

test.run()
