/**
 * How many rounds the tests take that can take more: few in `npm test`, as many as their figures ask for
 * in `npm run soak` (docs/proofs.md).
 */

/** Percent of the figures: `SLB_RUNS=10` takes a tenth of them, the soak all (100). None in `npm test`. */
const share = Number(process.env['SLB_RUNS'] ?? 0) / 100

/** True in the soak, or a part of it. */
export const isSoak: boolean = share > 0

/** So many rounds in `npm test`, and `figure` rounds in the soak. */
export function rounds(least: number, figure: number): number {
  return Math.max(least, Math.ceil(figure * share))
}
