/** `slb validate`: read and check the configuration, touch nothing else. */
import { readConfiguration } from '../configuration.ts'
import type { Run } from '../context.ts'
import { exit, InvalidConfiguration } from '../exit.ts'
import { printData } from '../output.ts'
import { printDiagnostics } from '../report.ts'

export const run: Run<object> = async context => {
  const { io, options } = context
  try {
    const { desired, sources, warnings } = await readConfiguration(context)
    if (options.output === 'text') await printDiagnostics(io, warnings)
    const services = counted(desired.services.length, 'service')
    const line = `The configuration is valid: ${services} in ${counted(sources.length, 'file')}.`
    const data = { format_version: 1, valid: true, diagnostics: warnings }
    await printData(io, options, data, options.quiet ? [] : [line])
    return exit.done
  } catch (error) {
    if (!(error instanceof InvalidConfiguration) || options.output === 'text') throw error
    const data = { format_version: 1, valid: false, diagnostics: error.diagnostics }
    await printData(io, options, data, [])
    return exit.invalid
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
