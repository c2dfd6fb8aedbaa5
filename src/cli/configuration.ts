/** The configuration that a command works with, read and checked. */
import { load, type Source } from '../config/load.ts'
import { readSources } from '../config/read.ts'
import type { Standing } from '../config/stand-in.ts'
import type { Desired } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Context, defaultConfig } from './context.ts'
import { InvalidConfiguration } from './exit.ts'

export interface Configuration {
  readonly desired: Desired
  readonly sources: readonly Source[]
  readonly warnings: readonly Diagnostic[]
  /** True if not all files count as they are: only in the daemon, where others stand in. */
  readonly faulty?: boolean
}

/**
 * Reads what `-c` names and checks it.
 *
 * @throws InvalidConfiguration if there is any error.
 */
export async function readConfiguration({
  io,
  options,
}: Context<{ readonly yesRemove?: number }>): Promise<Configuration> {
  if (io.daemon !== undefined) return standingOf(await io.daemon.configuration(options))
  const read = readSources(options.config ?? [defaultConfig])
  const hint = options.config === undefined ? { suggestion: nowhere } : {}
  const found = read.diagnostics.map(one => ({ ...one, ...hint }))
  return checkConfiguration(read.sources, found)
}

/** What to do when the usual place is empty. */
const nowhere = 'write your configuration there, or name it: slb -c FILE'

/**
 * Checks texts that have been read.
 *
 * @param found faults of the reading.
 * @throws InvalidConfiguration if there is any error.
 */
export async function checkConfiguration(
  sources: readonly Source[],
  found: readonly Diagnostic[] = [],
): Promise<Configuration> {
  const { desired, diagnostics } = await load(sources)
  const all = [...found, ...diagnostics]
  if (desired === undefined || found.some(one => one.severity === 'error'))
    throw new InvalidConfiguration(all)
  return { desired, sources, warnings: all }
}

/** The configuration as the daemon has it: what is faulty is told, and stands in as it was. */
function standingOf({ loaded, sources, held, diagnostics: warnings }: Standing): Configuration {
  if (loaded.desired === undefined) throw new InvalidConfiguration(warnings)
  return { desired: loaded.desired, sources, warnings, faulty: held.length > 0 }
}
