/** The speaker under test: a driver on a machine, and what a test has it do. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Peer, PeerStatus, Route, SpeakerName } from '../../src/model/announcement.ts'
import type { SpeakerChange, Standing } from '../../src/table/announce/speaker.ts'
import { inside } from '../lab/namespace.ts'
import { bind, endChild } from './daemon.ts'
import type { Answer, Failed, Order } from './driver.ts'
import type { Machine } from './segment.ts'

const driver = fileURLToPath(new URL('./driver.js', import.meta.url))

export interface Speaking {
  readonly machine: Machine
  apply(changes: readonly SpeakerChange[]): Promise<readonly Failed[]>
  /** `apply`, where every change must happen; returns how long the call took, in milliseconds. */
  make(changes: readonly SpeakerChange[]): Promise<number>
  read(): Promise<Standing>
  /** How the sessions are, by the address of the peer. */
  status(): Promise<Readonly<Record<string, PeerStatus>>>
  /** All routes are known, after a restart. */
  complete(): Promise<void>
  /** Closes the speaker and waits for the end of its process, which must end by itself. */
  close(how: 'withdraw' | 'keep'): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Another process for the same speaker, after this one or beside it. */
  again(): Promise<Speaking>
  /** The process ends, if it has not yet. */
  end(): Promise<void>
}

export interface StartOptions {
  /** Where its passwords may be. */
  readonly environment?: Readonly<Record<string, string>>
  /** It takes the place of one that was killed. */
  readonly restarting?: boolean
}

/** Starts a speaker on a machine. */
export async function startSpeaking(
  machine: Machine,
  name: SpeakerName,
  { environment = {}, restarting = false }: StartOptions = {},
): Promise<Speaking> {
  const child = inside(machine.namespace, () =>
    spawn(process.execPath, [driver, name, restarting ? 'restarting' : ''], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    }),
  )
  bind(child)
  const ask = askerOf(child)
  await ask()
  return {
    machine,
    apply: async changes => (await ask({ do: 'apply', changes })).failures ?? [],
    make: async changes => {
      const { failures = [], milliseconds } = await ask({ do: 'apply', changes })
      const [first] = failures
      if (first !== undefined) throw new Error(`${failures.length} failed; ${first.message}`)
      return milliseconds
    },
    read: async () => (await ask({ do: 'read' })).standing ?? { peers: [], routes: [] },
    status: async () => {
      const { status = [] } = await ask({ do: 'status' })
      return Object.fromEntries(status.map(one => [one.address, one]))
    },
    complete: async () => {
      await ask({ do: 'complete' })
    },
    close: async how => {
      const ended = once(child, 'exit')
      await ask({ do: 'close', how })
      await ended
    },
    signal: signal => {
      child.kill(signal)
    },
    again: () => startSpeaking(machine, name, { environment, restarting: true }),
    end: () => endChild(child),
  }
}

/** One order at a time. Fails when the process says it failed, or ends first. */
function askerOf(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
): (order?: Order) => Promise<Answer> {
  const lines = createInterface(child.stdout)
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  // A process that was killed takes no more orders: its end is told, not this.
  child.stdin.on('error', () => {})
  return (order?: Order) =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        lines.off('line', onLine)
        child.off('close', onClose)
      }
      const onLine = (line: string): void => {
        settle()
        const answer = JSON.parse(line) as Answer
        if (answer.error === undefined) resolve(answer)
        else reject(new Error(answer.error))
      }
      const onClose = (): void => {
        settle()
        reject(new Error(`the speaker ended: ${complaints}`))
      }
      lines.on('line', onLine)
      child.on('close', onClose)
      if (order !== undefined) child.stdin.write(`${JSON.stringify(order)}\n`)
    })
}

/** A change that makes a row. */
export function create(row: Route): SpeakerChange
export function create(row: Peer): SpeakerChange
export function create(row: Route | Peer): SpeakerChange {
  return 'prefix' in row
    ? { op: 'create', kind: 'route', row }
    : { op: 'create', kind: 'peer', row }
}

/** A change that takes a row away. */
export function remove(row: Route | Peer): SpeakerChange {
  return 'prefix' in row
    ? { op: 'delete', kind: 'route', row }
    : { op: 'delete', kind: 'peer', row }
}

/** A change of a row in place. */
export function update(row: Route, from: Route): SpeakerChange {
  return { op: 'update', kind: 'route', row, from }
}
