/** How many rounds the properties take, from which seed, and how a counterexample is shown. */
import fc from 'fast-check'
import type { Desired } from '../../src/model/desired.ts'
import type { State } from '../../src/model/state.ts'
import { want } from '../../src/plan/want.ts'
import { toText } from '../../src/table/snapshot.ts'
import { rounds } from '../rounds.ts'

const { SLB_SEED, SLB_PATH } = process.env

/** `SLB_SEED=123 SLB_PATH=4:1` repeats a counterexample. */
const seed = Number(SLB_SEED ?? Math.floor(Math.random() * 0x7fff_ffff))

/** What the soak takes of each property, or ten times as many as `npm test` where that is more. */
const figure = 10_000

/**
 * Checks a property on generated values and says so with the seed.
 *
 * @param least how many in `npm test`.
 * @param most how many in the soak.
 */
export async function check<T>(
  name: string,
  least: number,
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
  most: number = Math.max(figure, 10 * least),
): Promise<void> {
  const numRuns = rounds(least, most)
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
