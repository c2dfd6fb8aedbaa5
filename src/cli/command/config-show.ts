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

function withOrigins(origins: readonly Origin[]): readonly string[] {
  const width = Math.min(60, Math.max(0, ...origins.map(origin => assignment(origin).length)))
  return origins.map(origin => {
    const { file, line } = origin.place
    return `${assignment(origin).padEnd(width)}  # ${file}:${line}`
  })
}
