/**
 * The test runner:  npm test [-- [--lane host|net|lab|qemu]... [WORD]...]
 *
 * Runs each test file whose path contains one of the words: most on this machine as it is, those
 * under test/net beside routers in network namespaces of it, those under test/lab inside a kernel
 * with IPVS (see test/lab/kernel), those under test/qemu inside a whole distribution kernel (only
 * when asked, or with CI set). It ends with `N passed, N failed`; a file that crashes or runs no test
 * has failed. A few that fail are run once more, each alone; what passes then is named at the end. In
 * the soak (SLB_RUNS set, see rounds.ts) nothing is run again, and what the files tell is shown.
 * Routers or a lab that cannot be had are a failure when CI is set, and else count their
 * files as skipped.
 */
import { openLab } from './lab/kernel/lab.ts'
import { ensureRouters } from './net/tools.ts'
import { isSoak } from './rounds.ts'
import { type RunLane, runWithAgain } from './runner/again.ts'
import { findTests, type Lane, lanes } from './runner/find-tests.ts'
import { runInLab } from './runner/in-lab.ts'
import { closingLine, lost, type Outcome, show } from './runner/outcome.ts'
import { runFiles } from './runner/run-file.ts'

const inCi = (process.env['CI'] ?? '') !== ''
const hostTimeout = Number(process.env['TEST_TIMEOUT'] ?? 120)
const labTimeout = Number(process.env['TEST_TIMEOUT'] ?? 300)

interface Arguments {
  readonly lanes: readonly Lane[]
  readonly words: readonly string[]
}

function parseArguments(args: readonly string[]): Arguments {
  const chosen: Lane[] = []
  const words: string[] = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const lane = arg === '--lane' ? rest.shift() : undefined
    const known = lanes.find(name => name === lane)
    if (known !== undefined) chosen.push(known)
    else if (arg.startsWith('-')) throw new Error(`${arg}: use --lane host|net|lab|qemu`)
    else words.push(arg)
  }
  const usual: readonly Lane[] = inCi ? lanes : ['host', 'net', 'lab']
  return { lanes: chosen.length > 0 ? chosen : usual, words }
}

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupted.abort())
}

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2))
  const found = findTests(args.words)
  const outcomes: Outcome[] = []
  const again: string[] = []
  const tell = (outcome: Outcome): void => {
    outcomes.push(outcome)
    console.log(show(outcome))
    if (isSoak && outcome.failed === 0) console.log(outcome.said.trimEnd())
  }
  let skipped = 0
  for (const lane of args.lanes) {
    const files = found[lane]
    if (files.length === 0) continue
    const run: RunLane = async (some, hear, alone) => {
      skipped += await runIn[lane](some, hear, alone)
    }
    // Where failures are counted, what fails once has failed.
    if (isSoak) await run(files, tell, false)
    else again.push(...(await runWithAgain(files, run, tell, line => console.log(line))))
  }
  if (outcomes.length + skipped === 0) console.log('no test file has such a path')
  if (again.length > 0) console.log(`Passed only alone, after a failure: ${again.join(', ')}`)
  console.log(closingLine(outcomes, skipped))
  const failed = outcomes.some(outcome => outcome.failed > 0)
  process.exitCode = failed || outcomes.length === 0 || interrupted.signal.aborted ? 1 : 0
}

/** Runs files of a lane. Returns how many were skipped, because what they need cannot be had. */
type RunIn = (
  files: readonly string[],
  tell: (outcome: Outcome) => void,
  alone: boolean,
) => Promise<number>

const runIn: Readonly<Record<Lane, RunIn>> = {
  async host(files, tell, alone) {
    if (!alone) console.log(`This machine, Node ${process.version}`)
    const launch = { prefix: [], timeout: hostTimeout, signal: interrupted.signal }
    await runFiles(files, alone ? 1 : 2, launch, tell)
    return 0
  },
  net: runBesideRouters,
  lab: (files, tell) => runLane('lab', files, tell),
  qemu: (files, tell) => runLane('qemu', files, tell),
}

/** Some at a time: most of what they do is wait for daemons. Returns how many files were skipped. */
async function runBesideRouters(
  files: readonly string[],
  tell: (outcome: Outcome) => void,
  alone: boolean,
): Promise<number> {
  try {
    await ensureRouters(line => console.log(`net: ${line}`))
  } catch (error) {
    return missing(files, 'no routers to test with', error, tell)
  }
  if (!alone) console.log('Network namespaces of this machine, beside BIRD, FRR and gobgpd')
  const launch = { prefix: [], timeout: labTimeout, signal: interrupted.signal }
  await runFiles(files, alone ? 1 : 3, launch, tell)
  return 0
}

/** What could not be had has failed when CI is set, and else counts its files as skipped. */
function missing(
  files: readonly string[],
  what: string,
  error: unknown,
  tell: (outcome: Outcome) => void,
): number {
  const reason = error instanceof Error ? error.message : String(error)
  if (inCi) {
    for (const file of files) tell(lost(file, `${what}: ${reason}`))
    return 0
  }
  console.log(`\nWARNING: ${what}, ${files.length} files SKIPPED: ${reason}\n`)
  return files.length
}

/** Returns how many files were skipped because there is no lab. */
async function runLane(
  lane: 'lab' | 'qemu',
  files: readonly string[],
  tell: (outcome: Outcome) => void,
): Promise<number> {
  try {
    const lab = await openLab(
      line => console.log(`lab: ${line}`),
      lane === 'qemu' ? 'qemu' : undefined,
    )
    console.log(`${lane === 'lab' ? 'Lab' : 'QEMU lane'}: ${lab.label}`)
    await runInLab(
      lab,
      files,
      { timeout: labTimeout, memory: 2048, signal: interrupted.signal },
      tell,
    )
    return 0
  } catch (error) {
    return missing(files, 'no kernel to test on', error, tell)
  }
}

await main()
