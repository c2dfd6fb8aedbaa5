/** What becomes of routes when a speaker, or its router, dies, hangs or stops. */
import * as assert from 'uvu/assert'
import type { Peer } from '../../src/model/announcement.ts'
import { able, type Candidate } from './candidates.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { kernelRoutes, type Router } from './router.ts'
import { peer } from './rows.ts'
import type { Machine } from './segment.ts'
import { create, type Speaking } from './speaking.ts'
import { stays, until } from './until.ts'
import type { World } from './world.ts'
import { type WorldContext, worldSuite } from './world-suite.ts'

/** Seconds. */
const shortHold = 3
const restartTime = 30

const known = { gracefulRestart: restartTime, hold: shortHold }
const hosts = Object.fromEntries(Array.from({ length: 14 }, (_, at) => [at + 1, known]))
const test = worldSuite('loss', 14, hosts)

/** A speaker whose routes are in the kernels of BIRD and FRR. */
interface Announced {
  readonly speaker: Speaking
  readonly machine: Machine
  readonly prefixes: readonly string[]
  /** Starts another in its place, with these routes. */
  again(texts: readonly string[]): Promise<Speaking>
}

async function announce(
  { world, ends }: WorldContext,
  candidate: Candidate,
  texts: readonly string[],
  more: Partial<Peer> = {},
): Promise<Announced> {
  const machine = world.fresh()
  const peers = [world.bird, world.frr].map(router =>
    peer(router.machine, { hold: shortHold, keepalive: 1, ...more }),
  )
  const speaker = await candidate.start(machine, peers)
  ends.push(speaker.end)
  const rows = texts.map(text => candidate.route(text))
  await speaker.make(rows.map(create))
  const prefixes = rows.map(row => `${row.address}/${row.prefix}`)
  await present(world, prefixes)
  return {
    speaker,
    machine,
    prefixes,
    async again(left) {
      const successor = await candidate.start(machine, peers, { restarting: true })
      ends.push(successor.end)
      await successor.make(left.map(text => create(candidate.route(text))))
      return successor
    },
  }
}

const has = async (router: Router, prefix: string): Promise<boolean> =>
  (await kernelRoutes(router.machine))[prefix] !== undefined

async function present({ bird, frr }: World, prefixes: readonly string[]): Promise<void> {
  for (const router of [bird, frr])
    for (const prefix of prefixes)
      await until(`${prefix} at ${router.kind}`, () => has(router, prefix), Boolean)
}

async function absent({ bird, frr }: World, prefixes: readonly string[]): Promise<void> {
  for (const router of [bird, frr])
    for (const prefix of prefixes)
      await until(
        `no ${prefix} at ${router.kind}`,
        () => has(router, prefix),
        found => !found,
      )
}

/** Watches the routes of the routers' kernels: no look between two moments can miss what it hears. */
async function watch({ world, ends }: WorldContext): Promise<readonly Daemon[]> {
  const watchers = [world.bird, world.frr].map(({ machine }) =>
    startDaemon(machine, 'ip', 'monitor', 'route'),
  )
  ends.push(...watchers.map(({ end }) => end))
  // It says nothing when it is ready: a route of nobody's tells.
  for (const [at, { machine }] of [world.bird, world.frr].entries()) {
    const mark = startDaemon(
      machine,
      'sh',
      '-c',
      'while :; do ip route replace blackhole 203.0.113.1; ip route del 203.0.113.1; sleep 0.1; done',
    )
    await until(
      'the watch',
      () => watchers[at]?.said() ?? '',
      said => said.includes('203.0.113.1'),
    )
    await mark.end()
  }
  return watchers
}

/** How often the kernels said that they lost a route to a host. */
function losses(watchers: readonly Daemon[], prefix: string): number {
  const line = new RegExp(`^Deleted ${prefix.replace(/\/\d+$/, '').replaceAll('.', '\\.')} `, 'gm')
  return watchers.reduce((sum, { said }) => sum + [...said().matchAll(line)].length, 0)
}

