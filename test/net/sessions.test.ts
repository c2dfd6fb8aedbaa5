/** How sessions are made: signatures, TTL, distance, transport, families, limits. */
import * as assert from 'uvu/assert'
import type { Peer, PeerStatus } from '../../src/model/announcement.ts'
import { freshNamespace, ip } from '../lab/namespace.ts'
import { able, type Candidate } from './candidates.ts'
import { kernelRoutes, type Router } from './router.ts'
import { peer } from './rows.ts'
import { address, type Machine, runOn } from './segment.ts'
import { create, type Speaking } from './speaking.ts'
import { stays, until, untilEqual } from './until.ts'
import { learnedOf, type World } from './world.ts'
import { type WorldContext, worldSuite } from './world-suite.ts'

/** The hosts, by what their sessions are about. */
const host = {
  signed: 1,
  wrong: 2,
  bare: 3,
  near: 4,
  lowTtl: 5,
  ipv6Only: 6,
  ipv6Signed: 7,
  ipv6Both: 8,
  ipv4Routes: 9,
  limited: 10,
  limiting: 11,
  far: 12,
  stranded: 13,
} as const

const password = 'correct-horse-battery-staple'
const environment = { RIGHT: password, WRONG: 'Correct-horse-battery-staple' }

const test = worldSuite('sessions', 13, {
  [host.signed]: { password },
  [host.wrong]: { password },
  [host.bare]: { password },
  [host.near]: { ttlSecurity: 1 },
  [host.lowTtl]: { ttlSecurity: 1 },
  [host.ipv6Only]: { address: 'fd77::6', extendedNextHop: true },
  [host.ipv6Signed]: { address: 'fd77::7', password },
  [host.ipv6Both]: { address: 'fd77::8' },
  [host.ipv4Routes]: { families: ['ipv4'] },
  [host.limiting]: { maxPrefixes: 1 },
  [host.stranded]: { address: 'fd77::13' },
  [host.far]: { address: '10.78.0.2', multihop: 2 },
})

/** A speaker on a machine, with sessions to all routers that are like this. */
async function speak(
  { world, ends }: WorldContext,
  candidate: Candidate,
  machine: Machine,
  more: (router: Router) => Partial<Peer> = () => ({}),
): Promise<Speaking> {
  const peers = world.routers.map(router => peer(router.machine, more(router)))
  const speaker = await candidate.start(machine, peers, { environment })
  ends.push(speaker.end)
  return speaker
}

async function established({ routers }: World, from: string): Promise<void> {
  for (const router of routers)
    await until(`${router.kind} and ${from}`, () => router.established(from), Boolean)
}

/** The prefixes of a list that a router has, with their next hops. */
async function hops(router: Router, prefixes: readonly string[]): Promise<readonly string[]> {
  return (await learnedOf(router, prefixes)).map(({ prefix, nextHop }) => `${prefix} ${nextHop}`)
}

/** All routers have these, and no others of them. */
async function allHave(
  { routers }: World,
  prefixes: readonly string[],
  expected: readonly string[],
): Promise<void> {
  for (const router of routers)
    await untilEqual(router.kind, () => hops(router, prefixes), expected)
}

const errors = (all: Readonly<Record<string, PeerStatus>>): readonly (string | undefined)[] =>
  Object.values(all).map(({ lastError }) => lastError)

const overIpv6 = ({ machine }: Router): Partial<Peer> => ({ address: machine.ipv6 })

