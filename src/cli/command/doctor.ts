/** `slb doctor`: what stops a VIP from working. */
import { diagnose } from '../../doctor/diagnose.ts'
import type { Finding } from '../../doctor/finding.ts'
import { wrong } from '../../doctor/finding.ts'
import { preview } from '../../engine/reconcile.ts'
import { SlbError } from '../../model/error.ts'
import { readConfiguration } from '../configuration.ts'
import type { Context, Run } from '../context.ts'
import { exit } from '../exit.ts'
import { jobOf, presentJob } from '../job.ts'
import { printData } from '../output.ts'
import type { CliPaint } from '../paint.ts'
import { printDiagnostics } from '../report.ts'

export const run: Run<object> = async context => {
  const { io, options } = context
  const host = await io.openHost(options)
  const machine = await io.openMachine()
  try {
    const { desired, warnings } = await readConfiguration(context)
    await printDiagnostics(io, warnings)
    const present = await presentJob(io, host, jobOf(desired, {}))
    const ledger = host.journal.read()
    const found: Finding[] = []
    const live = await preview(present, host, ledger).catch(error => {
      found.push(unreadable(error))
      return undefined
    })
    found.push(...(await held(context)))
    const { wanted } = present
    const one = { desired, wanted, machine, ...(live && { live }) }
    const verdicts = io.daemon?.health.verdicts
    found.push(...diagnose(one, { stateDirectory: options.stateDir, verdicts }))
    return await tell(context, desired.node.name ?? io.hostname(), found)
  } finally {
    machine.close()
    host.close()
  }
}

/** Of a live system that cannot be read nothing else can be said, but of the machine. */
function unreadable(error: unknown): Finding {
  if (!(error instanceof SlbError)) throw error
  return wrong('live system', error.message, error.hint ?? 'see what it names')
}

/** Whoever holds the lock has not answered as a daemon that follows these files. */
async function held({ io, options }: Context): Promise<readonly Finding[]> {
  try {
    const lock = await io.takeLock('slb doctor')
    await lock.release()
    return []
  } catch (error) {
    if (!(error instanceof SlbError) || error.code !== 'locked') throw error
    const next = error.hint ?? 'wait until it has ended'
    return [wrong(options.socket, `${error.message}, and does not answer here`, next)]
  }
}

async function tell(
  { io, options }: Context,
  node: string,
  findings: readonly Finding[],
): Promise<0 | 1> {
  const count = findings.filter(({ level }) => level === 'wrong').length
  const warnings = findings.length - count
  const data = { format_version: 1, node, wrong: count, warnings, findings }
  await printData(io, options, data, linesOf(findings, count, io.out.paint))
  return count === 0 ? exit.done : exit.failed
}

function* linesOf(findings: readonly Finding[], count: number, paint: CliPaint): Generator<string> {
  for (const { level, where, what, next } of findings) {
    yield `${paint(level === 'wrong' ? 'error' : 'warning', `${level}:`)} ${where}: ${what}`
    yield `  ${next}`
  }
  const warnings = findings.length - count
  const more = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
  if (findings.length > 0) yield ''
  yield count === 0
    ? `Nothing stands in the way${more}.`
    : `${count} ${count === 1 ? 'thing stands' : 'things stand'} in the way${more}.`
}
