/** Random histories of checks, drains, weights, edits and restarts end in the right weights. */
import fc from 'fast-check'
import { test } from 'uvu'
import { rounds } from '../rounds.ts'
import { live } from './health-history.ts'
import { names, type Step } from './health-steps.ts'
import { seed } from './random.ts'

const name = fc.constantFrom(...names)
const backend = fc.integer({ min: 0, max: 2 })
const always = <T extends string>(what: T): fc.Arbitrary<T> => fc.constant(what)

const target = fc.oneof(
  { arbitrary: fc.record({ name, backend }), weight: 4 },
  { arbitrary: fc.record({ name }), weight: 2 },
  { arbitrary: fc.constant({}), weight: 1 },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({ do: always('edit'), name, backend, gone: fc.boolean() }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      do: always('restart'),
      signal: fc.constantFrom('SIGKILL' as const, 'SIGTERM' as const),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: always('flap'), backend }), weight: 5 },
  { arbitrary: target.map(one => ({ do: 'drain' as const, ...one })), weight: 3 },
  { arbitrary: target.map(one => ({ do: 'undrain' as const, ...one })), weight: 3 },
  { arbitrary: fc.record({ do: always('weight'), name, backend, reset: fc.boolean() }), weight: 2 },
  {
    arbitrary: fc.record({
      do: always('foreign'),
      port: fc.integer({ min: 8000, max: 8002 }),
      weight: fc.integer({ min: 1, max: 40 }),
    }),
    weight: 1,
  },
  { arbitrary: fc.record({ do: always('meddle'), name }), weight: 1 },
  { arbitrary: fc.record({ do: always('rollback') }), weight: 1 },
  { arbitrary: fc.record({ do: always('resume') }), weight: 1 },
  {
    arbitrary: fc.record({
      do: always('wait'),
      milliseconds: fc.integer({ min: 0, max: 1000 }),
    }),
    weight: 2,
  },
)

const histories = fc.array(step, { minLength: 6, maxLength: 9 })

test('weights are what files, checks and operators say, whatever happened before', async () => {
  const path = process.env['SLB_PATH']
  let count = 0
  const outcome = await fc.check(
    fc.asyncProperty(histories, async steps => {
      count += steps.length
      await live(steps)
    }),
    // A shorter history says more, but each one takes seconds.
    { numRuns: rounds(2, 50), seed, endOnFailure: true, ...(path !== undefined && { path }) },
  )
  if (outcome.failed) {
    const steps = outcome.counterexample?.[0] ?? []
    const again = `SLB_SEED=${outcome.seed} SLB_PATH=${outcome.counterexamplePath}`
    const told = steps.map(one => JSON.stringify(one)).join('\n')
    throw new Error(`again with ${again}\n${told}\n${String(outcome.errorInstance)}`)
  }
  console.log(`  ${outcome.numRuns} histories of ${count} steps, seed ${seed}`)
})

test.run()
