/** Run test files on lab kernels: one boot for many, and another after a file that killed its kernel. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ending } from '../lab/kernel/boot.ts'
import { type Lab, labEnvironment } from '../lab/kernel/lab.ts'
import { projectFolder } from '../project.ts'
import { lost, type Outcome } from './outcome.ts'
import { isTaken, take } from './taken.ts'

const inside = fileURLToPath(new URL('./inside.js', import.meta.url))

export interface LabRun {
  /** Seconds for each file. */
  readonly timeout: number
  /** MiB. */
  readonly memory: number
  readonly signal: AbortSignal
}

/** Every file gets an outcome, also when its kernel dies or hangs. Runs as many kernels at once as the lab allows. */
export async function runInLab(
  lab: Lab,
  files: readonly string[],
  run: LabRun,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const taken = mkdtempSync(join(tmpdir(), `slb-lab-${process.pid}-`))
  const told = new Set<string>()
  const count = (outcome: Outcome): void => {
    told.add(outcome.file)
    tell(outcome)
  }
  const kernels = Array.from({ length: Math.min(lab.atOnce, files.length) }, (_, processor) =>
    runKernel(lab, files, { ...run, processor, taken }, count),
  )
  await Promise.all(kernels).finally(() => rmSync(taken, { recursive: true, force: true }))
  if (run.signal.aborted) return
  for (const file of files) if (!told.has(file)) tell(lost(file, 'it was never run'))
}

/** One kernel, and another one after a file that killed it, until all files are taken. */
async function runKernel(
  lab: Lab,
  files: readonly string[],
  run: LabRun & { readonly processor: number; readonly taken: string },
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const isLeft = (file: string): boolean => !isTaken(run.taken, file)
  while (files.some(isLeft) && !run.signal.aborted) {
    let current: string | undefined
    const read = lineReader(line => {
      const message = parseLine(line)
      if (message === undefined) console.log(line)
      else if ('begin' in message) current = message.begin
      else {
        current = undefined
        tell(message)
      }
    })
    const noise: Buffer[] = []
    const ending = await lab.run(
      {
        command: [process.execPath, inside, String(run.timeout), run.taken, ...files],
        directory: projectFolder,
        environment: labEnvironment(),
      },
      {
        timeout: 60 + files.length * (run.timeout + 5),
        memory: run.memory,
        processor: run.processor,
        signal: run.signal,
      },
      { stdout: read, stderr: chunk => noise.push(chunk) },
    )
    // A kernel that dies before it begins anything costs a file, too: else it would be tried for ever.
    const file = current ?? files.find(one => isLeft(one) && take(run.taken, one))
    if (file !== undefined) tell(lost(file, describe(ending, Buffer.concat(noise).toString())))
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
