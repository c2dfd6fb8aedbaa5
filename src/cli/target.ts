/** What is compared with the configuration: the live system, or a snapshot in its place. */
import { readFileSync } from 'node:fs'
import type { Live } from '../engine/live.ts'
import type { Job } from '../engine/reconcile.ts'
import type { Ledger } from '../plan/types.ts'
import { ioError } from '../state/durable.ts'
import { emptyLedger } from '../state/journal.ts'
import { type OverrideStatus, overrideStatus } from '../status/facts.ts'
import { fromText, type Snapshot } from '../table/snapshot.ts'
import type { Context } from './context.ts'
import { InvalidConfiguration } from './exit.ts'
import { presentJob } from './job.ts'
import { tellStanding } from './trial.ts'

export interface Target {
  readonly live: Live
  /** What earlier applies made in it. */
  readonly ledger: Ledger
  /** The job as health and operators make it there now. */
  present(job: Job): Promise<Job>
  /** What operators have asked for beside the files, the oldest first. */
  asked(): readonly OverrideStatus[]
  /** Says on standard error what is on trial or held; `fingerprint`: of the files. */
  tell(fingerprint: string): Promise<void>
  close(): void
}

/** Opens the live system for looking. */
export async function liveTarget({ io, options }: Context): Promise<Target> {
  const host = await io.openHost(options)
  return {
    live: host,
    ledger: host.journal.read(),
    present: job => presentJob(io, host, job),
    asked() {
      const { clock, overrides, scene } = host
      const now = {
        circumstances: { now: clock.monotonic() },
        wall: clock.wall(),
        boot: scene.boot,
      }
      return overrides.read().map(one => overrideStatus(one, now))
    },
    tell: fingerprint => tellStanding(io, host, fingerprint),
    close: () => host.close(),
  }
}

/** A snapshot: nothing is remembered of it, its own marks say what is ours, and it has no connections. */
export async function snapshotTarget(file: string): Promise<Target> {
  const { snapshotTable } = await import('../table/snapshot-table.ts')
  const { state, diagnostics } = await readSnapshot(file)
  if (diagnostics.length > 0) throw new InvalidConfiguration(diagnostics)
  const { connections, ...table } = snapshotTable(state, file)
  const clock = { monotonic: () => 0, wall: () => new Date(), sleep: async () => {} }
  return {
    live: { tables: [table], clock },
    ledger: emptyLedger,
    present: async job => job,
    asked: () => [],
    tell: async () => {},
    close() {},
  }
}

/** Reads what `slb get` wrote, as text or as JSON. */
async function readSnapshot(file: string): Promise<Snapshot> {
  const text = readText(file)
  if (!text.trimStart().startsWith('{')) return fromText(text, file)
  const { fromJson } = await import('../table/snapshot-from-json.ts')
  return fromJson(parseJson(text, file), file)
}

/** The text of a file that the command line names; `-` is standard input. Throws SlbError `io`. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw ioError('read', file, cause)
  }
}

/** JSON text as a value. Throws InvalidConfiguration. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = `${file} is not JSON: ${(cause as Error).message}`
    throw new InvalidConfiguration([{ severity: 'error', code: 'snapshot-json', message }])
  }
}
