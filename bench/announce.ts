/**
 * Benchmark of announcements:  npm run bench:announce [-- --quick]
 *
 * slb's own speaker and Debian's gobgpd side by side in one run, both driven by slb, beside BIRD and
 * FRR in network namespaces of this machine: no lab. It prints tables of Markdown.
 */
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Candidate, embedded, gobgp } from '../test/net/candidates.ts'
import { kernelCount, type Router } from '../test/net/router.ts'
import { peer } from '../test/net/rows.ts'
import { runOn } from '../test/net/segment.ts'
import { create, remove, type Speaking } from '../test/net/speaking.ts'
import { ensureRouters } from '../test/net/tools.ts'
import { until } from '../test/net/until.ts'
import { openWorld, type World } from '../test/net/world.ts'
import { median } from './measure.ts'
import { type RouteWatch, watchRoutes } from './route-watch.ts'

/** Milliseconds. */
interface Reaction {
  /** From the call to the change in the router's kernel. */
  readonly added: readonly number[]
  readonly gone: readonly number[]
}

interface Bulk {
  /** The call itself. */
  readonly announced: number
  readonly withdrawn: number
  /** Until the router's kernel had all, or none. */
  readonly there: number
  readonly left: number
}

interface Figures {
  readonly name: string
  /** From the start of the speaking thread to a session with BIRD, of several starts. */
  readonly started: readonly number[]
  /** From the call that names the peer to a session, on routers that await it. */
  readonly established: Readonly<Record<string, number>>
  readonly reactions: Readonly<Record<string, Reaction>>
  readonly bulk: Bulk
}

const starter = fileURLToPath(new URL('./thread-start.js', import.meta.url))
const size = 10_000
/** Each from a host of its own: BIRD pauses after the last session of one. */
const starts = 9

async function main(args: readonly string[]): Promise<void> {
  await ensureRouters(line => console.error(line))
  const rounds = args.includes('--quick') ? 5 : 30
  const world = await openWorld(2 + starts, {}, { quiet: true })
  const watches = await Promise.all(
    [world.bird, world.frr].map(async router => ({ router, watch: await watchRoutes(router) })),
  )
  try {
    const all: Figures[] = []
    for (const candidate of [embedded, gobgp]) {
      console.error(`${candidate.name} (load ${loadavg()[0]?.toFixed(1)}) ...`)
      all.push(await measure(world, candidate, watches, rounds))
    }
    console.log(report(all, rounds))
  } finally {
    for (const { watch } of watches) await watch.end()
    await world.close()
  }
}

interface Watched {
  readonly router: Router
  readonly watch: RouteWatch
}

async function measure(
  world: World,
  candidate: Candidate,
  watches: readonly Watched[],
  rounds: number,
): Promise<Figures> {
  const started: number[] = []
  if (candidate.name === 'embedded')
    for (let at = 0; at < starts; at++) started.push(await startThread(world))
  const machine = world.fresh()
  const speaker = await candidate.start(machine, [])
  try {
    const established = await sessions(speaker, candidate, watches)
    const reactions: Record<string, Reaction> = {}
    for (const { router } of watches) reactions[router.kind] = { added: [], gone: [] }
    for (let round = 0; round < rounds; round++) await react(speaker, candidate, watches, reactions)
    const [first] = watches
    if (first === undefined) throw new Error('no router')
    return {
      name: candidate.name,
      started,
      established,
      reactions,
      bulk: await many(speaker, candidate, first),
    }
  } finally {
    await speaker.end()
  }
}

/** Starts a thread in a process of its own that does nothing else. */
async function startThread(world: World): Promise<number> {
  const machine = world.fresh()
  const row = JSON.stringify(peer(world.bird.machine, { routerId: machine.ipv4 }))
  const { status, stdout, stderr } = await runOn(machine, process.execPath, starter, row)
  const established = Number(stdout.trim().split('\n').at(-1))
  if (status !== 0 || Number.isNaN(established)) throw new Error(`${stdout}${stderr}`)
  return established
}

