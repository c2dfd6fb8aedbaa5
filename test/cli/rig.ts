/** The command line on a kernel in memory: the same program, with other ends. */
import { join } from 'node:path'
import type { Io, ProcessEnds } from '../../src/cli/context.ts'
import { runProgram } from '../../src/cli/program.ts'
import { Sink, type Stream } from '../../src/cli/sink.ts'
import type { Host } from '../../src/host.ts'
import type { PeerStatus } from '../../src/model/announcement.ts'
import { SlbError } from '../../src/model/error.ts'
import { openHistory } from '../../src/state/history.ts'
import { openHolds } from '../../src/state/hold.ts'
import { openJournal } from '../../src/state/journal.ts'
import { openOverrides } from '../../src/state/overrides.ts'
import { openPastChecks } from '../../src/state/past-checks.ts'
import { openTrials } from '../../src/state/trial.ts'
import type { MemoryOptions, MemoryTable } from '../../src/table/memory.ts'
import { memoryTable } from '../../src/table/memory.ts'
import type { Connections } from '../../src/table/table.ts'
import { wellMachine } from '../doctor/well.ts'
import { state } from '../engine/rig.ts'
import { type ManualClock, manualClock } from '../machine.ts'
import { type Ran, withFiles } from './slb.ts'

export interface CliRig {
  readonly table: MemoryTable
  /** By destination key. */
  readonly connections: Map<string, Connections>
  readonly clock: ManualClock
  /** The directory of the files, for what the program wrote. */
  readonly directory: string
  /** Set to what holds the lock: then nothing can be written. */
  holder: string | undefined
  /** The signal of an interrupt. */
  interrupted: () => AbortSignal
  /** How many guardians were started. None of them does anything. */
  guardians: number
  /** What a process of its own can do; absent = it is not one. */
  process: ProcessEnds | undefined
  /** What the speakers say of their sessions; undefined = the embedded one is not here. */
  sessions: readonly PeerStatus[] | undefined
  /** Whether standard output is a terminal. */
  tty: boolean
  /** How wide that is. */
  columns?: number
  /** How high. */
  rows?: number
  /** Whether both streams get colours. */
  colour: boolean
  /** Runs a command. */
  slb(...args: string[]): Promise<Ran>
}

const scene = { boot: 'b0', namespace: '1' }

/** A rig with some files and this live state, as snapshot text. Names of files are relative to its directory. */
export function withRig(
  files: Readonly<Record<string, string>>,
  have: string,
  work: (rig: CliRig) => Promise<void>,
  options: MemoryOptions = {},
): Promise<void> {
  return withFiles(files, async directory => {
    const connections = new Map<string, Connections>()
    const table = memoryTable(state(have), {
      connections: destination => connections.get(destination),
      ...options,
    })
    const before = process.cwd()
    const rig: CliRig = {
      table,
      connections,
      clock: manualClock(),
      directory,
      holder: undefined,
      interrupted: () => new AbortController().signal,
      guardians: 0,
      process: undefined,
      sessions: undefined,
      tty: false,
      colour: false,
      async slb(...args) {
        const out = new Text(rig.tty, rig.columns, rig.rows)
        const err = new Text(false)
        const status = await runProgram(args, ioOf(rig, out, err))
        return { status, out: out.text(), err: err.text() }
      },
    }
    process.chdir(directory)
    try {
      await work(rig)
    } finally {
      process.chdir(before)
    }
  })
}

function ioOf(rig: CliRig, out: Text, err: Text): Io {
  const trials = openTrials(join(rig.directory, 'state'), scene)
  const host: Host = {
    scene,
    tables: [rig.table],
    clock: rig.clock,
    journal: openJournal(join(rig.directory, 'state'), scene),
    history: openHistory(join(rig.directory, 'state'), () => trials.read()?.after ?? Infinity),
    trials,
    holds: openHolds(join(rig.directory, 'state'), scene),
    overrides: openOverrides(join(rig.directory, 'state'), scene, rig.clock),
    pastChecks: openPastChecks(join(rig.directory, 'state'), scene),
    announcements: { status: async () => rig.sessions ?? [] },
    ...(rig.sessions === undefined && { silent: new Set(['embedded'] as const) }),
    close() {},
  }
  return {
    out: new Sink(out, 'standard output', rig.colour),
    err: new Sink(err, 'standard error', rig.colour),
    openHost: async () => host,
    openMachine: async () => wellMachine(() => rig.table.state()),
    async takeLock() {
      if (rig.holder === undefined) return { release: async () => {} }
      throw new SlbError('locked', `another slb is at work (${rig.holder})`, { hint: 'wait' })
    },
    async startGuardian() {
      rig.guardians++
      return { release() {} }
    },
    operator: async () => 'ada',
    hostname: () => 'lb1',
    interrupted: () => rig.interrupted(),
    ...(rig.process && { process: rig.process }),
  }
}

/** A stream that remembers. */
class Text implements Stream {
  readonly isTTY: boolean
  readonly columns: number
  readonly rows: number
  readonly #parts: string[] = []

  constructor(tty: boolean, columns = 0, rows = 0) {
    this.isTTY = tty
    this.columns = columns
    this.rows = rows
  }

  write(text: string, done: (error?: Error | null) => void): void {
    this.#parts.push(text)
    done()
  }

  on(): void {}

  text(): string {
    return this.#parts.join('')
  }
}
