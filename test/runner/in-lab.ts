/** Run test files on a lab kernel: one boot for all, and another after a file that killed it. */
import { fileURLToPath } from 'node:url'
import type { Ending } from '../lab/kernel/boot.ts'
import { type Lab, labEnvironment } from '../lab/kernel/lab.ts'
import { projectFolder } from '../project.ts'
import { lost, type Outcome } from './outcome.ts'

const inside = fileURLToPath(new URL('./inside.js', import.meta.url))

export interface LabRun {
  /** Seconds for each file. */
  readonly timeout: number
  /** MiB. */
  readonly memory: number
  readonly signal: AbortSignal
}

/** Every file gets an outcome, also when its kernel dies or hangs. */
export async function runInLab(
  lab: Lab,
  files: readonly string[],
  run: LabRun,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  let left = files
  while (left.length > 0 && !run.signal.aborted) {
    const done = new Set<string>()
    let current = left[0] ?? ''
    const read = lineReader(line => {
      const message = parseLine(line)
      if (message === undefined) console.log(line)
      else if ('begin' in message) current = message.begin
      else {
        done.add(message.file)
        tell(message)
      }
    })
    const noise: Buffer[] = []
    const ending = await lab.run(
      {
        command: [process.execPath, inside, String(run.timeout), ...left],
        directory: projectFolder,
        environment: labEnvironment(),
      },
      { timeout: 60 + left.length * (run.timeout + 5), memory: run.memory, signal: run.signal },
      { stdout: read, stderr: chunk => noise.push(chunk) },
    )
    const missing = left.filter(file => !done.has(file))
    if (missing.length > 0) tell(lost(current, describe(ending, Buffer.concat(noise).toString())))
    left = missing.filter(file => file !== current)
  }
}

function describe(ending: Ending, noise: string): string {
  if (ending.how === 'exited')
    return `${noise}\nthe run inside the lab ended with status ${ending.status}`
  const why =
    ending.how === 'died'
      ? 'the kernel died while this file ran'
      : `the lab was stopped: ${ending.how}`
  return `${noise}\n${ending.console}\n${why}`
}

/** A line that `inside.ts` printed; anything else is the talk of some child. */
function parseLine(line: string): { begin: string } | Outcome | undefined {
  return line.startsWith('{"begin":') || line.startsWith('{"file":') ? JSON.parse(line) : undefined
}

function lineReader(take: (line: string) => void): (chunk: Buffer) => void {
  let rest = ''
  return chunk => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  }
}
