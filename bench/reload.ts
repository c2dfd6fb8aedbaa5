/**
 * What a change of one weight costs a process that goes on: `node reload.js DIR`. One file of the
 * directory is another at every round; the others are the same bytes, read anew. Prints JSON.
 */
import { performance } from 'node:perf_hooks'
import { load, type Source } from '../src/config/load.ts'
import { openLoadCache } from '../src/config/load-cache.ts'
import { readSources } from '../src/config/read.ts'
import { type State, stateOf } from '../src/model/state.ts'
import { plan } from '../src/plan/plan.ts'
import { want } from '../src/plan/want.ts'
import { emptyLedger } from '../src/state/journal.ts'
import { median } from './measure.ts'

/** Milliseconds of each step. */
export type Steps = Readonly<Record<'load' | 'want' | 'plan', number>>

export interface Reload {
  /** From nothing. */
  readonly cold: Steps
  /** With one weight changed; medians. */
  readonly warm: Steps
}

const rounds = 40
/** The first rounds are run by code that is not compiled yet. */
const unready = 10

/** The directory with another weight in one of its files. */
function edited(directory: string, round: number): readonly Source[] {
  const { sources } = readSources([directory])
  return sources.map(({ file, text }, i) => {
    if (i !== round % sources.length) return { file, text }
    const weight = `weight = ${10 + round}`
    return { file, text: Buffer.from(`${Buffer.from(text)}`.replace(/weight = \d+/, weight)) }
  })
}

async function run(directory: string): Promise<Reload> {
  const cache = openLoadCache()
  let seen: State = stateOf()
  const measured: Steps[] = []
  for (let round = 0; round < rounds; round++) {
    const sources = edited(directory, round)
    const began = performance.now()
    const { desired } = await load(sources, cache)
    if (desired === undefined) throw new Error('the configuration is faulty')
    const loaded = performance.now()
    const wanted = want(desired)
    const known = performance.now()
    const { changes } = plan({ wanted, seen, ledger: emptyLedger, conflict: 'refuse' })
    const planned = performance.now()
    measured.push({ load: loaded - began, want: known - loaded, plan: planned - known })
    // The weight that is new, and the one of the round before that is not there any more.
    if (round > 0 && changes.length > 2) throw new Error(`${changes.length} changes`)
    seen = wanted.state
  }
  const [cold] = measured
  if (cold === undefined) throw new Error('nothing was measured')
  const warm = measured.slice(unready)
  const middle = (step: keyof Steps): number => median(warm.map(each => each[step]))
  return { cold, warm: { load: middle('load'), want: middle('want'), plan: middle('plan') } }
}

console.log(JSON.stringify(await run(process.argv[2] ?? '')))
