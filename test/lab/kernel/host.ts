/** The machine's own kernel, in fresh namespaces: the fastest lab, where there is IPVS. */
import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { projectFolder } from '../../project.ts'
import type { Ending, Limits, Sinks } from './boot.ts'
import type { Request } from './job.ts'
import { searchPath } from './packages.ts'
import { tryCommand } from './run-command.ts'

/** Runs a command in network, mount and process namespaces of its own. */
export const isolate: string = join(projectFolder, 'test/lab/kernel/isolate.sh')

/** True if we are root and this kernel has IPVS, or a module of it that loads. */
export async function hostHasIpvs(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  await tryCommand('modprobe', ['ip_vs'], { env: { PATH: searchPath } })
  return stat('/proc/net/ip_vs').then(
    () => true,
    () => false,
  )
}

/** Run a request like `boot` does, without a boot. */
export function runOnHost(request: Request, limits: Limits, sinks: Sinks): Promise<Ending> {
  const child = spawn(isolate, request.command, {
    cwd: request.directory,
    env: { ...request.environment, TMPDIR: '/run/tmp' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.on('data', sinks.stdout)
  child.stderr.on('data', sinks.stderr)
  let how: 'timeout' | 'aborted' | undefined
  const stop = (why: 'timeout' | 'aborted'): void => {
    how ??= why
    child.kill('SIGKILL') // unshare --kill-child takes everything inside with it
  }
  const onAbort = (): void => stop('aborted')
  const timer = setTimeout(() => stop('timeout'), limits.timeout * 1000)
  if (limits.signal?.aborted) onAbort()
  limits.signal?.addEventListener('abort', onAbort)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => {
      clearTimeout(timer)
      limits.signal?.removeEventListener('abort', onAbort)
      if (how !== undefined) resolve({ how, console: '' })
      else resolve({ how: 'exited', status: status ?? (signal === 'SIGKILL' ? 137 : 1) })
    })
  })
}
