/** Ten thousand routes. How long they take is for the benchmark to say. */
import * as assert from 'uvu/assert'
import { able, type Candidate } from './candidates.ts'
import { kernelCount } from './router.ts'
import { peer } from './rows.ts'
import { create, remove, type Speaking } from './speaking.ts'
import { until } from './until.ts'
import { worldSuite } from './world-suite.ts'

const test = worldSuite('ten thousand routes', 4)

const half = 5000

/** As many of each family. */
function rowsOf(candidate: Candidate) {
  return Array.from({ length: half }, (_, at) => [
    candidate.route(`10.${100 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`),
    candidate.route(`2001:db8:1::${(at + 1).toString(16)}`),
  ]).flat()
}

for (const candidate of able())
  test(`${candidate.name}: all come, one goes, all go, and no session suffers`, async ({
    world,
    ends,
  }) => {
    const routers = [world.bird, world.frr]
    const machine = world.fresh()
    const peers = routers.map(router => peer(router.machine))
    const speaker: Speaking = await candidate.start(machine, peers)
    ends.push(speaker.end)
    for (const router of routers)
      await until(`${router.kind} has a session`, () => router.established(machine.ipv4), Boolean)
    const rows = rowsOf(candidate)
    await speaker.make(rows.map(create))
    assert.is((await speaker.read()).routes.length, 2 * half)
    const all = async (expected: number): Promise<void> => {
      for (const router of routers)
        await until(
          `${expected} at ${router.kind}`,
          () => kernelCount(router.machine),
          found => found === expected,
        )
    }
    await all(2 * half)
    await speaker.make(rows.slice(0, 1).map(remove))
    await all(2 * half - 1)
    for (const router of routers) assert.is(await router.established(machine.ipv4), true)
    for (const { sent, lastError } of Object.values(await speaker.status()))
      assert.equal([sent, lastError], [2 * half - 1, undefined])
    await speaker.close('withdraw')
    await all(0)
  })

test.run()
