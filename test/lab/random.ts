/** Numbers by chance for lab tests, the same again from the same seed. */

/** `SLB_SEED=123` repeats a run, as far as time lets itself be repeated. */
export const seed: number = Number(process.env['SLB_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Gives whole numbers from 0 to below a limit (the generator of Numerical Recipes). */
export function randomFrom(start: number): (limit: number) => number {
  let state = start >>> 0
  return limit => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
