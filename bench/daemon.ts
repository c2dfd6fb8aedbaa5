/** The daemon at work on a big configuration: from a file that is saved to the change in the kernel. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceId } from '../src/model/rows.ts'
import { projectFolder } from '../test/project.ts'
import { tcpService, untilKernelHas } from './until.ts'

export interface DaemonFigures {
  /** From the rename of one changed file to its weight in the kernel, in seconds: the median. */
  readonly seconds: number
  readonly slowest: number
  /** Resident memory in MiB: at the end, and the most that there ever was. */
  readonly resident: number
  readonly peak: number
  /** Share of a core that it takes when nothing happens, drift looked for. */
  readonly idle: number
}

const edits = 9
/** How long the idle daemon is watched, in seconds. */
const idleSeconds = 60

/** Runs `slb run` on a directory and edits the last backend of its last file, again and again. */
export async function measureDaemon(config: string): Promise<DaemonFigures> {
  const work = mkdtempSync(join(tmpdir(), 'slb-bench-'))
  const slb = join(projectFolder, 'dist/src/cli/main.js')
  const daemon = spawn(
    process.execPath,
    [slb, 'run', '-c', config, '--state-dir', join(work, 'state'), '--socket', join(work, 's')],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let log = ''
  daemon.stderr.on('data', chunk => {
    log += chunk
  })
  const file = join(config, readdirSync(config).sort().at(-1) ?? '')
  const text = readFileSync(file, 'utf8')
  try {
    while (!/"message":"ready/.test(log)) {
      if (daemon.exitCode !== null) throw new Error(log)
      await sleep(100)
    }
    await sleep(3000)
    const times: number[] = []
    for (let edit = 0; edit < edits; edit++) {
      times.push(await saveAndWait(file, text, 2 + edit))
      await sleep(2000)
    }
    times.sort((a, b) => a - b)
    const before = cpuSeconds(daemon.pid)
    await sleep(idleSeconds * 1000)
    const idle = (cpuSeconds(daemon.pid) - before) / idleSeconds
    const [peak = 0, resident = 0] = memory(daemon.pid)
    const seconds = times[Math.floor(times.length / 2)] ?? Number.NaN
    return { seconds, slowest: times.at(-1) ?? Number.NaN, resident, peak, idle }
  } finally {
    daemon.kill('SIGTERM')
    await Promise.race([once(daemon, 'exit'), sleep(10_000)])
    writeFileSync(file, text)
  }
}

async function saveAndWait(file: string, text: string, weight: number): Promise<number> {
  const at = text.lastIndexOf('  "10.')
  const edited =
    text.slice(0, at) + text.slice(at).replace(/"(.*)"/, `{ address = "$1", weight = ${weight} }`)
  writeFileSync(`${file}~`, edited)
  const began = performance.now()
  renameSync(`${file}~`, file)
  return untilKernelHas(lastService(text), began, ({ destinations }) =>
    destinations.some(row => row.weight === weight),
  )
}

/** The service that stands last in a file of the benchmark. */
export function lastService(text: string): ServiceId {
  const vip = [...text.matchAll(/^vip\s+= "(.*)"$/gm)].at(-1)?.[1] ?? ''
  const port = [...text.matchAll(/^port\s+= (\d+)$/gm)].at(-1)?.[1] ?? ''
  return tcpService(vip, Number(port))
}

/** User and system time of a process so far: fields 14 and 15 of proc_pid_stat(5), in 1/100 s. */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The most resident memory ever, and that of now, in MiB (proc_pid_status(5)). */
function memory(pid: number | undefined): readonly number[] {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return ['VmHWM', 'VmRSS'].map(
    name => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024,
  )
}
