/** What routers learn of routes, whoever tells them: the cases for every speaker. */
import * as assert from 'uvu/assert'
import type { Route } from '../../src/model/announcement.ts'
import { familyOf } from '../../src/model/ip.ts'
import type { Candidate } from './candidates.ts'
import { kernelRoutes, type Learned, type Router } from './router.ts'
import { ourAs, peer, routersAs } from './rows.ts'
import { address, type Machine } from './segment.ts'
import { create, remove, type Speaking, update } from './speaking.ts'
import { stays, until, untilEqual } from './until.ts'
import { learnedOf } from './world.ts'
import { type WorldContext, worldSuite } from './world-suite.ts'

/** The last host is in the routers' own AS. */
const hosts = 20

const test = worldSuite('routes', hosts, { [hosts]: { as: routersAs } })

/** A speaker on a host of its own, as a neighbour of these routers, or all. */
async function speak(
  { world, ends }: WorldContext,
  candidate: Candidate,
  routers: readonly Router[] = world.routers,
): Promise<Speaking> {
  const peers = routers.map(({ machine }) => peer(machine))
  const speaker = await candidate.start(world.fresh(), peers)
  ends.push(speaker.end)
  return speaker
}

const keyOf = ({ address: ip, prefix }: Route): string => `${ip}/${prefix}`

/** A route as routers learn it from a host of another AS. */
function expected(row: Route, from: Machine, more: Partial<Learned> = {}): Learned {
  const { prepend, communities, largeCommunities: large, med } = row
  return {
    prefix: keyOf(row),
    nextHop: row.nextHop ?? (familyOf(row.address) === 'ipv4' ? from.ipv4 : from.ipv6),
    path: Array.from({ length: 1 + prepend }, () => ourAs),
    communities,
    large,
    ...(med === undefined ? {} : { med }),
    ...more,
  }
}

/** All routers come to know exactly these of the prefixes. */
async function allLearn(
  routers: readonly Router[],
  prefixes: readonly string[],
  learned: readonly Learned[],
): Promise<void> {
  for (const router of routers)
    await untilEqual(
      router.kind,
      async () => (await learnedOf(router, prefixes)).map(withoutLocalPref),
      learned,
    )
}

/** BIRD gives every route a local preference of its own. */
function withoutLocalPref({ localPref: _, ...rest }: Learned): Learned {
  return rest
}