async function sessions(
  speaker: Speaking,
  { name }: Candidate,
  watches: readonly Watched[],
): Promise<Readonly<Record<string, number>>> {
  const began = performance.now()
  const rows = watches.map(({ router }) =>
    peer(router.machine, {
      routerId: speaker.machine.ipv4,
      ...(name === 'gobgp' ? { speaker: 'gobgp' } : {}),
    }),
  )
  await speaker.make(rows.map(create))
  const found: Record<string, number> = {}
  for (const { router } of watches) {
    const stands = async () => (await speaker.status())[router.machine.ipv4]?.state
    while ((await stands()) !== 'established') await new Promise(resolve => setTimeout(resolve, 2))
    found[router.kind] = performance.now() - began
  }
  return found
}

async function react(
  speaker: Speaking,
  candidate: Candidate,
  watches: readonly Watched[],
  reactions: Record<string, Reaction>,
): Promise<void> {
  const row = candidate.route('192.0.2.1')
  for (const [what, change] of [
    ['added', create(row)],
    ['gone', remove(row)],
  ] as const) {
    // Not in step with what the routers do at regular times.
    await new Promise(resolve => setTimeout(resolve, 100 + Math.random() * 100))
    const heard = watches.map(({ watch }) => watch.next('192.0.2.1', what === 'gone'))
    const began = performance.now()
    await speaker.make([change])
    for (const [at, { router }] of watches.entries()) {
      const moment = await heard[at]
      const reaction = reactions[router.kind]
      if (moment !== undefined && reaction !== undefined)
        reactions[router.kind] = { ...reaction, [what]: [...reaction[what], moment - began] }
    }
  }
}

async function many(speaker: Speaking, candidate: Candidate, { router }: Watched): Promise<Bulk> {
  const rows = Array.from({ length: size }, (_, at) =>
    candidate.route(`10.100.${at >> 8}.${at & 255}`),
  )
  const timed = async (changes: Parameters<Speaking['make']>[0], count: number) => {
    const began = performance.now()
    const call = await speaker.make(changes)
    await until(
      'all of them',
      () => kernelCount(router.machine),
      found => found === count,
    )
    return [call, performance.now() - began] as const
  }
  const [announced, there] = await timed(rows.map(create), size)
  const [withdrawn, left] = await timed(rows.map(remove), 0)
  return { announced, withdrawn, there, left }
}

function report(all: readonly Figures[], rounds: number): string {
  const date = new Date().toISOString().slice(0, 10)
  const ms = (value = Number.NaN): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`
  const both = (values: readonly number[] = []): string =>
    `${ms(median(values))} (${ms(Math.max(...values))})`
  const row = (what: string, show: (figures: Figures) => string, aim: string): string =>
    `| ${[what, ...all.map(show), aim].join(' | ')} |`
  return [
    `${date}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}; median (most) of ${rounds}, of starts ${starts}; load ${loadavg()[0]?.toFixed(1)}.`,
    '',
    `| from the call | ${all.map(({ name }) => name).join(' | ')} | aim |`,
    `| --- | ${all.map(() => '---').join(' | ')} | --- |`,
    row(
      'BIRD: the session stands, from the start of the speaking thread',
      ({ started }) => (started.length === 0 ? '' : both(started)),
      '100 ms',
    ),
    ...['BIRD', 'FRR'].flatMap(kind => [
      row(`${kind}: the session stands`, one => ms(one.established[kind]), '100 ms'),
      row(`${kind}: a route is in its kernel`, one => both(one.reactions[kind]?.added), ''),
      row(
        `${kind}: a route is gone from its kernel`,
        one => both(one.reactions[kind]?.gone),
        kind === 'BIRD' ? '20 ms' : '',
      ),
    ]),
    row('10,000 routes announced, our part', one => ms(one.bulk.announced), '1 s'),
    row("BIRD's kernel has all of them", one => ms(one.bulk.there), ''),
    row('10,000 routes withdrawn, our part', one => ms(one.bulk.withdrawn), '0.5 s'),
    row("BIRD's kernel has none of them", one => ms(one.bulk.left), ''),
  ].join('\n')
}

await main(process.argv.slice(2))
