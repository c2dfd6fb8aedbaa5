/** How many rounds the properties take, from which seed, and how a counterexample is shown. */
import fc from 'fast-check'
import type { Desired } from '../../src/model/desired.ts'
import type { State } from '../../src/model/state.ts'
import { want } from '../../src/plan/want.ts'
import { toText } from '../../src/table/snapshot.ts'

const { SLB_RUNS, SLB_SEED, SLB_PATH } = process.env

/** `SLB_RUNS=50` takes 50 times as many rounds as the default test run (`npm run soak`). */
const times = Number(SLB_RUNS ?? 1)

/** `SLB_SEED=123 SLB_PATH=4:1` repeats a counterexample. */
const seed = Number(SLB_SEED ?? Math.floor(Math.random() * 0x7fff_ffff))

/** Checks a property on `rounds` generated values (times `SLB_RUNS`) and says so with the seed. */
export async function check<T>(
  name: string,
  rounds: number,
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
): Promise<void> {
  const numRuns = Math.max(1, Math.round(rounds * times))
  const path = SLB_PATH === undefined ? {} : { path: SLB_PATH, endOnFailure: true }
  const outcome = await fc.check(property as fc.IAsyncProperty<T>, { numRuns, seed, ...path })
  if (outcome.failed) throw failure(outcome)
  console.log(`  ${name}: ${numRuns} rounds, seed ${seed}`)
}

function failure<T>(outcome: fc.RunDetails<T>): Error {
  const cause = outcome.errorInstance
  const error =
    cause instanceof Error ? cause : new Error(String(cause ?? 'no failing value found'))
  const again = `SLB_SEED=${outcome.seed} SLB_PATH=${outcome.counterexamplePath}`
  error.message += `\n\nafter ${outcome.numRuns} rounds; again with ${again}\n${show(outcome.counterexample)}`
  return error
}

/** A generated value as a person would write it down. */
function show(value: unknown): string {
  if (Array.isArray(value)) return value.map((one, at) => `--- ${at}\n${show(one)}`).join('\n')
  if (isState(value)) return toText(value)
  if (isDesired(value)) {
    const policies = value.services.map(
      one =>
        `${one.name}: drain ${one.drain}, ${one.enabled ? 'enabled' : 'disabled'}, on ${one.listeners.map(row => row.id.key).join(', ')}`,
    )
    return `${policies.join('\n')}\n${toText(want(value).state)}`
  }
  return fc.stringify(value)
}

function isState(value: unknown): value is State {
  return (
    typeof value === 'object' &&
    value !== null &&
    'service' in value &&
    value.service instanceof Map
  )
}

function isDesired(value: unknown): value is Desired {
  return (
    typeof value === 'object' && value !== null && 'listeners' in value === false && 'vips' in value
  )
}
