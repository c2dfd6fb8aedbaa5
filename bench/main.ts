/**
 * Benchmarks:  npm run bench [-- --quick] [--write]
 *
 * slb, ipvsadm and keepalived side by side in one run, a fresh kernel for each, whole processes.
 * --quick takes a tenth of the size; --write puts the tables into docs/performance.md.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Lab, labEnvironment, openLab } from '../test/lab/kernel/lab.ts'
import { ensureTools } from '../test/lab/kernel/packages.ts'
import { projectFolder } from '../test/project.ts'
import { writeConfig } from './generate.ts'
import type { HealthFigures } from './health.ts'
import { compare, type Measured } from './measure.ts'
import type { Reload } from './reload.ts'
import { type Figures, report } from './report.ts'

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const slb = join(projectFolder, 'dist/src/cli/main.js')
const backends = 10

interface Bench {
  readonly lab: Lab
  readonly work: string
  readonly signal: AbortSignal
  /** Whether the lab's kernel is spread over all processors. */
  readonly spread: boolean
}

/** What scenarios told, by name. */
type Told = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Of each name the round that took the least time. */
function fastest(rounds: readonly Told[]): Told {
  const best: Record<string, Readonly<Record<string, number>>> = {}
  for (const [name, values] of rounds.flatMap(round => Object.entries(round))) {
    const so = best[name]?.['seconds'] ?? Number.POSITIVE_INFINITY
    if ((values['seconds'] ?? 0) < so) best[name] = values
  }
  return best
}

/** A directory of configuration files for so many services; `one` has them all in one file. */
function config(work: string, services: number, name = String(services)): string {
  const directory = join(work, name)
  const files = name === 'one' ? 1 : Math.ceil(services / 100)
  writeConfig(directory, { services, backends, files, external: true })
  return directory
}

/** Run a scenario of `inside.ts` on a fresh kernel, for so long where that is to be said; its figures by name. */
async function scenario(
  { lab, work, signal, spread }: Bench,
  name: string,
  services: number,
  folder = String(services),
  seconds = 0,
): Promise<Told> {
  const where = spread ? 'all processors' : 'one processor'
  console.error(`${name}, ${services} services, ${where} (load ${loadavg()[0]?.toFixed(1)}) ...`)
  let output = ''
  const ending = await lab.run(
    {
      command: [process.execPath, here('./inside.js'), name, join(work, folder), work],
      directory: projectFolder,
      environment: {
        ...labEnvironment(),
        BENCH_BACKENDS: String(services * backends),
        BENCH_SECONDS: String(seconds),
      },
    },
    { timeout: 900, memory: 6144, signal, spread },
    {
      stdout: chunk => {
        output += chunk.toString()
      },
      stderr: chunk => process.stderr.write(chunk),
    },
  )
  if (ending.how !== 'exited') throw new Error(`${name}: ${ending.how}\n${ending.console}`)
  if (ending.status !== 0) throw new Error(`${name}: exit status ${ending.status}`)
  process.stderr.write(output)
  return Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
      .map(({ name: figure, ...values }) => [figure, values]),
  )
}

/** Small files, on this machine without a kernel. */
function small(work: string, runs: number): Readonly<Record<'node' | 'help' | 'plan', Measured>> {
  const file = join(work, 'small.toml')
  const empty = join(work, 'empty')
  writeFileSync(
    file,
    '[service.web]\nvip = "192.0.2.10"\nport = 80\nbackends = ["10.0.0.11:8080"]\n',
  )
  writeFileSync(empty, '')
  const plan = ['plan', '-c', file, '--against', empty, '--state-dir', join(work, 'state')]
  return compare(
    {
      node: [process.execPath, '-e', '0'],
      help: [process.execPath, slb, '--help'],
      plan: [process.execPath, slb, ...plan],
    },
    runs,
  )
}

