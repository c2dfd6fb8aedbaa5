/** A program of the machine that runs on while a test looks at what it does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { searchPath } from '../lab/kernel/packages.ts'
import { inside } from '../lab/namespace.ts'
import type { Machine } from './segment.ts'

export interface Daemon {
  /** What it said so far, on both outputs. */
  said(): string
  /** By its pid; does nothing once it has ended. */
  signal(signal: NodeJS.Signals): void
  /** Asks it to end, and insists after some seconds. */
  end(): Promise<void>
}

/** Starts a program on a machine. It must stay in the foreground. */
export function startDaemon(machine: Machine, command: string, ...args: string[]): Daemon {
  const child = inside(machine.namespace, () =>
    spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: searchPath, LC_ALL: 'C', TZ: 'UTC' },
    }),
  )
  bind(child)
  let said = ''
  const keep = (chunk: Buffer): void => {
    said += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', error => keep(Buffer.from(String(error))))
  return {
    said: () => said,
    signal: signal => {
      child.kill(signal)
    },
    end: () => endChild(child),
  }
}

/** Those that run: none outlives the process of its test, however that ends. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Has a child process end with this one. */
export function bind(child: ChildProcess): void {
  running.add(child)
  child.on('exit', () => running.delete(child))
}

/** Ends a child process, a stopped one, too. */
export async function endChild(child: ChildProcess, patience = 5000): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  child.kill('SIGCONT')
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  await ended
  clearTimeout(timer)
}

/** A directory for a daemon's files, and its end. */
export function ownDirectory(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `slb-net-${name}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