function everySpeaker(candidate: Candidate): void {
  const named = (text: string): string => `${candidate.name}: ${text}`

  test(named('host routes and prefixes of both families come and go'), async context => {
    const { world } = context
    const rows = ['192.0.2.1', '198.51.100.0/24', '2001:db8:1::/64', '2001:db8::1'].map(text =>
      candidate.route(text),
    )
    const keys = rows.map(keyOf)
    const speaker = await speak(context, candidate)
    const host = speaker.machine
    assert.equal((await speaker.read()).routes, [])
    await speaker.make(rows.map(create))
    const all = rows.map(row => expected(row, host))
    await allLearn(world.routers, keys, all)
    for (const router of [world.bird, world.frr])
      assert.equal(await kernelRoutes(router.machine), {
        '192.0.2.1/32': [host.ipv4],
        '198.51.100.0/24': [host.ipv4],
        '2001:db8:1::/64': [host.ipv6],
        '2001:db8::1/128': [host.ipv6],
      })
    const { routes } = await speaker.read()
    assert.equal(routes.map(keyOf).sort(), keys)
    await speaker.make([rows[0], rows[2]].flatMap(row => (row === undefined ? [] : [remove(row)])))
    await allLearn(
      world.routers,
      keys,
      all.filter((_, at) => at === 1 || at === 3),
    )
    await speaker.close('withdraw')
    await allLearn(world.routers, keys, [])
  })

  test(
    named('two hosts with one VIP share its traffic, until one of them leaves'),
    async context => {
      const { world } = context
      const first = await speak(context, candidate, [world.bird, world.frr])
      const second = await speak(context, candidate, [world.bird, world.frr])
      const rows = ['192.0.2.2', '2001:db8::2'].map(text => candidate.route(text))
      const both = (...from: readonly Speaking[]) => ({
        '192.0.2.2/32': from.map(({ machine }) => machine.ipv4).sort(),
        '2001:db8::2/128': from.map(({ machine }) => machine.ipv6).sort(),
      })
      const kernels = async () =>
        Promise.all([world.bird, world.frr].map(({ machine }) => kernelRoutes(machine)))
      for (const speaker of [first, second]) await speaker.make(rows.map(create))
      await untilEqual('two next hops', kernels, [both(first, second), both(first, second)])
      await first.make(rows.map(remove))
      await untilEqual('one next hop', kernels, [both(second), both(second)])
      await second.close('withdraw')
      await untilEqual('none', kernels, [{}, {}])
    },
  )

  test(named('a session that the router resets comes again, with its routes'), async context => {
    const { world } = context
    const speaker = await speak(context, candidate)
    const row = candidate.route('192.0.2.3')
    await speaker.make([create(row)])
    const learned = [expected(row, speaker.machine)]
    await allLearn(world.routers, [keyOf(row)], learned)
    const told = world.routers.map(router => router.heard(keyOf(row)).told)
    for (const router of world.routers) await router.reset(speaker.machine.ipv4)
    for (const [at, router] of world.routers.entries())
      await until(
        `${router.kind} is told again`,
        () => router.heard(keyOf(row)).told,
        count => count > (told[at] ?? 0),
      )
    await allLearn(world.routers, [keyOf(row)], learned)
  })
}

function speakerOfAttributes(candidate: Candidate): void {
  const named = (text: string): string => `${candidate.name}: ${text}`

  test(named('communities, large communities, MED and a longer path arrive'), async context => {
    const { world } = context
    const more = {
      communities: ['65000:100', '65535:0'],
      largeCommunities: ['4200000001:1:2', '65001:7:8'],
      med: 50,
      prepend: 2,
    }
    const rows = ['192.0.2.4', '2001:db8::4'].map(text => candidate.route(text, more))
    const plain = candidate.route('192.0.2.5')
    const speaker = await speak(context, candidate)
    await speaker.make([...rows, plain].map(create))
    const all = [rows[0], plain, rows[1]].flatMap(row =>
      row === undefined ? [] : [expected(row, speaker.machine)],
    )
    await allLearn(world.routers, [...rows, plain].map(keyOf), all)
  })

  test(named('a next hop may be another host'), async context => {
    const { world } = context
    const rows = [
      candidate.route('192.0.2.6', { nextHop: address('10.77.0.2') }),
      candidate.route('2001:db8::6', { nextHop: address('fd77::2') }),
    ]
    const speaker = await speak(context, candidate)
    await speaker.make(rows.map(create))
    const all = rows.map(row => expected(row, speaker.machine))
    await allLearn(world.routers, rows.map(keyOf), all)
  })

  test(named('attributes change in place: no router hears a withdrawal'), async context => {
    const { world } = context
    const speaker = await speak(context, candidate)
    const before = candidate.route('192.0.2.7', { communities: ['65000:1'], med: 1 })
    const after = { ...before, communities: ['65000:2', '65535:0'], med: 9 }
    const key = keyOf(before)
    await speaker.make([create(before)])
    await allLearn(world.routers, [key], [expected(before, speaker.machine)])
    const heard = world.routers.map(router => router.heard(key))
    await speaker.make([update(after, before)])
    await allLearn(world.routers, [key], [expected(after, speaker.machine)])
    assert.equal(
      world.routers.map(router => router.heard(key)),
      heard.map(({ told }) => ({ told: told + 1, withdrawn: 0 })),
    )
  })

  test(named('within one AS a local preference arrives, and no path'), async context => {
    const { world, ends } = context
    const host = world.host(hosts)
    const peers = world.routers.map(({ machine }) => peer(machine, { localAs: routersAs }))
    const speaker = await candidate.start(host, peers)
    ends.push(speaker.end)
    const row = candidate.route('192.0.2.8', { localPref: 222 })
    await speaker.make([create(row)])
    const learned = expected(row, host, { path: [], localPref: 222 })
    for (const router of world.routers)
      await untilEqual(router.kind, () => learnedOf(router, [keyOf(row)]), [learned])
  })
}

