/**
 * A network that learns of VIPs: routers with BIRD, hosts with `slb run`, and backends, at one switch.
 *
 *     10.77.0.101  the router, whose clients reach a VIP by its BGP route alone
 *     10.77.0.1 .. hosts that balance; the test itself is on the first one
 *     10.77.0.21 ..backends, which answer past the hosts: they have the VIP on their loopback
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { type BirdRouter, birdRouter } from '../net/bird.ts'
import { bind } from '../net/daemon.ts'
import { kernelRoutes, type Neighbour } from '../net/router.ts'
import { ourAs, routersAs } from '../net/rows.ts'
import { buildSegment, type Machine, type Segment } from '../net/segment.ts'
import { until } from '../net/until.ts'
import { type Backend, startBackends } from './backends.ts'
import { type DaemonRig, daemonRig } from './daemon-rig.ts'
import { currentNamespace, enter, inside, ip } from './namespace.ts'
import { labRig, type StartOptions } from './rig.ts'
import type { Network } from './topology.ts'

export const vip = '192.0.2.10'
export const port = 8080
export const route: string = `${vip}/32`

/** `[bgp]` with one peer, the router; `peer` and `bgp` are further keys of theirs. */
export const bgp = (peer = '', keys = 'graceful_shutdown = "1s"\nsettle = "500ms"'): string => `
[bgp]
as = ${ourAs}
${keys}

[bgp.peer.tor]
address = "10.77.0.101"
as = ${routersAs}
${peer}
`

/**
 * A service of two backends, which is announced; `more` are further keys of it. A backend that has to wait
 * for a processor for less than a second does not count as down.
 */
export const web = (more = '', announce = '"bgp"'): string => `
[service.web]
vip = "${vip}"
port = ${port}
announce = ${announce}
forward = "direct"
scheduler = "rr"
drain = "1s"
backends = ["10.77.0.21", "10.77.0.22"]
${more}

[service.web.check]
type = "http"
port = 8081
path = "/"
interval = "1s"
timeout = "1s"
rise = 1
fall = 1
`

/** A host with a daemon. */
export interface Director {
  readonly machine: Machine
  readonly daemon: DaemonRig
  start(options?: StartOptions): Promise<void>
  launch(options?: StartOptions): void
}

export interface Scene {
  readonly segment: Segment
  readonly router: BirdRouter
  readonly directors: readonly Director[]
  readonly backends: readonly Backend[]
  /** For clients: at the router. */
  readonly network: Network
  /** What has become of the router's kernel routes since the scene began. */
  readonly watch: RouteWatch
}

export interface Wishes {
  readonly hosts?: number
  readonly backends?: number
  /** How the router knows the hosts. */
  readonly known?: Partial<Neighbour>
  /** Threads are made to die: that is told as a fault of slb itself. */
  readonly deaths?: boolean
  /** The files of each host, by its number from 0 on. */
  readonly files: (host: number) => Readonly<Record<string, string>>
}

/** Builds all that, does something there, and takes it down. No daemon is started yet. */
export async function onSegment(
  { hosts = 1, backends: count = 2, known = {}, deaths = false, files }: Wishes,
  work: (scene: Scene) => Promise<void>,
): Promise<void> {
  const home = currentNamespace()
  const segment = buildSegment()
  const machines = Array.from({ length: hosts }, (_, at) =>
    segment.machine(`host${at + 1}`, at + 1),
  )
  const behind = Array.from({ length: count }, (_, at) => backendOf(segment, at))
  const machine = segment.machine('router', 101, true)
  const neighbours = machines.map(
    ({ ipv4 }): Neighbour => ({ address: ipv4, as: ourAs, hold: 9, ...known }),
  )
  // Each flow is a choice of its own between equal ways.
  inside(machine.namespace, () =>
    writeFileSync('/proc/sys/net/ipv4/fib_multipath_hash_policy', '1'),
  )
  const router = await birdRouter(machine, { as: routersAs, neighbours })
  const watch = watchRoutes(machine)
  const network: Network = { client: machine, backends: behind, open: [] }
  const directors = machines.map((one, at) => directorOn(one, files(at)))
  try {
    const [first] = machines
    if (first !== undefined) enter(first.namespace)
    const backends = await startBackends(network)
    for (const { address } of neighbours)
      await until(`the router awaits ${address}`, () => router.awaits(address), Boolean)
    await work({ segment, router, directors, backends, network, watch })
    for (const { daemon } of deaths ? [] : directors)
      assert.equal(
        daemon.log().filter(line => /fault in slb itself/.test(line.message)),
        [],
      )
  } finally {
    for (const { daemon } of directors) await ended(daemon)
    for (const thing of network.open) thing.close()
    watch.close()
    await router.end()
    enter(home)
    home.close()
    segment.close()
  }
}

