/**
 * One scenario on a fresh kernel: `node inside.js SCENARIO CONFIG WORK`. CONFIG is a directory of
 * slb's files, WORK one to keep things from scenario to scenario. Prints figures as lines of JSON.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from '../src/model/rows.ts'
import { openChannel } from '../src/netlink/channel.ts'
import { familyId } from '../src/netlink/genl.ts'
import { libc } from '../src/netlink/libc.ts'
import { openNetlink, protocol } from '../src/netlink/socket.ts'
import { projectFolder } from '../test/project.ts'
import { measureHold } from './announce-hold.ts'
import { measureDaemon } from './daemon.ts'
import { encodeDirectory } from './encoded.ts'
import { measure } from './measure.ts'
import { keepalivedConfig, parseRules } from './peers.ts'
import { tcpService, untilKernelHas } from './until.ts'
import { measureVerdicts } from './verdict.ts'
import { countWrites, straceOptions } from './writes.ts'

const [, , scenario = '', given = '', work = ''] = process.argv
/** A copy in the memory of this kernel, as keepalived's file is: the file system below is the host's. */
const config = mkdtempSync(join(tmpdir(), 'slb-bench-'))
cpSync(given, config, { recursive: true })
/** Sessions to hold, and the routes that each is told of. */
const many = { sessions: 60, routes: 1000, rounds: 0 }
const rules = join(work, 'rules')
const state = mkdtempSync(join(tmpdir(), 'slb-bench-'))
const slb = [process.execPath, join(projectFolder, 'dist/src/cli/main.js')]
const apply = [...slb, 'apply', '-c', config, '--state-dir', state, '--quiet']

function tell(name: string, figures: object): void {
  console.log(JSON.stringify({ name, ...figures }))
}

/** slb from empty, again, after one change; what ipvsadm needs to print the table. */
function runSlb(): void {
  tell('apply', measure(apply))
  expectRows()
  tell('again', measure(apply))
  const output = openSync(rules, 'w')
  tell('save', measure(['ipvsadm', '-Sn'], { output }))
  closeSync(output)
  const last = join(config, readdirSync(config).sort().at(-1) ?? '')
  const text = readFileSync(last, 'utf8')
  const at = text.lastIndexOf('  "10.')
  writeFileSync(
    last,
    text.slice(0, at) + text.slice(at).replace(/"(.*)"/, '{ address = "$1", weight = 7 }'),
  )
  tell('edit', measure(apply))
  writeFileSync(last, text)
  if (!readFileSync('/proc/net/ip_vs', 'utf8').includes('Masq    7')) throw new Error('no edit')
}

/** What the second apply sends: seen by strace, which takes minutes for a big table. */
function runWrites(): void {
  measure(apply)
  const trace = join(tmpdir(), 'trace')
  measure(['strace', ...straceOptions, '-o', trace, ...apply])
  tell('writes', countWrites(readFileSync(trace, 'utf8')))
}

function runRestore(): void {
  const input = openSync(rules, 'r')
  tell('restore', measure(['ipvsadm', '-R'], { input }))
  expectRows()
}

async function runKeepalived(): Promise<void> {
  const file = join(tmpdir(), 'keepalived.conf')
  const text = keepalivedConfig(parseRules(readFileSync(rules, 'utf8')))
  writeFileSync(file, text)
  const began = performance.now()
  const pids = ['-p', join(tmpdir(), 'k.pid'), '-c', join(tmpdir(), 'kc.pid')]
  const daemon = spawn('keepalived', ['-n', '-C', '-f', file, ...pids], { stdio: 'ignore' })
  const last = parseRules(readFileSync(rules, 'utf8')).at(-1)
  if (last === undefined) throw new Error('no services')
  // keepalived works in the order of its file: the table is full when its last service is.
  const id = tcpService(last.address, Number(last.port))
  const alive = (): void => {
    if (daemon.exitCode !== null) throw new Error(`keepalived ended: ${daemon.exitCode}`)
  }
  const full = ({ destinations }: Service): boolean => destinations.length === last.backends.length
  tell('keepalived', { seconds: await untilKernelHas(id, began, full, alive) })
  expectRows()
  await sleep(2000)
  writeFileSync(file, text.replace(/weight \d+( }\n}\n)$/, 'weight 7$1'))
  const changed = performance.now()
  daemon.kill('SIGHUP')
  const edited = ({ destinations }: Service): boolean => destinations.some(row => row.weight === 7)
  tell('reload', { seconds: await untilKernelHas(id, changed, edited, alive) })
  daemon.kill('SIGTERM')
  await Promise.race([once(daemon, 'exit'), sleep(5000)])
}

/** What the kernel alone needs: the bytes are ready, and nothing but send is done. */
async function runFloor(): Promise<void> {
  const family = familyId(openNetlink(protocol.generic), 'IPVS', { message: 'no IPVS', hint: '' })
  const sends: Uint8Array[] = []
  await encodeDirectory(config, family, (bytes, length) =>
    sends.push(Uint8Array.from(bytes.subarray(0, length))),
  )
  const channel = openChannel(libc(), { protocol: protocol.generic, timeout: 10_000 })
  const began = performance.now()
  for (const bytes of sends) {
    const errno = channel.send(bytes, bytes.length)
    if (errno !== 0) throw new Error(`send: errno ${errno}`)
    channel.receive(true)
  }
  tell('floor', { seconds: (performance.now() - began) / 1000, sends: sends.length })
  expectRows()
}

/** The whole table must be there, or the figure means nothing. */
function expectRows(): void {
  const wanted = Number(process.env['BENCH_BACKENDS'])
  const found = readFileSync('/proc/net/ip_vs', 'utf8').match(/^ {2}-> [0-9A-F[]/gm)?.length
  if (found !== wanted) throw new Error(`${scenario}: ${found} destinations instead of ${wanted}`)
}

switch (scenario) {
  case 'slb':
    runSlb()
    break
  case 'apply':
    tell('apply', measure(apply))
    expectRows()
    break
  case 'writes':
    runWrites()
    break
  case 'restore':
    runRestore()
    break
  case 'keepalived':
    await runKeepalived()
    break
  case 'run':
    tell('run', await measureDaemon(config))
    break
  case 'verdict':
    tell('verdict', await measureVerdicts(config, 9))
    break
  case 'hold':
    tell(
      'hold',
      await measureHold(config, { ...many, seconds: Number(process.env['BENCH_SECONDS']) }),
    )
    break
  case 'gone':
    tell('gone', await measureHold(config, { sessions: 1, routes: 10, seconds: 0, rounds: 9 }))
    break
  case 'floor':
    await runFloor()
    break
  default:
    throw new Error(`no scenario ${scenario}`)
}
