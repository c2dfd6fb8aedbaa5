/** How many rounds the properties take, and from which seed: one place for all of them. */
import fc from 'fast-check'

const { SLB_RUNS, SLB_SEED } = process.env

/** `SLB_RUNS=50` takes 50 times as many rounds as the default test run (`npm run soak`). */
const times = Number(SLB_RUNS ?? 1)

/** `SLB_SEED=123` repeats a run: fast-check prints the seed with every counterexample. */
const seed = Number(SLB_SEED ?? Math.floor(Math.random() * 0x7fff_ffff))

/** Checks a property on `rounds` generated values (times `SLB_RUNS`) and says so with the seed. */
export async function check<T>(
  name: string,
  rounds: number,
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
): Promise<void> {
  const numRuns = Math.max(1, Math.round(rounds * times))
  await fc.assert(property as fc.IAsyncProperty<T>, { numRuns, seed })
  console.log(`  ${name}: ${numRuns} rounds, seed ${seed}`)
}
