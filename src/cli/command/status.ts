/** `slb status`: services, backends and VIPs: wanted, live, and why they differ. */
import { connectionsOf, observe } from '../../engine/live.ts'
import type { Job } from '../../engine/reconcile.ts'
import { preview } from '../../engine/reconcile.ts'
import { rewound } from '../../engine/undo.ts'
import type { Host } from '../../host.ts'
import { textsFingerprint } from '../../state/hold.ts'
import { statusOf } from '../../status/status.ts'
import { readConfiguration } from '../configuration.ts'
import type { Context, Run } from '../context.ts'
import { type ExitStatus, exit, InvalidConfiguration, UsageError } from '../exit.ts'
import { jobOf, presentJob } from '../job.ts'
import { printData } from '../output.ts'
import { faultLines, printDiagnostics } from '../report.ts'
import { statusLines, type Validity } from '../status-lines.ts'
import { standingDocument, tellStanding } from '../trial.ts'

export interface StatusOptions {
  /** Show it again and again, so many seconds apart; true = the usual ones. */
  readonly watch?: number | true
}

const usualSeconds = 2

export const run: Run<StatusOptions> = async context => {
  const { io, options } = context
  const host = await io.openHost(options)
  try {
    if (options.watch === undefined) return await show(context, host)
    return await watch(context, host, options.watch === true ? usualSeconds : options.watch)
  } finally {
    host.close()
  }
}

/** To the cursor's home, and all below erased (ECMA-48 CUP and ED): less flicker than erasing all first. */
const redraw = '\u001b[H\u001b[J'

/** Until the first interrupt. On a terminal each status takes the place of the one before. */
async function watch(
  context: Context<StatusOptions>,
  host: Host,
  seconds: number,
): Promise<ExitStatus> {
  const { io, options } = context
  if (options.config?.includes('-'))
    throw new UsageError('--watch reads the configuration again and again: name a file')
  const signal = io.interrupted()
  let ended: ExitStatus = exit.done
  for (let first = true; io.out.open && !signal.aborted; first = false) {
    if (io.out.tty) await io.out.text(redraw)
    else if (!first) await io.out.line('')
    ended = await show(context, host)
    await host.clock.sleep(seconds * 1000, signal)
  }
  return ended
}

async function show(context: Context<StatusOptions>, host: Host): Promise<ExitStatus> {
  const { io, options } = context
  const ledger = host.journal.read()
  const { job, node, valid, fingerprint } = await wantedJob(context, host)
  const present = await presentJob(io, host, job)
  const { plan, seen } = await preview(present, host, ledger)
  const services = [...seen.service.values()].map(row => row.id)
  const connections = await connectionsOf(host, services)
  const status = statusOf({ wanted: present.wanted, seen, ledger, plan, connections })
  const data = {
    format_version: 1,
    node,
    configuration: valid,
    ...standingDocument(host),
    ...status,
  }
  await printData(io, options, data, statusLines(status, node, valid))
  await tellStanding(io, host, fingerprint)
  for (const note of io.daemon?.notes() ?? [])
    await io.err.lines(faultLines('slb run:', note, undefined, io.err.paint))
  return valid === 'valid' ? exit.done : exit.invalid
}

interface WantedJob {
  readonly job: Job
  readonly node: string
  readonly valid: Validity
  /** Of the texts, if they are valid. */
  readonly fingerprint?: string
}

/** With an invalid configuration, what is ours is taken as wanted: the live state can still be seen. */
async function wantedJob(context: Context, host: Host): Promise<WantedJob> {
  const hostname = context.io.hostname()
  try {
    const { desired, sources, warnings, faulty } = await readConfiguration(context)
    await printDiagnostics(context.io, warnings)
    const fingerprint = textsFingerprint(sources)
    const node = desired.node.name ?? hostname
    return { job: jobOf(desired, {}), node, valid: faulty ? 'partly' : 'valid', fingerprint }
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error
    await printDiagnostics(context.io, error.diagnostics)
    const wanted = rewound(await observe(host), host.journal.read(), [])
    const limits = { maxRemove: { count: 0 } } as const
    return { job: { wanted, limits, conflict: 'refuse' }, node: hostname, valid: 'invalid' }
  }
}