/** What loading and planning cost again when one file of many has changed. */
function reload(work: string, services: number): Reload {
  const script = [here('./reload.js'), join(work, String(services))]
  return JSON.parse(execFileSync(process.execPath, script, { encoding: 'utf8' }))
}

/** Many backends that are checked, on this machine. */
function health(count: number): HealthFigures {
  console.error(`checks of ${count} backends (load ${loadavg()[0]?.toFixed(1)}) ...`)
  const output = execFileSync(process.execPath, [here('./health.js'), String(count)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(output)
}

/** Everything that is compared, each on a fresh kernel. */
async function peers(bench: Bench, size: number): Promise<Told> {
  return {
    ...(await scenario(bench, 'slb', size)),
    ...(await scenario(bench, 'floor', size)),
    ...(await scenario(bench, 'restore', size)),
    ...(await scenario(bench, 'keepalived', size)),
    ...(await scenario(bench, 'run', size)),
    ...(await scenario(bench, 'verdict', size)),
    'run-one': (await scenario(bench, 'run', size, 'one'))['run'] ?? {},
  }
}

async function times(count: number, work: () => Promise<Told>): Promise<readonly Told[]> {
  const told: Told[] = []
  for (let round = 0; round < count; round++) told.push(await work())
  return told
}

async function run(bench: Bench, quick: boolean): Promise<Figures> {
  const size = quick ? 1000 : 10_000
  const sizes = [size / 2, size, size * 2]
  for (const services of [...sizes, size / 10]) config(bench.work, services)
  config(bench.work, size, 'one')
  console.error('on this machine ...')
  const little = small(bench.work, quick ? 5 : 15)
  const own = compare(
    Object.fromEntries(
      sizes.map(services => [
        services,
        [process.execPath, here('./pipeline.js'), join(bench.work, String(services))],
      ]),
    ),
    quick ? 1 : 5,
  )
  const again = reload(bench.work, size)
  const checks = health(size)
  const one = fastest(await times(quick ? 1 : 2, () => peers({ ...bench, spread: false }, size)))
  const all = fastest(await times(1, () => peers({ ...bench, spread: true }, size)))
  const half = await scenario(bench, 'apply', size / 2)
  const double = await scenario(bench, 'apply', size * 2)
  const writes = await scenario(bench, 'writes', size / 10)
  const held = {
    ...(await scenario(bench, 'hold', size, undefined, quick ? 20 : 120)),
    ...(await scenario(bench, 'gone', size / 10)),
  }
  return {
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`,
    kernel: bench.lab.label,
    services: size,
    backends,
    small: little,
    reload: again,
    health: checks,
    one: { ...one, ...writes, ...held },
    all,
    growth: sizes.map((services, index) => ({
      services,
      apply: [half, one, double][index]?.['apply'] ?? {},
      own: own[services] ?? { seconds: Number.NaN, peak: Number.NaN },
    })),
  }
}

async function main(args: readonly string[]): Promise<void> {
  const say = (line: string): void => console.error(`lab: ${line}`)
  await ensureTools(
    [
      ['time', 'time'],
      ['keepalived', 'keepalived'],
      ['bird', 'bird2'],
    ],
    say,
  )
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => abort.abort())
  }
  const work = mkdtempSync(join(tmpdir(), 'slb-bench-'))
  try {
    const lab = await openLab(say)
    const text = report(
      await run({ lab, work, signal: abort.signal, spread: false }, args.includes('--quick')),
    )
    console.log(text)
    if (args.includes('--write')) write(text)
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** Put the tables between the markers of the page. */
function write(text: string): void {
  const page = join(projectFolder, 'docs/performance.md')
  const marked = /(<!-- bench -->\n)[\s\S]*(<!-- \/bench -->)/
  const before = readFileSync(page, 'utf8')
  if (!marked.test(before)) throw new Error(`${page} has no place for the tables`)
  writeFileSync(
    page,
    before.replace(marked, (_, start, end) => `${start}${text}\n${end}`),
  )
}

await main(process.argv.slice(2))