async function ended(daemon: DaemonRig): Promise<void> {
  const { process } = daemon.running
  if (process.exitCode !== null || process.signalCode !== null) return
  process.kill('SIGKILL')
  await daemon.running.ended
}

/** A real server: it has the VIP, and nobody hears of that. */
function backendOf(segment: Segment, at: number): Machine {
  const machine = segment.machine(`backend${at + 1}`, 21 + at)
  inside(machine.namespace, () => {
    writeFileSync('/proc/sys/net/ipv4/conf/all/arp_ignore', '1')
    writeFileSync('/proc/sys/net/ipv4/conf/all/arp_announce', '2')
  })
  ip(machine.namespace, `address add ${vip}/32 dev lo`)
  return machine
}

function directorOn(machine: Machine, files: Readonly<Record<string, string>>): Director {
  const daemon = daemonRig(files, labRig())
  const launch: Director['launch'] = options =>
    inside(machine.namespace, () => daemon.launch(options))
  return {
    machine,
    daemon,
    launch,
    async start(options) {
      launch(options)
      const lines = (): boolean => daemon.log().some(({ message }) => /^ready/.test(message))
      // Several start at once, on one processor.
      await until(`${machine.name} is ready`, lines, Boolean, 90_000)
    },
  }
}

/** One change of a kernel route to a prefix. */
export interface Moved {
  /** On the monotonic clock, in milliseconds. */
  readonly at: number
  readonly gone: boolean
  readonly text: string
}

export interface RouteWatch {
  /** Every change of the route to the VIP, in order. */
  readonly moves: readonly Moved[]
  /** How often the route to the VIP has gone. */
  readonly gone: number
  close(): void
}

/** Hears of every change in the router's kernel (ip-monitor(8)). */
function watchRoutes({ namespace }: Machine): RouteWatch {
  const moves: Moved[] = []
  const child: ChildProcess = inside(namespace, () =>
    spawn('ip', ['-o', '-4', 'monitor', 'route'], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  bind(child)
  let rest = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    const at = performance.now()
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines)
      if (new RegExp(`^(Deleted )?${vip.replaceAll('.', '\\.')}[ /]`).test(text))
        moves.push({ at, gone: text.startsWith('Deleted'), text })
  })
  return {
    moves,
    get gone() {
      return moves.filter(({ gone }) => gone).length
    },
    close: () => void child.kill('SIGTERM'),
  }
}

/** Waits until the router's kernel has a route to the VIP, or none. */
export async function untilRouted({ watch }: Scene, is: boolean): Promise<Moved> {
  await until(
    is ? 'a route in the kernel of the router' : 'no route in the kernel of the router',
    () => watch.moves.at(-1)?.gone,
    gone => (is ? gone === false : gone !== false),
  )
  const last = watch.moves.at(-1)
  if (last === undefined) throw new Error('there never was a route')
  return last
}

/** The next hops that the router's kernel sends packets for the VIP to. */
export async function hops({ router }: Scene): Promise<readonly string[]> {
  return (await kernelRoutes(router.machine))[route] ?? []
}

/** What stands with the route of a host at the router; undefined = it has none from there. */
export async function communities(
  { router }: Scene,
  host = '10.77.0.1',
): Promise<readonly string[] | undefined> {
  const learned = await router.learned('ipv4')
  return learned.find(one => one.prefix === route && one.nextHop === host)?.communities
}

/** The how-manieth session with a neighbour stands; undefined = none does. */
export async function nthSession(
  { router }: Scene,
  neighbour: string,
): Promise<number | undefined> {
  return (await router.session(neighbour)).nth
}
