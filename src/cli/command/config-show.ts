/** `slb config show`: the configuration, merged from all files. */
import { type Origin, showConfig } from '../../config/origin.ts'
import { readSources } from '../../config/read.ts'
import { defaultConfig, type Run } from '../context.ts'
import { exit, InvalidConfiguration } from '../exit.ts'
import { printData } from '../output.ts'

export interface ShowOptions {
  readonly origin?: boolean
}

export const run: Run<ShowOptions> = async ({ io, options }) => {
  const read = readSources(options.config ?? [defaultConfig])
  const shown = await showConfig(read.sources)
  const diagnostics = [...read.diagnostics, ...shown.diagnostics]
  const data = {
    format_version: 1,
    keys: shown.origins.map(({ key, value, place }) => ({ key, value, ...place })),
  }
  const lines = options.origin ? withOrigins(shown.origins) : shown.origins.map(assignment)
  if (diagnostics.some(one => one.severity === 'error')) throw new InvalidConfiguration(diagnostics)
  await printData(io, options, data, lines)
  return exit.done
}

/** One key as a line that is TOML. */
function assignment({ key, value }: Origin): string {
  return `${key} = ${value}`
}

/** Longer lines push their comment out, and only their own. */
const widest = 60

function withOrigins(origins: readonly Origin[]): readonly string[] {
  // A loop: so many keys are no arguments of one call.
  let width = 0
  for (const origin of origins) width = Math.max(width, assignment(origin).length)
  width = Math.min(width, widest)
  return origins.map(origin => {
    const { file, line } = origin.place
    return `${assignment(origin).padEnd(width)}  # ${file}:${line}`
  })
}
