/** A second chance for files that failed beside others: each alone, and told as what it is. */
import { type Outcome, show } from './outcome.ts'

/** More than so many are no accident. */
const most = 5

/** Runs some files, and tells what became of each; one at a time if `alone`. */
export type RunLane = (
  files: readonly string[],
  tell: (outcome: Outcome) => void,
  alone: boolean,
) => Promise<void>

/**
 * Runs the files of a lane. Where a few fail they are run once more, each alone: tests that wait for
 * daemons can fail on a machine that has no time for them. What fails again has failed. What then passes
 * counts, and is named at the end of the run, with its first failure above.
 *
 * @returns the files that passed only alone
 */
export async function runWithAgain(
  files: readonly string[],
  run: RunLane,
  tell: (outcome: Outcome) => void,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const failed: Outcome[] = []
  await run(
    files,
    outcome => {
      if (outcome.failed === 0) tell(outcome)
      else failed.push(outcome)
      if (outcome.failed > 0) say(show(outcome))
    },
    false,
  )
  if (failed.length === 0) return []
  if (failed.length > most) {
    for (const outcome of failed) tell(outcome)
    return []
  }
  say(`Once more, each alone: ${failed.map(({ file }) => file).join(', ')}`)
  const passed: string[] = []
  const told = new Set<string>()
  await run(
    failed.map(({ file }) => file),
    outcome => {
      told.add(outcome.file)
      if (outcome.failed === 0) passed.push(outcome.file)
      tell(outcome)
    },
    true,
  )
  for (const outcome of failed) if (!told.has(outcome.file)) tell(outcome)
  return passed
}
