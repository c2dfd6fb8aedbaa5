/** What became of one test file. */

export interface Outcome {
  /** The source, `test/plan/plan.test.ts`. */
  readonly file: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly seconds: number
  /** What it printed, or what was wrong with it; shown if something failed. */
  readonly said: string
}

/** How a test file's process ended. */
export interface Ended {
  /** Null if a signal ended it. */
  readonly status: number | null
  readonly timedOut: boolean
  readonly seconds: number
  readonly output: string
}

const summary = /^\s*Total:\s+(\d+)\n\s*Passed:\s+(\d+)\n\s*Skipped:\s+(\d+)/m

/** Read uvu's summary. What does not end with one has failed, and so has a file without tests. */
export function judge(file: string, ended: Ended): Outcome {
  const { seconds, output } = ended
  const counts = summary.exec(output)?.slice(1).map(Number) ?? []
  const [total = 0, passed = 0, skipped = 0] = counts
  const failed = total - passed
  const fault = ended.timedOut
    ? `killed after ${seconds.toFixed(0)} s`
    : counts.length === 0
      ? `ended with status ${ended.status} before its last test`
      : total + skipped === 0
        ? 'has no test'
        : ended.status !== 0 && failed === 0
          ? `all tests passed, but it ended with status ${ended.status}`
          : undefined
  const said = fault === undefined ? output : `${output.trimEnd()}\n${file}: ${fault}\n`
  return {
    file,
    passed,
    failed: fault === undefined ? failed : Math.max(failed, 1),
    skipped,
    seconds,
    said,
  }
}

/** A file that could not even be started, or whose kernel died. */
export function lost(file: string, said: string): Outcome {
  return { file, passed: 0, failed: 1, skipped: 0, seconds: 0, said }
}

/** One line of progress; if something failed, all that the file said below it. */
export function show(outcome: Outcome): string {
  const { file, passed, failed, skipped, seconds, said } = outcome
  const counts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ')
  const line = `  ${failed > 0 ? 'FAIL' : 'ok  '} ${file.padEnd(44)} ${counts} (${seconds.toFixed(1)} s)`
  if (failed === 0) return line
  return `${line}\n${said.trimEnd().replace(/^/gm, '       ')}\n`
}

/** The line that closes a run. */
export function closingLine(outcomes: readonly Outcome[], skippedFiles: number): string {
  const sum = (count: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0)
  const skipped = sum(outcome => outcome.skipped) + skippedFiles
  const counts = `${sum(outcome => outcome.passed)} passed, ${sum(outcome => outcome.failed)} failed`
  return skipped > 0 ? `${counts}, ${skipped} skipped` : counts
}
