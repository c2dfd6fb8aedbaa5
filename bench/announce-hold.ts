/**
 * The daemon, which announces beside many neighbours: do its sessions hold while it works hard, and how
 * long does it take from the verdict on a backend to the route that is gone from a router's kernel?
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../test/lab/namespace.ts'
import { projectFolder } from '../test/project.ts'
import { lastService } from './daemon.ts'
import { median } from './measure.ts'
import { itsAs, openRouter, ourAddress, ourAs, type Router } from './router.ts'
import { readSessions } from './sessions.ts'
import { untilKernelHas } from './until.ts'
import { openVictim, type Victim } from './victim.ts'

/** Times in seconds. */
export interface HoldFigures {
  readonly sessions: number
  /** That each session was told of. */
  readonly routes: number
  readonly seconds: number
  /** How often all services were changed meanwhile. */
  readonly applies: number
  /** Sessions that ended. */
  readonly flaps: number
  /** Messages about routes, though none of these changed. */
  readonly updates: number
  /** The longest time in which a neighbour read nothing of us. */
  readonly silence: number
  /** The longest time in which all neighbours together logged nothing: they had no processor themselves. */
  readonly still: number
  /**
   * From the moment at which the rules have the only backend of a service down until the route is gone
   * from the router's kernel: the median, and the most.
   */
  readonly gone: number
  readonly slowestGone: number
}

export interface HoldSize {
  readonly sessions: number
  readonly routes: number
  /** For how long everything is changed again and again, in seconds. */
  readonly seconds: number
  /** How many backends fall silent, one after the other; 0 = nothing is said of that. */
  readonly rounds: number
}

const hold = 9
const fall = 2
/** Milliseconds. */
const interval = 500
const timeout = 200

/** Runs `slb run` on a directory of files, to which it adds one. */
export async function measureHold(config: string, size: HoldSize): Promise<HoldFigures> {
  const { sessions, routes, seconds, rounds } = size
  const work = mkdtempSync(join(tmpdir(), 'slb-bench-'))
  const [announced, checked] = ['announced', 'checked'].map(name => join(config, `${name}.toml`))
  const router = await openRouter(sessions, hold)
  writeFileSync(announced ?? '', announcedText(router.addresses, routes))
  const slb = join(projectFolder, 'dist/src/cli/main.js')
  const paths = ['--state-dir', join(work, 'state'), '--socket', join(work, 's')]
  const daemon = spawn(process.execPath, [slb, 'run', '-q', '-c', config, ...paths], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const alive = (): void => {
    if (daemon.exitCode !== null) throw new Error('slb run has ended')
  }
  try {
    await router.untilRoutes(sessions * routes, 500, alive)
    await sleep(5000)
    const began = Date.now()
    const applies = await changeEverything(config, seconds * 1000, alive)
    const seen = readSessions(router.log(), began, Date.now())
    await router.untilRoutes(sessions * routes, 500, alive)
    const all = (): Promise<void> => router.untilRoutes(sessions * (routes + rounds), 500, alive)
    const late = rounds === 0 ? [] : await measureGone(router, checked ?? '', rounds, all)
    return {
      ...{ sessions, routes, seconds, applies, ...seen },
      gone: median(late),
      slowestGone: Math.max(...late),
    }
  } finally {
    daemon.kill('SIGTERM')
    await Promise.race([once(daemon, 'exit'), sleep(20_000)])
    await router.close()
    for (const file of [announced, checked]) rmSync(file ?? '', { force: true })
  }
}

/** Gives a backend of each service another weight, waits until it is in the kernel, and begins again. */
async function changeEverything(
  config: string,
  milliseconds: number,
  alive: () => void,
): Promise<number> {
  const files = readdirSync(config)
    .filter(name => name.endsWith('-team.toml'))
    .sort()
    .map(name => join(config, name))
  const texts = files.map(file => readFileSync(file, 'utf8'))
  const last = lastService(texts.at(-1) ?? '')
  let applies = 0
  for (const began = performance.now(); performance.now() - began < milliseconds; applies++) {
    const weight = 2 + (applies % 100)
    files.forEach((file, at) => {
      const text = texts[at]?.replaceAll(
        /^ {2}"(.*)",\n\]/gm,
        `  { address = "$1", weight = ${weight} },\n]`,
      )
      writeFileSync(`${file}~`, text ?? '')
      renameSync(`${file}~`, file)
    })
    const isSo = untilKernelHas(
      last,
      performance.now(),
      ({ destinations }) => destinations.some(row => row.weight === weight),
      alive,
    )
    await isSo
  }
  files.forEach((file, at) => {
    writeFileSync(file, texts[at] ?? '')
  })
  return applies
}

/**
 * Adds services with one backend each, and lets one backend after the other fall silent; how late their
 * routes went, in seconds.
 *
 * @param all waits until the router has the routes of all.
 */
async function measureGone(
  router: Router,
  file: string,
  rounds: number,
  all: () => Promise<void>,
): Promise<readonly number[]> {
  const addresses = Array.from({ length: rounds }, (_, at) => `10.200.0.${1 + at}`)
  for (const address of addresses)
    run(undefined, 'ip', 'address', 'add', `${address}/32`, 'dev', 'lo')
  const victims = await Promise.all(addresses.map(openVictim))
  writeFileSync(file, victims.map(checkedText).join('\n'))
  try {
    await all()
    await sleep(5000)
    const gone = new Map<string, number>()
    router.watchKernel(prefix => gone.set(prefix, performance.now()))
    await sleep(1000)
    const late: number[] = []
    for (const [at, victim] of victims.entries()) {
      victim.hang()
      const vip = vipOf(at)
      for (const began = performance.now(); !gone.has(vip); await sleep(20))
        if (performance.now() - began > 60_000) throw new Error(`the route to ${vip} stays`)
      const down = (victim.silentSince() ?? Number.NaN) + (fall - 1) * interval + timeout
      late.push(((gone.get(vip) ?? Number.NaN) - down) / 1000)
      await sleep(1500)
    }
    return late
  } finally {
    for (const victim of victims) victim.close()
  }
}

function vipOf(at: number): string {
  return `198.51.100.${1 + at}`
}

/** Neighbours, and a service with many VIPs. */
function announcedText(neighbours: readonly string[], routes: number): string {
  const many = Array.from({ length: routes }, (_, at) => `"198.18.${at >> 8}.${at & 255}"`)
  return [
    `[bgp]\nas = ${ourAs}\nlocal_address = "${ourAddress}"\nhold = "${hold}s"\n`,
    ...neighbours.map(
      (address, at) => `[bgp.peer.p${at + 1}]\naddress = "${address}"\nas = ${itsAs}\n`,
    ),
    `[vip.many]\naddress = [${many.join(', ')}]\nannounce = "bgp"\n`,
    '[service.many]\nvip = "many"\nport = 80\nbackends = ["10.200.1.1:80"]\n',
  ].join('\n')
}

function checkedText({ address, port }: Victim, at: number): string {
  return `[service.checked-${at + 1}]
vip = "${vipOf(at)}"
port = 80
announce = "bgp"
backends = ["${address}:${port}"]

[service.checked-${at + 1}.check]
type = "http"
interval = "${interval}ms"
fast_interval = "${interval}ms"
timeout = "${timeout}ms"
rise = 1
fall = ${fall}
`
}
