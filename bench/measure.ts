/** Measure whole processes: wall time, and the most memory they held. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

export interface Measured {
  readonly seconds: number
  /** MiB resident at the peak. */
  readonly peak: number
}

export interface Streams {
  /** File descriptors; nothing is read and nothing kept if absent. */
  readonly input?: number
  readonly output?: number
}

/** Run a command to its end. Throws if its exit status is not 0. */
export function measure(command: readonly string[], streams: Streams = {}): Measured {
  const report = join(tmpdir(), `slb-bench-${process.pid}`)
  const began = performance.now()
  const { status, stderr } = spawnSync('time', ['-o', report, '-f', '%M', ...command], {
    stdio: [streams.input ?? 'ignore', streams.output ?? 'ignore', 'pipe'],
    maxBuffer: 64 << 20,
  })
  const seconds = (performance.now() - began) / 1000
  if (status !== 0) throw new Error(`${command.join(' ')}: exit status ${status}\n${stderr}`)
  const peak = Number(readFileSync(report, 'utf8').trim().split('\n').at(-1)) / 1024
  rmSync(report)
  return { seconds, peak }
}

/**
 * The median of several runs of each command. They take turns, so that what else the machine does
 * falls on all of them.
 */
export function compare<Name extends string>(
  commands: Readonly<Record<Name, readonly string[]>>,
  runs: number,
): Readonly<Record<Name, Measured>> {
  const names = Object.keys(commands) as Name[]
  const found = new Map<Name, Measured[]>(names.map(name => [name, []]))
  for (let run = 0; run < runs; run++) {
    for (const name of names) found.get(name)?.push(measure(commands[name]))
  }
  return Object.fromEntries(names.map(name => [name, middle(found.get(name) ?? [])])) as Record<
    Name,
    Measured
  >
}

function middle(all: readonly Measured[]): Measured {
  return { seconds: median(all.map(one => one.seconds)), peak: median(all.map(one => one.peak)) }
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
