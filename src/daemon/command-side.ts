/** What a command works with that runs inside the daemon. */
import { readSources } from '../config/read.ts'
import type { Standing } from '../config/stand-in.ts'
import { type Job, type Round, reconcile } from '../engine/reconcile.ts'
import type { Host } from '../host.ts'
import type { Intake } from './intake.ts'
import type { Rounds } from './rounds.ts'

/** In place of the files and the kernel alone. */
export interface CommandSide {
  readonly host: Host
  /** What it follows. */
  readonly paths: readonly string[]
  /** The configuration as it stands now. With consent to removals, files that are gone count as gone. */
  configuration(options: { readonly yesRemove?: number }): Promise<Standing>
  readonly reconcile: typeof reconcile
  /** What is to be said of the daemon itself, one line each. */
  notes(): readonly string[]
}

/**
 * @param applied told of each round that the guard let through, with the files that it was made for,
 * if it was made for files.
 */
export function commandSide(
  { host, paths }: Pick<CommandSide, 'host' | 'paths'>,
  rounds: Rounds,
  intake: Intake,
  applied: (job: Job, round: Round, standing: Standing | undefined) => void,
): CommandSide {
  let standing: Standing | undefined
  return {
    host: { ...host, close() {} },
    paths,
    configuration: async ({ yesRemove }) => {
      const released = yesRemove === undefined ? [] : intake.held
      standing = await intake.stand(readSources(paths), released)
      return standing
    },
    reconcile: async (job, live, options) => {
      const round = await rounds.keep(() => reconcile(job, live, options))
      if (round.verdict.refusal === undefined) applied(job, round, standing)
      return round
    },
    notes: () => (intake.refused === undefined ? [] : [intake.refused]),
  }
}
