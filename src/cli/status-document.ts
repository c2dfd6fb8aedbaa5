/** The status of the live system beside the configuration, as people and programs are told it. */
import { connectionsOf } from '../engine/live.ts'
import type { Job } from '../engine/reconcile.ts'
import { preview } from '../engine/reconcile.ts'
import { whatWas } from '../engine/rollback.ts'
import type { Host } from '../host.ts'
import { noMemory } from '../serve/circumstances.ts'
import { caresOf } from '../serve/serve.ts'
import { textsFingerprint } from '../state/hold.ts'
import type { StatusDocument, Validity } from '../status/document.ts'
import type { Facts } from '../status/facts.ts'
import { statusOf } from '../status/status.ts'
import { readConfiguration } from './configuration.ts'
import type { Context, Io } from './context.ts'
import { InvalidConfiguration } from './exit.ts'
import { jobOf, presentJob } from './job.ts'
import { printDiagnostics } from './report.ts'
import { standingDocument } from './trial.ts'

export interface StatusNow {
  readonly document: StatusDocument
  /** The time of day at which it was so. */
  readonly wall: Date
  /** Of the texts, if they are valid. */
  readonly fingerprint?: string
}

/** Reads the files and the live system; what is wrong with the files is said on standard error. */
export async function statusNow(context: Context, host: Host): Promise<StatusNow> {
  const { io } = context
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
  return {
    document: {
      format_version: 1,
      node,
      configuration: valid,
      ...standingDocument(host),
      ...status,
    },
    wall: facts.wall,
    ...(fingerprint !== undefined && { fingerprint }),
  }
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
