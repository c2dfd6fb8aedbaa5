/** `slb status`: services, backends and VIPs: wanted, live, and why they differ. */
import { connectionsOf, observe } from '../../engine/live.ts'
import type { Job } from '../../engine/reconcile.ts'
import { preview } from '../../engine/reconcile.ts'
import { rewound } from '../../engine/undo.ts'
import type { Host } from '../../host.ts'
import { statusOf } from '../../status/status.ts'
import { readConfiguration } from '../configuration.ts'
import type { Context, Run } from '../context.ts'
import { exit, InvalidConfiguration } from '../exit.ts'
import { jobOf } from '../job.ts'
import { printData } from '../output.ts'
import { printDiagnostics } from '../report.ts'
import { statusLines } from '../status-lines.ts'

export const run: Run<object> = async context => {
  const { io, options } = context
  const host = await io.openHost(options)
  try {
    const ledger = host.journal.read()
    const { job, valid } = await wantedJob(context, host)
    const { plan, seen } = await preview(job, host, ledger)
    const services = [...seen.service.values()].map(row => row.id)
    const connections = await connectionsOf(host, services)
    const status = statusOf({ wanted: job.wanted, seen, ledger, plan, connections })
    const data = { format_version: 1, configuration: valid ? 'valid' : 'invalid', ...status }
    await printData(io, options, data, statusLines(status, valid))
    return valid ? exit.done : exit.invalid
  } finally {
    host.close()
  }
}

/** With an invalid configuration, what is ours is taken as wanted: the live state can still be seen. */
async function wantedJob(
  context: Context,
  host: Host,
): Promise<{ readonly job: Job; readonly valid: boolean }> {
  try {
    const { desired, warnings } = await readConfiguration(context)
    await printDiagnostics(context.io, warnings)
    return { job: jobOf(desired, {}), valid: true }
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error
    await printDiagnostics(context.io, error.diagnostics)
    const wanted = rewound(await observe(host), host.journal.read(), [])
    const limits = { maxRemove: { count: 0 } } as const
    return { job: { wanted, limits, conflict: 'refuse' }, valid: false }
  }
}
