/** Starting the guardian of a trial. */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SlbError } from '../model/error.ts'
import type { Guardian } from './context.ts'

/** How long it may take to start, in milliseconds. */
const limit = 30_000

/** Compiled, and so without the name's `.ts`. */
const program = fileURLToPath(new URL('./guardian.js', import.meta.url))

export interface GuardianStart {
  /** It may kill us if we hold the writer's lock long after the deadline, because we are stopped. */
  readonly endsStarter?: boolean
}

/**
 * Starts a guardian in the network namespace of this thread, and resolves when it is ready.
 *
 * @throws SlbError `internal` or `timeout` if it is not.
 */
export async function startGuardian(
  stateDirectory: string,
  { endsStarter = false }: GuardianStart = {},
): Promise<Guardian> {
  const args = [program, resolve(stateDirectory), ...(endsStarter ? ['--end-starter'] : [])]
  const child = spawn(process.execPath, args, {
    // setsid(2): a new session, without a terminal.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    // It keeps no directory busy.
    cwd: '/',
    env: { PATH: process.env['PATH'] },
  })
  try {
    await new Promise<void>((ready, failed) => {
      const timer = setTimeout(() => failed(notReady('timeout', 'it takes too long')), limit)
      const settle = (end: () => void) => (): void => {
        clearTimeout(timer)
        end()
      }
      child.stdout.once('data', settle(ready))
      child.once('error', error => settle(() => failed(notReady('internal', error.message)))())
      child.once('exit', (status, signal) => {
        settle(() =>
          failed(notReady('internal', `it ended with ${signal ?? `status ${status}`}`)),
        )()
      })
    })
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    child.stdout.destroy()
    child.unref()
  }
  // That it is gone, too, is found out by the next command.
  child.stdin.on('error', () => {})
  return { release: () => child.stdin.end() }
}

function notReady(code: 'internal' | 'timeout', why: string): SlbError {
  return new SlbError(code, `the process that would undo the apply cannot be started: ${why}`, {
    hint: 'nothing was changed; apply without --confirm if you can do without an undo',
  })
}
