/**
 * 10,000 backends on loopback, each checked every two seconds, half of them by TCP and half by HTTP:
 * `node health.js [BACKENDS [SECONDS]]`. The backends answer from another process. Halfway a new list
 * comes, of which one check is another, and a few fall silent. Prints JSON.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Change } from '../src/health/checker.ts'
import type { Figures } from '../src/health/figures.ts'
import type { Alert, Watched } from '../src/health/panel.ts'
import { type CheckingEnds, startChecking, type Watcher } from '../src/health/watcher.ts'
import type { Question, Rules } from '../src/model/check.ts'
import type { Ip } from '../src/model/ip.ts'
import type { Ports } from './answering.ts'
import { median } from './measure.ts'
import { openVictim, type Victim } from './victim.ts'

/** How checks keep their times; milliseconds where it is a time. */
export interface HealthFigures {
  readonly backends: number
  readonly perSecond: number
  /** Shares of a core: the whole process that checks, and that of the backends. */
  readonly core: number
  readonly backendsCore: number
  /** What everything else on the machine took meanwhile: what makes checks late here. */
  readonly othersCore: number
  /** How late askings began: the usual 99th percentile of a second, that of the worst second, the latest of all. */
  readonly lagP99: number
  readonly lagP99Worst: number
  readonly lagMost: number
  readonly blocked: number
  readonly underWay: number
  /** MiB resident at the peak, of the whole process that checks. */
  readonly peak: number
  /** How long after (fall - 1) x interval + timeout the word came that a backend hangs: of some the latest. */
  readonly told: number
  /** Verdicts that changed though nothing did. */
  readonly wrong: number
}

const interval = 2000
const timeout = 1000
/** How long it may take until all are up, and how long everything then goes on before it is measured. */
const patience = 60_000
const settling = 4000

const http: Question = {
  type: 'http',
  method: 'GET',
  path: '/health',
  headers: {},
  expect: [[200, 299]],
  redirects: 0,
}

const rules: Rules = { interval, timeout, rise: 2, fall: 3, fastInterval: interval }

/** How many fall silent. */
const victims = 5

function backendAt(address: string, port: number, question: Question, group: string): Watched {
  const key = `${question.type} ${address}:${port}`
  const check = { key, question, rules, address: address as Ip, port }
  return { check, groups: [group], shown: 'unknown' }
}

/** Backends as a configuration has them: ten to a service. */
function backendsAt(ports: Ports, count: number): readonly Watched[] {
  return Array.from({ length: count }, (_, at) => {
    const address = `127.${1 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`
    const group = `s${Math.floor(at / 10)}`
    return at % 2 === 0
      ? backendAt(address, ports.tcp, { type: 'tcp' }, group)
      : backendAt(address, ports.http, http, group)
  })
}

/** What is heard of the checks. */
class Hearer implements CheckingEnds {
  readonly beats: Figures[] = []
  /** When each key was told to be down, in milliseconds of performance.now. */
  readonly downs = new Map<string, number>()
  up = 0
  changed = (changes: readonly Change[]): void => {
    for (const { key, judgement } of changes) {
      if (judgement.verdict === 'up') this.up++
      else this.downs.set(key, performance.now())
    }
  }
  alert = ({ text }: Alert): void => console.error(text)
  beat = (figures: Figures): void => void this.beats.push(figures)
  died = (error: Error): void => {
    throw error
  }
}

interface Scene {
  readonly all: readonly Watched[]
  readonly hearer: Hearer
  readonly watcher: Watcher
  readonly servers: ChildProcess
  readonly dying: readonly Victim[]
}

async function untilUp({ all, hearer, watcher }: Scene): Promise<void> {
  watcher.watch(all)
  const until = performance.now() + patience
  while (hearer.up < all.length && performance.now() < until) await sleep(100)
  if (hearer.up !== all.length) throw new Error(`${hearer.up} of ${all.length} backends are up`)
  await sleep(settling)
  hearer.beats.length = 0
  hearer.downs.clear()
}

/** Shares of a core that the checks and the backends take while some hang, and a new list comes. */
async function atWork({ all: list, watcher, servers, dying }: Scene, seconds: number) {
  await cpuOf(servers)
  const before = process.cpuUsage()
  const busy = busySeconds()
  const began = performance.now()
  for (const victim of dying) victim.hang()
  await sleep(seconds * 500)
  // It differs in one, as an edit of one file makes it.
  const [first] = list
  if (first !== undefined) watcher.watch([...list.slice(1), { ...first, groups: ['another'] }])
  await sleep(seconds * 500)
  const { user, system } = process.cpuUsage(before)
  const took = (performance.now() - began) / 1000
  const all = (busySeconds() - busy) / took
  const core = (user + system) / 1e6 / took
  const backendsCore = (await cpuOf(servers)) / took
  return { core, backendsCore, othersCore: all - core - backendsCore }
}

async function run(count: number, seconds: number): Promise<HealthFigures> {
  const servers = fork(fileURLToPath(new URL('./answering.js', import.meta.url)))
  const [ports] = (await once(servers, 'message')) as [Ports]
  const names = Array.from({ length: victims }, (_, at) => `127.200.0.${1 + at}`)
  const dying = await Promise.all(names.map(openVictim))
  const ill = dying.map(({ address, port }) => backendAt(address, port, http, address))
  const hearer = new Hearer()
  const checking = startChecking(hearer)
  const { watcher } = checking
  const scene = { all: [...backendsAt(ports, count), ...ill], hearer, watcher, servers, dying }
  try {
    await untilUp(scene)
    const shares = await atWork(scene, seconds)
    const late = dying.map((victim, at) => {
      const down = hearer.downs.get(ill[at]?.check.key ?? '') ?? Number.NaN
      return down - (victim.silentSince() ?? Number.NaN) - 2 * interval - timeout
    })
    const wrong = hearer.downs.size - late.filter(time => !Number.isNaN(time)).length
    const told = Math.max(...late)
    return { backends: count, ...shares, ...figuresOf(hearer.beats), told, peak: peak(), wrong }
  } finally {
    await checking.close()
    for (const victim of dying) victim.close()
    servers.disconnect()
  }
}

async function cpuOf(servers: ChildProcess): Promise<number> {
  servers.send('cpu')
  const [seconds] = await once(servers, 'message')
  return seconds
}

function figuresOf(beats: readonly Figures[]) {
  const most = (figure: (one: Figures) => number): number => Math.max(...beats.map(figure))
  return {
    perSecond: Math.round(median(beats.map(({ asked }) => asked))),
    lagP99: median(beats.map(({ lagP99 }) => lagP99)),
    lagP99Worst: most(({ lagP99 }) => lagP99),
    lagMost: most(({ lagMost }) => lagMost),
    blocked: most(({ blocked }) => blocked),
    underWay: most(({ mostUnderWay }) => mostUnderWay),
  }
}

/** What all processors of the machine have worked so far: all of `cpu` in proc_stat(5) but idle and iowait. */
function busySeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq + steal) / 100
}

/** The most that was ever resident (VmHWM of proc_pid_status(5)), in MiB. */
function peak(): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024
}

const [, , count = '10000', seconds = '20'] = process.argv
console.log(JSON.stringify(await run(Number(count), Number(seconds))))
