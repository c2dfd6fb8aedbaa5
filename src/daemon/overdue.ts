/** The apply on trial that nobody has committed in time, and the way back behind it. */
import { readSources } from '../config/read.ts'
import { type Job, type Round, reconcile } from '../engine/reconcile.ts'
import { undoTrial } from '../engine/rollback.ts'
import type { Host } from '../host.ts'
import type { Desired } from '../model/desired.ts'
import { textsFingerprint } from '../state/hold.ts'
import { isOverdue, type Trial } from '../state/trial.ts'
import type { EngineEnds } from './ends.ts'
import type { Rounds } from './rounds.ts'
import type { Prepared, Serving } from './serving.ts'

/** The trial whose time is over; undefined if there is none. */
export function overdueTrial({ trials, clock }: Host): Trial | undefined {
  const trial = trials.read()
  return trial !== undefined && isOverdue(trial, clock.monotonic()) ? trial : undefined
}

/** What was gone back to. */
export interface Undone {
  readonly job: Job
  readonly round: Round
  /** What is checked of it; absent if nobody knows what the files said. */
  readonly prepared: Prepared | undefined
}

/**
 * Undoes it, and says so. Undefined if somebody else has done it meanwhile.
 *
 * @param desired what the files say that were accepted before it.
 * @throws SlbError as `reconcile` does.
 */
export async function undoOverdue(
  trial: Trial,
  desired: Desired | undefined,
  { host, note, paths }: Pick<EngineEnds, 'host' | 'note' | 'paths'>,
  rounds: Rounds,
  serving: Serving,
): Promise<Undone | undefined> {
  let prepared: Prepared | undefined
  const undone = await undoTrial(host, trial, {
    wait: 0,
    reconcile: async (job, ...round) => {
      prepared = desired && (await serving.prepare(desired, () => rounds.seen(job), job))
      const served = serving.advance(job, prepared)
      return rounds.keep(() => reconcile(served, ...round))
    },
    fingerprint: textsFingerprint(readSources(paths).sources),
  })
  if (undone.outcome !== 'undone') return undefined
  note('warn', 'the apply on trial was not committed in time: it is undone', { by: trial.user })
  return { job: undone.job, round: undone.round, prepared }
}
