/**
 * slb in a lab test: the real program as a process of its own, and the same command line within
 * this process, which starts two hundred times faster and works on the same kernel.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { callDaemon } from '../../src/cli/call-daemon.ts'
import type { Io, ProcessEnds } from '../../src/cli/context.ts'
import { runProgram } from '../../src/cli/program.ts'
import { Sink, type Stream } from '../../src/cli/sink.ts'
import { startGuardian } from '../../src/cli/start-guardian.ts'
import { openThisMachine } from '../../src/doctor/this-machine.ts'
import { openHost, operator } from '../../src/host.ts'
import { takeLock } from '../../src/state/lock.ts'
import { program, type Ran } from '../cli/slb.ts'
import { enterFreshNamespace } from './namespace.ts'

export interface StartOptions {
  /** What runs it: `strace ...`, put before `node`. */
  readonly under?: readonly string[]
  /** Flags of the program. */
  readonly flags?: readonly string[]
  /** Flags of Node. */
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

type Child = ChildProcessByStdio<null, Readable, Readable>

/** A program that runs, and what becomes of it. */
export interface Running {
  readonly process: Child
  readonly ended: Promise<Ran>
}

export interface LabRig {
  /** Removed with the lab's memory. */
  readonly directory: string
  readonly stateDir: string
  /** Writes a file; gives its path. */
  file(name: string, text: string): string
  /** Runs a command within this process, in the namespace that it is in now. */
  here(...args: string[]): Promise<Ran>
  /** The same, asking a daemon first, as a process of its own does. */
  asking(socket: string, ...args: string[]): Promise<Ran>
  /** Starts the real program in the namespace that this process is in now. */
  start(args: readonly string[], options?: StartOptions): Running
  /** Runs the real program to its end. */
  slb(...args: string[]): Promise<Ran>
}

/** Moves to a fresh namespace, with a state directory of its own. */
export function freshRig(): LabRig {
  enterFreshNamespace()
  return labRig()
}

/** A rig for the namespace that this process is in. */
export function labRig(): LabRig {
  const directory = mkdtempSync(join(tmpdir(), 'slb-rig-'))
  const stateDir = join(directory, 'state')
  const rig: LabRig = {
    directory,
    stateDir,
    file(name, text) {
      const path = join(directory, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      return path
    },
    here: (...args) => runHere([...args, '--state-dir', stateDir]),
    asking: (socket, ...args) =>
      runHere([...args, '--state-dir', stateDir, '--socket', socket], { asking: true }),
    start: (args, options) => start([...args, '--state-dir', stateDir], options),
    slb: (...args) => rig.start(args).ended,
  }
  return rig
}

function start(
  args: readonly string[],
  { under = [], node = [], flags = [], env }: StartOptions = {},
): Running {
  const [command = '', ...rest] = [...under, process.execPath, ...node, program, ...args, ...flags]
  return running(
    spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], ...env },
    }),
  )
}

/** Gathers what a process prints until it ends. */
export function running(child: Child): Running {
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => resolve({ status, out, err }))
  })
  return { process: child, ended }
}

/** Runs a command within this process; `asking`: by way of the daemon, if there is one. */
export async function runHere(
  args: readonly string[],
  { asking = false }: { readonly asking?: boolean } = {},
): Promise<Ran> {
  const out = new Text()
  const err = new Text()
  const io: Io = {
    out: new Sink(out, 'standard output', false),
    err: new Sink(err, 'standard error', false),
    openHost: async ({ stateDir, netns }) =>
      openHost({ stateDirectory: stateDir, ...(netns === undefined ? {} : { netns }) }),
    openMachine: async () => openThisMachine(),
    takeLock: async command => takeLock(`${command}, pid ${process.pid}`),
    startGuardian: ({ stateDir }) => startGuardian(stateDir),
    hostname: () => 'lb1',
    operator: async () => operator(),
    interrupted: () => new AbortController().signal,
    ...(asking && { process: processOf(() => io) }),
  }
  const status = await runProgram(args, io)
  return { status, out: out.text(), err: err.text() }
}

/** What a command needs of a process to ask a daemon. */
function processOf(io: () => Io): ProcessEnds {
  return {
    environment: process.env,
    logStream: process.stderr,
    onSignals() {
      throw new Error('no daemon is started within a test')
    },
    askDaemon: call => callDaemon(call, io()),
  }
}

/** A stream that remembers. */
class Text implements Stream {
  readonly #parts: string[] = []

  write(text: string, done: (error?: Error | null) => void): void {
    this.#parts.push(text)
    done()
  }

  on(): void {}

  text(): string {
    return this.#parts.join('')
  }
}
