/** Waiting for a drain that a daemon carries out: it is asked again and again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DaemonCall, ProcessEnds } from './context.ts'
import { type ExitStatus, exit } from './exit.ts'

/** Between two questions, in milliseconds. */
const pause = 500

/** Resolves when it has ended, or when the time is over: then with the status of a failure. */
export async function untilDrained(
  { askDaemon }: Pick<ProcessEnds, 'askDaemon'>,
  call: DaemonCall,
  { wait }: { readonly wait?: number | boolean },
): Promise<ExitStatus | undefined> {
  const patience = typeof wait === 'number' ? wait : Number.POSITIVE_INFINITY
  const begun = performance.now()
  while (performance.now() - begun < patience) {
    await sleep(pause)
    const status = await askDaemon({ ...call, argv: [...call.argv, '--again'] })
    if (status !== exit.changes) return status
  }
  return exit.failed
}