for (const candidate of able('tied')) {
  const named = (text: string): string => `${candidate.name}: ${text}`

  test(named('killed without graceful restart: its routes go'), async context => {
    const { speaker, prefixes } = await announce(context, candidate, ['192.0.2.1', '2001:db8::1'])
    speaker.signal('SIGKILL')
    await absent(context.world, prefixes)
  })

  test(
    named('hung: its routes go when the hold time has passed, and come when it lives'),
    async context => {
      const { speaker, prefixes, machine } = await announce(context, candidate, ['192.0.2.2'])
      speaker.signal('SIGSTOP')
      await stays('kept at first', 500, () => has(context.world.bird, '192.0.2.2/32'), Boolean)
      await absent(context.world, prefixes)
      speaker.signal('SIGCONT')
      await present(context.world, prefixes)
      assert.is(await context.world.bird.established(machine.ipv4), true)
    },
  )

  test(named('a router that hangs is given up; the others do not notice'), async context => {
    const { world } = context
    const { speaker, prefixes } = await announce(context, candidate, ['192.0.2.3'])
    const watchers = await watch(context)
    world.bird.signal('SIGSTOP')
    const silent = world.bird.machine.ipv4
    try {
      const status = await until(
        'the silence is told',
        () => speaker.status(),
        all => /silent.*hold/.test(all[silent]?.lastError ?? ''),
      )
      assert.is(status[world.frr.machine.ipv4]?.state, 'established')
      assert.is(losses(watchers.slice(1), '192.0.2.3/32'), 0)
    } finally {
      world.bird.signal('SIGCONT')
    }
    await until(
      'it is back',
      () => speaker.status(),
      all => all[silent]?.state === 'established',
    )
    await present(world, prefixes)
  })

  test(named('killed with graceful restart: no router ever loses its routes'), async context => {
    const texts = ['192.0.2.4', '2001:db8::4']
    const restart = { gracefulRestart: restartTime }
    const { speaker, prefixes, again, machine } = await announce(context, candidate, texts, restart)
    const watchers = await watch(context)
    speaker.signal('SIGKILL')
    await speaker.end()
    for (const router of [context.world.bird, context.world.frr])
      await until(
        'the end of the session',
        () => router.established(machine.ipv4),
        is => !is,
      )
    const successor = await again(texts)
    await successor.complete()
    for (const router of [context.world.bird, context.world.frr])
      await until('a session again', () => router.established(machine.ipv4), Boolean)
    await stays(
      'all is there',
      1500,
      async () => prefixes.map(prefix => losses(watchers, prefix)),
      counts => counts.every(count => count === 0),
    )
    await present(context.world, prefixes)
  })

  test(
    named('what a successor does not announce goes when it says that it has told all'),
    async context => {
      const restart = { gracefulRestart: restartTime }
      const texts = ['192.0.2.5', '192.0.2.6']
      const { speaker, again, machine } = await announce(context, candidate, texts, restart)
      speaker.signal('SIGKILL')
      await speaker.end()
      const successor = await again(['192.0.2.5'])
      for (const router of [context.world.bird, context.world.frr])
        await until('a session again', () => router.established(machine.ipv4), Boolean)
      await stays('kept until then', 500, () => has(context.world.bird, '192.0.2.6/32'), Boolean)
      await successor.complete()
      await absent(context.world, ['192.0.2.6/32'])
      await present(context.world, ['192.0.2.5/32'])
    },
  )

  test(
    named('closed to be kept, with graceful restart: no router loses a route'),
    async context => {
      const restart = { gracefulRestart: restartTime }
      const { speaker, prefixes, again } = await announce(
        context,
        candidate,
        ['192.0.2.7'],
        restart,
      )
      const watchers = await watch(context)
      await speaker.close('keep')
      const successor = await again(['192.0.2.7'])
      await successor.complete()
      await stays(
        'no loss',
        1500,
        () => losses(watchers, '192.0.2.7/32'),
        count => count === 0,
      )
      await present(context.world, prefixes)
    },
  )

  test(
    named('closed to be kept, without graceful restart: it says so, and the routes go'),
    async context => {
      const { speaker, prefixes } = await announce(context, candidate, ['192.0.2.8'])
      await speaker.close('keep')
      await absent(context.world, prefixes)
    },
  )

  test(
    named('closed to be withdrawn, with graceful restart: the routes go all the same'),
    async context => {
      const restart = { gracefulRestart: restartTime }
      const { speaker, prefixes } = await announce(context, candidate, ['192.0.2.9'], restart)
      await speaker.close('withdraw')
      await absent(context.world, prefixes)
    },
  )
}

for (const candidate of able('standing')) {
  const named = (text: string): string => `${candidate.name}: ${text}`

  for (const signal of ['SIGKILL', 'SIGSTOP'] as const)
    test(named(`its routes stand after ${signal}`), async context => {
      const { speaker, prefixes } = await announce(context, candidate, ['192.0.2.10'])
      const watchers = await watch(context)
      speaker.signal(signal)
      await stays(
        'no loss',
        (shortHold + 1) * 1000,
        () => losses(watchers, '192.0.2.10/32'),
        count => count === 0,
      )
      await present(context.world, prefixes)
      const successor = await speaker.again()
      context.ends.push(successor.end)
      const { routes } = await successor.read()
      assert.equal(routes, [candidate.route('192.0.2.10')])
      await successor.close('withdraw')
      await absent(context.world, prefixes)
    })
}

test.run()
