/** What a command works with that runs inside the daemon. */
import { readSources } from '../config/read.ts'
import type { Standing } from '../config/stand-in.ts'
import { type Job, type Round, reconcile } from '../engine/reconcile.ts'
import type { Host } from '../host.ts'
import type { Desired } from '../model/desired.ts'
import type { State } from '../model/state.ts'
import type { Care } from '../serve/census.ts'
import type { Memory, Verdict } from '../serve/circumstances.ts'
import type { Intake } from './intake.ts'
import type { Rounds } from './rounds.ts'
import type { Prepared, Serving } from './serving.ts'
import { foughtNote } from './tell.ts'

/** In place of the files and the kernel alone. */
export interface CommandSide {
  readonly host: Host
  /** What it follows. */
  readonly paths: readonly string[]
  /** The configuration as it stands now. With consent to removals, files that are gone count as gone. */
  configuration(options: { readonly yesRemove?: number }): Promise<Standing>
  /** The job that the daemon is at; absent until it has read its files. */
  job(): Job | undefined
  /** The job as health and operators make it now. */
  served(job: Job): Promise<Job>
  readonly reconcile: typeof reconcile
  /** What is checked, and what was found. */
  readonly health: Health
  /** What is to be said of the daemon itself, one line each. */
  notes(): readonly string[]
}

/** What is known of health. */
export interface Health {
  /** By the key of the check. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** By the key of the virtual service. */
  readonly cares: ReadonlyMap<string, Care>
  /** What the last round left to be known. */
  readonly memory: Memory
  /** Why the checker is suspect, in words; absent where it is not. */
  readonly suspicion: string | undefined
}

/** What a job was made of, and what is to be checked with it. */
export interface Made {
  /** The files; absent = the past. */
  readonly standing: Standing | undefined
  readonly prepared: Prepared
}

export interface EngineSide {
  job(): Job | undefined
  /** The keys that somebody else changes back again and again. */
  fought(): readonly string[]
  /** Has everything begun that a configuration needs of the daemon; absent = the one that counts. */
  begun(desired?: Desired): Promise<void>
  /** Told of each round that the guard let through, with what it was made of. */
  applied(job: Job, round: Round, made: Made): void
}

export function commandSide(
  { host, paths }: Pick<CommandSide, 'host' | 'paths'>,
  rounds: Rounds,
  intake: Intake,
  serving: Serving,
  engine: EngineSide,
): CommandSide {
  let standing: Standing | undefined
  const prepare = (job: Job): Promise<Prepared> => {
    const desired = standing?.loaded.desired
    const look = (): Promise<State> => rounds.seen(job)
    return desired === undefined ? serving.past(job, look) : serving.prepare(desired, look)
  }
  return {
    host: { ...host, close() {} },
    paths,
    configuration: async ({ yesRemove }) => {
      const released = yesRemove === undefined ? [] : intake.held
      standing = await intake.stand(readSources(paths), released)
      return standing
    },
    job: engine.job,
    served: async job => serving.now(job, await prepare(job)),
    reconcile: async (job, live, options) => {
      await engine.begun(standing?.loaded.desired)
      const prepared = await prepare(job)
      const served = serving.advance(job, prepared)
      const round = await rounds.keep(() => reconcile(served, live, options))
      if (round.verdict.refusal === undefined) engine.applied(job, round, { standing, prepared })
      else serving.retreat()
      return round
    },
    health: serving,
    notes: () => {
      const fought = engine.fought()
      const fight = fought.length === 0 ? [] : [foughtNote(fought)]
      return intake.refused === undefined ? fight : [intake.refused, ...fight]
    },
  }
}
