/** `slb status`: services, backends and VIPs: wanted, live, and why they differ. */
import { connectionsOf } from '../../engine/live.ts'
import type { Job } from '../../engine/reconcile.ts'
import { preview } from '../../engine/reconcile.ts'
import { whatWas } from '../../engine/rollback.ts'
import type { Host } from '../../host.ts'
import { SlbError } from '../../model/error.ts'
import { noMemory } from '../../serve/circumstances.ts'
import { caresOf } from '../../serve/serve.ts'
import { textsFingerprint } from '../../state/hold.ts'
import type { Facts } from '../../status/facts.ts'
import { statusOf } from '../../status/status.ts'
import { readConfiguration } from '../configuration.ts'
import type { Context, Io, Run } from '../context.ts'
import { type ExitStatus, exit, InvalidConfiguration, UsageError } from '../exit.ts'
import { jobOf, presentJob } from '../job.ts'
import { printData } from '../output.ts'
import { faultLines, printDiagnostics, reportError } from '../report.ts'
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
    ended = await showOnce(context, host, signal, ended)
    await host.clock.sleep(seconds * 1000, signal)
  }
  return ended
}

/** By the daemon if there is one now, since it alone knows of health. That it goes or comes ends nothing. */
async function showOnce(
  context: Context<StatusOptions>,
  host: Host,
  signal: AbortSignal,
  before: ExitStatus,
): Promise<ExitStatus> {
  const { io, options } = context
  const argv = ['status', '--output', options.output, ...(options.verbose ? ['--verbose'] : [])]
  try {
    const call = { argv, options, changes: false, attached: {} }
    return (await io.process?.askDaemon(call)) ?? (await show(context, host))
  } catch (error) {
    if (!(error instanceof SlbError)) throw error
    return signal.aborted ? before : reportError(io, error)
  }
}

async function show(context: Context<StatusOptions>, host: Host): Promise<ExitStatus> {
  const { io, options } = context
  const ledger = host.journal.read()
  const { job, cares, node, valid, fingerprint } = await wantedJob(context, host)
  const present = await presentJob(io, host, job)
  const { plan, seen } = await preview(present, host, ledger)
  const services = [...seen.service.values()].map(row => row.id)
  const connections = await connectionsOf(host, services)
  const facts = factsOf(io, host, cares)
  const sessions = await host.announcements.status()
  const { wanted } = present
  const written = job.wanted
  const status = statusOf({ written, wanted, seen, ledger, plan, connections, facts, sessions })
  const data = {
    format_version: 1,
    node,
    configuration: valid,
    ...standingDocument(host),
    ...status,
  }
  await printData(io, options, data, statusLines(status, node, valid, facts.wall, io.out.columns))
  await tellStanding(io, host, fingerprint)
  for (const note of io.daemon?.notes() ?? [])
    await io.err.lines(faultLines('slb run:', note, undefined, io.err.paint))
  return valid === 'valid' ? exit.done : exit.invalid
}

/** What the daemon knows of health; without one nobody checks. */
function factsOf({ daemon }: Io, { clock, overrides, scene }: Host, cares: Facts['cares']): Facts {
  const health = daemon?.health
  return {
    cares,
    ...(health && { beside: health.cares }),
    circumstances: {
      ...(health && { verdicts: health.verdicts }),
      overrides: overrides.read(),
      memory: health?.memory ?? noMemory,
      now: clock.monotonic(),
    },
    ...(health?.suspicion !== undefined && { suspicion: health.suspicion }),
    wall: clock.wall(),
    boot: scene.boot,
  }
}

interface WantedJob {
  /** What the files say, whatever health and operators make of it. */
  readonly job: Job
  readonly cares: Facts['cares']
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
    const valid = faulty ? 'partly' : 'valid'
    return { job: jobOf(desired, {}), cares: caresOf(desired), node, valid, fingerprint }
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error
    await printDiagnostics(context.io, error.diagnostics)
    const wanted = await whatWas(host)
    const limits = { maxRemove: { count: 0 } } as const
    const job: Job = { wanted, limits, conflict: 'refuse' }
    return { job, cares: new Map(), node: hostname, valid: 'invalid' }
  }
}
