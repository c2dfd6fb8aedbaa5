/** Watching over a trial to its deadline, whatever becomes of all others. */
import { SlbError } from '../model/error.ts'
import { isOverdue } from '../state/trial.ts'
import { type Past, type Undone, undoTrial } from './rollback.ts'

/** How often the record is looked at, in milliseconds: it may be gone, or go on for longer. */
const glance = 1000

/** How often the lock is tried after the deadline, and a trial looked for that has not begun. */
const knock = 250

/** How long after a failed undo it is tried again: longer each time. */
const pauses = [1000, 5000, 15_000, 60_000]

export interface GuardianOptions {
  /** Takes the writer's lock. Throws SlbError `locked` if another slb is at work. */
  takeLock(): Promise<{ release(): Promise<void> }>
  /** Whether a trial that is not there yet may still begin; absent = it must be there from the start. */
  mayBegin?(): boolean
  /** Told why the undo could not be done this time. */
  failed(error: SlbError): void
  /** Told that another slb holds the lock, so many milliseconds after the deadline. */
  barred?(late: number): void
}

/**
 * Waits until the trial is over, in one way or another, and undoes it if nobody else did.
 *
 * Returns how the undo ended; undefined if the trial was committed or undone by somebody else.
 */
export async function guardTrial(
  past: Past,
  options: GuardianOptions,
): Promise<Undone | undefined> {
  for (let failures = 0; ; ) {
    try {
      const trial = past.trials.read()
      const now = past.clock.monotonic()
      if (trial === undefined) {
        if (options.mayBegin?.() !== true) return undefined
        await past.clock.sleep(knock)
        continue
      }
      // Short sleeps: one that was stopped meanwhile, or whose machine slept, sees it soon after.
      if (!isOverdue(trial, now)) await past.clock.sleep(Math.min(trial.deadline - now, glance))
      else {
        const undone = await undoLocked(past, options)
        if (undone !== undefined) return undone
      }
    } catch (error) {
      if (!(error instanceof SlbError)) throw error
      if (error.code === 'locked') await barred(past, options)
      else {
        options.failed(error)
        await past.clock.sleep(pauses[Math.min(failures++, pauses.length - 1)] ?? glance)
      }
    }
  }
}

/** Undefined if there is nothing overdue any more, now that nobody else can be at work. */
async function undoLocked(past: Past, options: GuardianOptions): Promise<Undone | undefined> {
  const lock = await options.takeLock()
  try {
    const trial = past.trials.read()
    if (trial === undefined || !isOverdue(trial, past.clock.monotonic())) return undefined
    return await undoTrial(past, trial, { wait: Number.POSITIVE_INFINITY })
  } finally {
    await lock.release()
  }
}

async function barred(past: Past, options: GuardianOptions): Promise<void> {
  const trial = past.trials.read()
  if (trial !== undefined) options.barred?.(past.clock.monotonic() - trial.deadline)
  await past.clock.sleep(knock)
}
