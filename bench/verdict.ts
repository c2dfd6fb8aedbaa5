/**
 * From a backend that hangs to the kernel that sends it nothing more: the real `slb run` beside a
 * configuration of any size. In the same run, as a measure of this machine, edits of a file.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from '../src/model/rows.ts'
import { run as runProgram } from '../test/lab/namespace.ts'
import { projectFolder } from '../test/project.ts'
import { median } from './measure.ts'
import { tcpService, untilKernelHas } from './until.ts'
import { openVictim, type Victim } from './victim.ts'

/** Times in seconds. */
export interface VerdictFigures {
  /**
   * From the moment at which the rules have it down, (fall - 1) x interval + timeout after the first
   * connection without answer, until the kernel has it no more: the median, and the most.
   */
  readonly seconds: number
  readonly slowest: number
  /** From the rename of a changed file to the change in the kernel: the median. */
  readonly edit: number
}

const vip = '198.51.100.1'
const id = tcpService(vip, 80)
const fall = 2
/** Milliseconds. */
const interval = 500
const timeout = 200

/** Runs it on a directory of files, to which it adds one, and lets so many backends hang, one after the other. */
export async function measureVerdicts(config: string, rounds: number): Promise<VerdictFigures> {
  const work = mkdtempSync(join(tmpdir(), 'slb-bench-'))
  const file = join(config, 'checked.toml')
  const addresses = Array.from({ length: rounds + 1 }, (_, at) => `10.200.0.${1 + at}`)
  for (const address of addresses)
    runProgram(undefined, 'ip', 'address', 'replace', `${address}/32`, 'dev', 'lo')
  const victims = await Promise.all(addresses.map(openVictim))
  save(file, victims, 1)
  const slb = join(projectFolder, 'dist/src/cli/main.js')
  const paths = ['--state-dir', join(work, 'state'), '--socket', join(work, 's')]
  const daemon = spawn(process.execPath, [slb, 'run', '-q', '-c', config, ...paths], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const alive = (): void => {
    if (daemon.exitCode !== null) throw new Error('slb run has ended')
  }
  try {
    const all = ({ destinations }: Service): boolean => destinations.length === victims.length
    await untilKernelHas(id, performance.now(), all, alive)
    await sleep(1000)
    const late: number[] = []
    const edits: number[] = []
    for (const [round, victim] of victims.slice(1).entries()) {
      late.push(await untilOut(victim))
      const weight = 2 + round
      const began = save(file, victims, weight)
      const isSo = ({ destinations }: Service): boolean => destinations[0]?.weight === weight
      edits.push(await untilKernelHas(id, began, isSo))
      await sleep(500)
    }
    return { seconds: median(late), slowest: Math.max(...late), edit: median(edits) }
  } finally {
    daemon.kill('SIGTERM')
    await Promise.race([once(daemon, 'exit'), sleep(10_000)])
    for (const victim of victims) victim.close()
    rmSync(file)
  }
}

/** From when it is to be down until it is out of the kernel. */
async function untilOut(victim: Victim): Promise<number> {
  const hung = performance.now()
  victim.hang()
  const isOut = ({ destinations }: Service): boolean =>
    destinations.every(({ address }) => address !== victim.address)
  const out = hung / 1000 + (await untilKernelHas(id, hung, isOut))
  return out - ((victim.silentSince() ?? Number.NaN) + (fall - 1) * interval + timeout) / 1000
}

/** Puts the file in place; the first backend, which never hangs, has this weight. Returns when it was. */
function save(file: string, victims: readonly Victim[], weight: number): number {
  const backends = victims.map(({ address, port }, at) =>
    at === 0 ? `{ address = "${address}:${port}", weight = ${weight} }` : `"${address}:${port}"`,
  )
  const text = `[service.checked]
vip = "${vip}"
port = 80
link = "external"
backends = [${backends.join(', ')}]

[service.checked.check]
type = "http"
interval = "${interval}ms"
fast_interval = "${interval}ms"
timeout = "${timeout}ms"
rise = 1
fall = ${fall}
`
  writeFileSync(`${file}~`, text)
  const began = performance.now()
  renameSync(`${file}~`, file)
  return began
}
