/** Run one compiled test file as a process of its own. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { projectFolder } from '../project.ts'
import { compiled } from './find-tests.ts'
import { judge, lost, type Outcome } from './outcome.ts'

export interface Launch {
  /** Put before `node FILE`, to start it in namespaces of its own, say. */
  readonly prefix: readonly string[]
  /** Seconds until it is killed with all that it started. */
  readonly timeout: number
  /** Kills it at once. */
  readonly signal?: AbortSignal
}

/** Run it and judge what it printed. Never throws. */
export function runFile(file: string, launch: Launch): Promise<Outcome> {
  const script = compiled(file)
  if (!existsSync(script)) return Promise.resolve(lost(file, `not compiled: no ${script}`))
  const [command = process.execPath, ...args] = [...launch.prefix, process.execPath, script]
  const began = performance.now()
  return new Promise(resolve => {
    const child = spawn(command, args, {
      cwd: projectFolder,
      detached: true, // a process group: what a test left running is found and killed
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    let timedOut = false
    const keep = (chunk: Buffer): void => {
      chunks.push(chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const killAll = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // all gone already
      }
    }
    const timer = setTimeout(() => {
      timedOut = true
      killAll()
    }, launch.timeout * 1000)
    launch.signal?.addEventListener('abort', killAll)
    const end = (status: number | null): void => {
      clearTimeout(timer)
      launch.signal?.removeEventListener('abort', killAll)
      const seconds = (performance.now() - began) / 1000
      resolve(judge(file, { status, timedOut, seconds, output: Buffer.concat(chunks).toString() }))
    }
    child.on('error', error => {
      keep(Buffer.from(String(error)))
      end(null)
    })
    child.on('exit', killAll) // the pipes close only when the last one who holds them is gone
    child.on('close', end)
  })
}

/** Run files, some at a time, telling each outcome as it comes. */
export async function runFiles(
  files: readonly string[],
  atOnce: number,
  launch: Launch,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const waiting = [...files]
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (launch.signal?.aborted) return
      tell(await runFile(file, launch))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
