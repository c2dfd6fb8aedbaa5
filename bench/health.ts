/**
 * 10,000 backends on loopback, each checked every two seconds, half of them by TCP and half by HTTP:
 * `node health.js [BACKENDS [SECONDS]]`. The backends answer from another process. Halfway a new list
 * comes, of which one check is another. Prints JSON.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Figures } from '../src/health/figures.ts'
import type { Watched } from '../src/health/panel.ts'
import { startChecking } from '../src/health/watcher.ts'
import type { Question } from '../src/model/check.ts'
import type { Ip } from '../src/model/ip.ts'
import type { Ports } from './answering.ts'
import { median } from './measure.ts'

/** How checks keep their times; milliseconds where it is a time. */
export interface HealthFigures {
  readonly backends: number
  readonly perSecond: number
  /** Shares of a core: the whole process that checks, and that of the backends. */
  readonly core: number
  readonly backendsCore: number
  /** How late askings began: the usual 99th percentile of a second, that of the worst second, the latest of all. */
  readonly lagP99: number
  readonly lagP99Worst: number
  readonly lagMost: number
  readonly blocked: number
  readonly underWay: number
  /** MiB resident at the peak, of the whole process that checks. */
  readonly peak: number
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

/** Backends as a configuration has them: ten to a service. */
function backendsAt(ports: Ports, count: number): readonly Watched[] {
  const rules = { interval, timeout, rise: 2, fall: 3, fastInterval: interval }
  return Array.from({ length: count }, (_, at) => {
    const address = `127.${1 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}` as Ip
    const question = at % 2 === 0 ? ({ type: 'tcp' } as const) : http
    const port = at % 2 === 0 ? ports.tcp : ports.http
    const key = `${question.type} ${address}:${port}`
    const check = { key, question, rules, address, port }
    return { check, groups: [`s${Math.floor(at / 10)}`], shown: 'unknown' as const }
  })
}

async function run(count: number, seconds: number): Promise<HealthFigures> {
  const servers = fork(fileURLToPath(new URL('./answering.js', import.meta.url)))
  const [ports] = (await once(servers, 'message')) as [Ports]
  const beats: Figures[] = []
  let up = 0
  let wrong = 0
  let measuring = false
  const checking = startChecking({
    changed(changes) {
      if (measuring) wrong += changes.length
      for (const { judgement } of changes) up += judgement.verdict === 'up' ? 1 : -1
    },
    alert: ({ text }) => console.error(text),
    beat(figures) {
      if (measuring) beats.push(figures)
    },
    died: error => {
      throw error
    },
  })
  try {
    const backends = backendsAt(ports, count)
    checking.watcher.watch(backends)
    const until = performance.now() + patience
    while (up < count && performance.now() < until) await sleep(100)
    if (up !== count) throw new Error(`${up} of ${count} backends are up`)
    await sleep(settling)
    measuring = true
    await cpuOf(servers)
    const before = process.cpuUsage()
    const began = performance.now()
    await sleep(seconds * 500)
    // A new list that differs in one, as an edit of one file makes it.
    const [first] = backends
    if (first !== undefined)
      checking.watcher.watch([...backends.slice(1), { ...first, groups: ['another'] }])
    await sleep(seconds * 500)
    const { user, system } = process.cpuUsage(before)
    const took = (performance.now() - began) / 1000
    const own = { core: (user + system) / 1e6 / took, backendsCore: (await cpuOf(servers)) / took }
    return { backends: count, ...own, ...figuresOf(beats), peak: peak(), wrong }
  } finally {
    await checking.close()
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

/** The most that was ever resident (VmHWM of proc_pid_status(5)), in MiB. */
function peak(): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024
}

const [, , count = '10000', seconds = '20'] = process.argv
console.log(JSON.stringify(await run(Number(count), Number(seconds))))
