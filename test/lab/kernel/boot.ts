/** Boot a kernel for one job, pass on what the command prints, and leave nothing running. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { follow, openJob, type Request } from './job.ts'

/** A kernel that can be started as a process. */
export interface Kernel {
  /** How many of them this machine can run at once without one slowing another. */
  readonly atOnce: number
  /** For people: `User-Mode Linux 7.2.7`. */
  readonly label: string
  /** The command line that boots it. `folder` is the job's. */
  readonly argv: (folder: string, limits: Limits) => readonly string[]
  /** More environment for that process. */
  readonly environment?: NodeJS.ProcessEnv
}

export interface Limits {
  /** Seconds until the kernel is killed. */
  readonly timeout: number
  /** MiB. */
  readonly memory: number
  /** True = it may use all processors of this machine; for a kernel of one processor that is slower. */
  readonly spread?: boolean
  /** Else, on which processor it runs, counted from the last; 0 = the last, as by default. */
  readonly processor?: number
  /** Kills the kernel at once. */
  readonly signal?: AbortSignal
}

export interface Sinks {
  readonly stdout: (chunk: Buffer) => void
  readonly stderr: (chunk: Buffer) => void
}

/** How a boot ended. `died`: the kernel ended before the command did. */
export type Ending =
  | { readonly how: 'exited'; readonly status: number }
  | { readonly how: 'timeout' | 'aborted' | 'died'; readonly console: string }

/** Boot, run the request's command, power off. */
export async function boot(
  kernel: Kernel,
  request: Request,
  limits: Limits,
  sinks: Sinks,
): Promise<Ending> {
  const job = await openJob(request)
  const out = follow(join(job.folder, 'stdout'), sinks.stdout)
  const err = follow(join(job.folder, 'stderr'), sinks.stderr)
  try {
    const machine = start(kernel, job.folder, limits)
    while (!machine.ended()) {
      await Promise.race([machine.end, sleep(100)])
      out.more()
      err.more()
    }
    const stopped = await machine.end
    const status = await job.status()
    out.more()
    err.more()
    if (status !== undefined) return { how: 'exited', status }
    return { how: stopped ?? 'died', console: machine.console() }
  } finally {
    out.close()
    err.close()
    await job.remove()
  }
}

interface Machine {
  readonly end: Promise<'timeout' | 'aborted' | undefined>
  ended(): boolean
  console(): string
}

function start(kernel: Kernel, folder: string, limits: Limits): Machine {
  // --pdeathsig: the kernel dies with us, also when we are killed and can no longer clean up.
  // detached: a process group of its own, so that its helpers can be killed with it.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...kernel.argv(folder, limits)], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...kernel.environment },
  })
  let ended = false
  let stopped: 'timeout' | 'aborted' | undefined
  let printed = ''
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString('latin1').replaceAll('\r', '')).slice(-20_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const stop = (why: 'timeout' | 'aborted'): void => {
    stopped ??= why
    killGroup(child.pid)
  }
  const onAbort = (): void => stop('aborted')
  const timer = setTimeout(() => stop('timeout'), limits.timeout * 1000)
  if (limits.signal?.aborted) onAbort()
  limits.signal?.addEventListener('abort', onAbort)
  const end = new Promise<'timeout' | 'aborted' | undefined>(resolve => {
    const done = (): void => {
      ended = true
      clearTimeout(timer)
      limits.signal?.removeEventListener('abort', onAbort)
      killGroup(child.pid)
      resolve(stopped)
    }
    child.on('error', error => {
      keep(Buffer.from(String(error)))
      done()
    })
    child.on('close', done)
  })
  return { end, ended: () => ended, console: () => printed.replace(usualNoise, '') }
}

/** User-Mode Linux says so at every boot without a disk. */
const usualNoise = /^Failed to initialize ubd device 0 .*\n/m

/** Kill a process and its helpers; those that are gone already are no fault. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