function speakerOfSessions(candidate: Candidate): void {
  const named = (text: string): string => `${candidate.name}: ${text}`

  test(named('a route refresh is answered with all routes, and withdraws none'), async context => {
    const { world } = context
    const speaker = await speak(context, candidate)
    const rows = ['192.0.2.9', '2001:db8::9'].map(text => candidate.route(text))
    const keys = rows.map(keyOf)
    await speaker.make(rows.map(create))
    await allLearn(
      world.routers,
      keys,
      rows.map(row => expected(row, speaker.machine)),
    )
    for (const router of [world.bird, world.frr]) {
      const before = keys.map(key => router.heard(key).told)
      await router.refresh?.(speaker.machine.ipv4)
      await until(
        `${router.kind} hears all again`,
        () => keys.map(key => router.heard(key).told),
        now => now.every((told, at) => told > (before[at] ?? 0)),
      )
      assert.equal(
        keys.map(key => router.heard(key).withdrawn),
        [0, 0],
      )
    }
  })

  test(named('a change of nothing sends nothing'), async context => {
    const { world } = context
    const speaker = await speak(context, candidate)
    const row = candidate.route('192.0.2.10')
    await speaker.make([create(row)])
    await allLearn(world.routers, [keyOf(row)], [expected(row, speaker.machine)])
    await speaker.make([update({ ...row }, row)])
    await stays(
      'told once',
      1000,
      () => world.routers.map(router => router.heard(keyOf(row))),
      all => all.every(({ told, withdrawn }) => told === 1 && withdrawn === 0),
    )
  })

  test(named('peers that are wrong do not disturb the one that is right'), async context => {
    const { world, ends } = context
    const wrongAs = peer(world.frr.machine, { as: 64_999 })
    const nobody = { ...peer(world.frr.machine), address: address('10.77.0.250') }
    const refuses = peer(world.host(hosts))
    const speaker = await candidate.start(world.fresh(), [
      wrongAs,
      peer(world.bird.machine),
      nobody,
      refuses,
    ])
    ends.push(speaker.end)
    const row = candidate.route('192.0.2.11')
    await speaker.make([create(row)])
    const learned = [expected(row, speaker.machine)]
    await allLearn([world.bird], [keyOf(row)], learned)
    const status = await until(
      'each says what is wrong',
      () => speaker.status(),
      all =>
        [wrongAs, nobody, refuses].every(({ address: ip }) => all[ip]?.lastError !== undefined),
    )
    assert.is(status[world.bird.machine.ipv4]?.state, 'established')
    assert.match(status[wrongAs.address]?.lastError ?? '', /AS/)
    assert.match(status[refuses.address]?.lastError ?? '', /refuse/i)
    // Repaired in place, without a word to the one that is right.
    const changed = { ...wrongAs, as: routersAs }
    await speaker.make([{ op: 'update', kind: 'peer', row: changed, from: wrongAs }])
    await allLearn([world.frr], [keyOf(row)], learned)
    assert.equal(world.bird.heard(keyOf(row)), { told: 1, withdrawn: 0 })
  })
}

/** Runs the cases for these speakers, as far as each can do what they are about. */
export function runRouteCases(candidates: readonly Candidate[]): void {
  for (const candidate of candidates) {
    everySpeaker(candidate)
    if (candidate.can.has('attributes')) speakerOfAttributes(candidate)
    if (candidate.can.has('sessions')) speakerOfSessions(candidate)
  }
  test.run()
}
