import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type RunLane, runWithAgain } from './again.ts'
import type { Outcome } from './outcome.ts'

const outcome = (file: string, failed: number): Outcome => ({
  file,
  passed: 1,
  failed,
  skipped: 0,
  seconds: 0,
  said: `what ${file} said`,
})

/** Runs a lane whose files fail so many times. */
async function lane(failures: Readonly<Record<string, number>>) {
  const left = new Map(Object.entries(failures))
  const runs: string[] = []
  const told: string[] = []
  const said: string[] = []
  const run: RunLane = async (files, tell, alone) => {
    runs.push(`${alone ? 'alone' : 'all'}: ${files.join(' ')}`)
    for (const file of files) {
      const more = left.get(file) ?? 0
      left.set(file, more - 1)
      tell(outcome(file, more > 0 ? 1 : 0))
    }
  }
  const tell = ({ file, failed }: Outcome): number => told.push(`${file} ${failed}`)
  const again = await runWithAgain(Object.keys(failures), run, tell, line => said.push(line))
  return { runs, told, again, said: said.join('\n') }
}

test('what passes is run once', async () => {
  const { runs, told, again } = await lane({ a: 0, b: 0 })
  assert.equal(runs, ['all: a b'])
  assert.equal(told, ['a 0', 'b 0'])
  assert.equal(again, [])
})

test('what fails once and passes alone counts, is named, and its failure is shown', async () => {
  const { runs, told, again, said } = await lane({ a: 0, b: 1 })
  assert.equal(runs, ['all: a b', 'alone: b'])
  assert.equal(told, ['a 0', 'b 0'])
  assert.equal(again, ['b'])
  assert.match(said, 'what b said')
})

test('what fails again has failed', async () => {
  const { told, again } = await lane({ a: 2 })
  assert.equal(told, ['a 1'])
  assert.equal(again, [])
})

test('when many fail nothing is run again: that is no accident', async () => {
  const all = Object.fromEntries([...'abcdef'].map(file => [file, 1]))
  const { runs, told } = await lane(all)
  assert.is(runs.length, 1)
  assert.is(told.filter(one => one.endsWith(' 1')).length, 6)
})

test.run()