for (const candidate of able('sessions')) {
  const named = (text: string): string => `${candidate.name}: ${text}`

  for (const [what, number, version] of [
    ['IPv4', host.signed, 'ipv4'],
    ['IPv6', host.ipv6Signed, 'ipv6'],
  ] as const)
    test(named(`a session over ${what} that both sides sign`), async context => {
      const machine = context.world.host(number)
      const signed = { password: { env: 'RIGHT' } }
      await speak(context, candidate, machine, ({ machine: router }) => ({
        ...signed,
        address: router[version],
      }))
      await established(context.world, machine[version])
    })

  for (const [what, number, more] of [
    ['another password', host.wrong, { password: { env: 'WRONG' } }],
    ['no password', host.bare, {}],
  ] as const)
    test(
      named(`${what} than the router's makes no session, and the reason is told`),
      async context => {
        const { world } = context
        const speaker = await speak(context, candidate, world.host(number), () => more)
        const all = await until(
          'all have failed',
          () => speaker.status(),
          status => errors(status).every(error => error !== undefined),
        )
        for (const error of errors(all)) {
          assert.match(error ?? '', 'password')
          assert.not.match(error ?? '', environment.WRONG)
        }
        for (const router of world.routers)
          assert.is(await router.established(world.host(number).ipv4), false)
      },
    )

  test(named('a password that is not there is told, and called again for'), async context => {
    const missing = { password: { env: 'MISSING' } }
    const machine = context.world.host(host.signed)
    const speaker = await speak(context, candidate, machine, () => missing)
    await until(
      'the reason',
      () => speaker.status(),
      all => errors(all).every(error => error?.includes('MISSING')),
    )
  })

  test(named('with TTL security on both sides there is a session'), async context => {
    const { world } = context
    const machine = world.host(host.near)
    await speak(context, candidate, machine, () => ({ ttlSecurity: true }))
    await established(world, machine.ipv4)
  })

  test(
    named('packets with a low TTL are not taken by routers with TTL security'),
    async context => {
      const { world } = context
      const machine = world.host(host.lowTtl)
      const speaker = await speak(context, candidate, machine)
      await until(
        'all have failed',
        () => speaker.status(),
        status => errors(status).every(error => error !== undefined),
      )
      for (const router of world.routers) assert.is(await router.established(machine.ipv4), false)
    },
  )

  test(
    named('IPv6 alone carries IPv4 routes, too, to routers that take them so'),
    async context => {
      const { world } = context
      const machine = await withoutIpv4(world.host(host.ipv6Only))
      const routerId = address('10.77.0.6')
      const speaker = await speak(context, candidate, machine, router => ({
        ...overIpv6(router),
        routerId,
      }))
      const keys = ['192.0.2.1/32', '2001:db8::1/128']
      await speaker.make(['192.0.2.1', '2001:db8::1'].map(text => create(candidate.route(text))))
      await allHave(
        world,
        keys,
        keys.map(key => `${key} ${machine.ipv6}`),
      )
      for (const router of [world.bird, world.frr]) {
        const kernel = async () => {
          const routes = await kernelRoutes(router.machine)
          return keys.map(key => routes[key])
        }
        await untilEqual(router.kind, kernel, [[machine.ipv6], [machine.ipv6]])
      }
    },
  )

  test(named('IPv6 alone: other routers miss the IPv4 routes, with a warning'), async context => {
    const { world } = context
    const machine = await withoutIpv4(world.host(host.stranded))
    const routerId = address('10.77.0.13')
    const speaker = await speak(context, candidate, machine, router => ({
      ...overIpv6(router),
      routerId,
    }))
    await speaker.make(['192.0.2.14', '2001:db8::14'].map(text => create(candidate.route(text))))
    for (const router of [world.bird, world.frr]) {
      const expected = [`2001:db8::14/128 ${machine.ipv6}`]
      await untilEqual(
        router.kind,
        () => hops(router, ['192.0.2.14/32', '2001:db8::14/128']),
        expected,
      )
      const status = await speaker.status()
      assert.match(status[router.machine.ipv6]?.warning ?? '', 'next_hop')
    }
  })

  test(named('over IPv6, an IPv4 route has the IPv4 address of the host'), async context => {
    const { world } = context
    const machine = world.host(host.ipv6Both)
    const speaker = await speak(context, candidate, machine, overIpv6)
    await speaker.make(['192.0.2.2', '2001:db8::2'].map(text => create(candidate.route(text))))
    // gobgpd always takes IPv4 routes with IPv6 next hops over IPv6.
    for (const router of [world.bird, world.frr])
      await untilEqual(router.kind, () => hops(router, ['192.0.2.2/32', '2001:db8::2/128']), [
        `192.0.2.2/32 ${machine.ipv4}`,
        `2001:db8::2/128 ${machine.ipv6}`,
      ])
  })

  test(
    named('a family that the router does not take is missing, with a warning'),
    async context => {
      const { world } = context
      const machine = world.host(host.ipv4Routes)
      const speaker = await speak(context, candidate, machine)
      await speaker.make(['192.0.2.3', '2001:db8::3'].map(text => create(candidate.route(text))))
      await allHave(world, ['192.0.2.3/32', '2001:db8::3/128'], [`192.0.2.3/32 ${machine.ipv4}`])
      for (const { warning, sent } of Object.values(await speaker.status())) {
        assert.match(warning ?? '', 'takes no IPv6 routes')
        assert.is(sent, 1)
      }
    },
  )

  test(
    named('no more routes than max_prefixes are told, and the rest when there is room'),
    async context => {
      const { world } = context
      const machine = world.host(host.limited)
      const speaker = await speak(context, candidate, machine, () => ({ maxPrefixes: 2 }))
      const rows = ['192.0.2.4', '192.0.2.5', '192.0.2.6'].map(text => candidate.route(text))
      const keys = ['192.0.2.4/32', '192.0.2.5/32', '192.0.2.6/32']
      for (const row of rows) await speaker.make([create(row)])
      const via = keys.map(key => `${key} ${machine.ipv4}`)
      await allHave(world, keys, via.slice(0, 2))
      for (const { warning } of Object.values(await speaker.status()))
        assert.match(warning ?? '', 'max_prefixes')
      const [first] = rows
      if (first !== undefined) await speaker.make([{ op: 'delete', kind: 'route', row: first }])
      await allHave(world, keys, via.slice(1))
      for (const { warning } of Object.values(await speaker.status())) assert.is(warning, undefined)
    },
  )

  test(named("a router's own limit ends the session, and the reason is told"), async context => {
    const { world } = context
    const speaker = await speak(context, candidate, world.host(host.limiting))
    for (const text of ['192.0.2.7', '192.0.2.8', '192.0.2.13'])
      await speaker.make([create(candidate.route(text))])
    // Who closes a socket with an UPDATE unread throws away what has not gone out, its NOTIFICATION maybe.
    // BIRD makes another session after that, and ends it for the same reason.
    for (const { machine } of [world.bird, world.frr])
      await until(
        'the reason',
        () => speaker.status(),
        all => /prefix/i.test(all[machine.ipv4]?.lastError ?? ''),
      )
  })

  test(named('a router two hops away is reached with multihop, and not without'), async context => {
    const { world } = context
    const far = distantHost(world)
    for (const { machine } of world.routers)
      await runOn(machine, 'ip', 'route', 'add', '10.78.0.0/24', 'via', '10.77.0.50')
    const near = await speak(context, candidate, far)
    await until(
      'all have failed',
      () => near.status(),
      status => errors(status).every(error => error !== undefined),
    )
    await near.close('withdraw')
    const speaker = await speak(context, candidate, far, () => ({ multihop: 2 }))
    await established(world, far.ipv4)
    await speaker.make([create(candidate.route('192.0.2.9'))])
    await allHave(world, ['192.0.2.9/32'], ['192.0.2.9/32 10.78.0.2'])
    for (const { machine } of [world.bird, world.frr])
      await untilEqual(
        'its way leads over the hop between',
        async () => (await kernelRoutes(machine))['192.0.2.9/32'],
        ['10.77.0.50'],
      )
    await stays('established', 500, () => world.bird.established(far.ipv4), Boolean)
  })
}

async function withoutIpv4(machine: Machine): Promise<Machine> {
  await runOn(machine, 'ip', '-4', 'address', 'flush', 'dev', 'eth0')
  return machine
}

/** A host 10.78.0.2 behind the machine 10.77.0.50. */
function distantHost({ segment }: World): Machine {
  const hop = segment.machine('hop', 50, true)
  const namespace = freshNamespace()
  ip(
    hop.namespace,
    `link add eth1 type veth peer name eth0 netns ${namespace.path}`,
    'link set eth1 up',
    'address add 10.78.0.1/24 dev eth1',
  )
  ip(
    namespace,
    'link set eth0 up',
    'address add 10.78.0.2/24 dev eth0',
    'route add default via 10.78.0.1',
  )
  return { name: 'far', namespace, ipv4: address('10.78.0.2'), ipv6: address('fd78::2') }
}

test.run()
