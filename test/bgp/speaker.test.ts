/** The speaker and routers that say what the test wants, over real sockets on loopback. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type EmbeddedSpeaker, openSpeaker, type SpeakerOptions } from '../../src/bgp/speaker.ts'
import type { Peer, PeerStatus, Route } from '../../src/model/announcement.ts'
import type { SpeakerChange } from '../../src/table/announce/speaker.ts'
import { FakePeer, type FakeSession } from './fake-peer.ts'
import { hex, ip, marker, peerRow, routeRow } from './rig.ts'

interface Scene {
  readonly speaker: EmbeddedSpeaker
  readonly router: FakePeer
  readonly peer: Peer
  readonly told: PeerStatus[]
  status(): Promise<PeerStatus>
  until(condition: (status: PeerStatus) => boolean): Promise<PeerStatus>
}

const scenes: Scene[] = []

/** A speaker with one peer, told of these routes. */
async function scene(
  routes: readonly Route[] = [],
  row: Partial<Peer> = {},
  options: SpeakerOptions = {},
): Promise<Scene> {
  const router = await FakePeer.listen()
  const told: PeerStatus[] = []
  let wake = (): void => {}
  const speaker = openSpeaker({
    interfaces: () => ({}),
    changed: status => {
      told.push(status)
      wake()
    },
    ...options,
  })
  const peer = peerRow({ port: router.port, ...row })
  await speaker.apply([...create(peer), ...creates(routes)])
  const status = async (): Promise<PeerStatus> => {
    const [one] = await speaker.status()
    if (one === undefined) throw new Error('no peer')
    return one
  }
  const made: Scene = {
    speaker,
    router,
    peer,
    told,
    status,
    async until(condition) {
      for (;;) {
        const now = await status()
        if (condition(now)) return now
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
  scenes.push(made)
  return made
}

test.after.each(async () => {
  for (const { speaker, router } of scenes.splice(0)) {
    await speaker.close('keep')
    await router.close()
  }
})

const create = (row: Peer): SpeakerChange[] => [{ op: 'create', kind: 'peer', row }]
const creates = (rows: readonly Route[]): SpeakerChange[] =>
  rows.map(row => ({ op: 'create', kind: 'route', row }))
const deletes = (rows: readonly Route[]): SpeakerChange[] =>
  rows.map(row => ({ op: 'delete', kind: 'route', row }))

/** Up to the last End-of-RIB. */
async function first(session: FakeSession, families = 2): Promise<readonly string[]> {
  const all: string[] = []
  for (let ends = 0; ends < families; ) {
    const { announced, endOfRib } = await session.update()
    all.push(...announced)
    if (endOfRib !== undefined) ends++
  }
  return all.sort()
}

/** The words of the NOTIFICATION that must come next. */
async function saidLast(session: FakeSession): Promise<string> {
  const heard = await session.next()
  return heard.type === 'notification' ? heard.words : JSON.stringify(heard)
}

const web = routeRow('192.0.2.10', { communities: ['65001:1'] })
const dns = routeRow('192.0.2.53')

test('a peer that comes is told of all routes, then that these are all; then of differences', async () => {
  const { speaker, router, status } = await scene([web])
  const session = await router.session()
  const update = await session.update()
  assert.equal(update, {
    withdrawn: [],
    announced: ['192.0.2.10'],
    attributes: {
      origin: 'IGP',
      path: '65001',
      'next hop': '127.0.0.1',
      communities: '65001:1',
    },
  })
  assert.equal((await session.update()).endOfRib, 'ipv4')
  assert.equal((await session.update()).endOfRib, 'ipv6')
  await speaker.apply(creates([dns]))
  assert.equal((await session.update()).announced, ['192.0.2.53'])
  assert.is((await status()).sent, 2)
  await speaker.apply(deletes([web]))
  assert.equal((await session.update()).withdrawn, ['192.0.2.10'])
  assert.is((await status()).sent, 1)
  assert.equal(await speaker.read(), { peers: [peerRow({ port: router.port })], routes: [dns] })
})

test('a changed attribute is one UPDATE in place; what changes nothing is none', async () => {
  const { speaker, router } = await scene([web, dns])
  const session = await router.session()
  await first(session)
  const drained = { ...web, communities: ['65001:1', '65535:0'] }
  await speaker.apply([{ op: 'update', kind: 'route', row: drained, from: web }])
  const update = await session.update()
  assert.equal([update.announced, update.withdrawn], [['192.0.2.10'], []])
  assert.is(update.attributes['communities'], '65001:1 65535:0')
  await speaker.apply([...deletes([dns]), ...creates([{ ...dns }])])
  await speaker.apply([{ op: 'update', kind: 'route', row: { ...drained }, from: drained }])
  await speaker.apply(deletes([dns]))
  assert.equal((await session.update()).withdrawn, ['192.0.2.53'], 'the next that is heard')
})

test('a peer is not told of families that it does not take, and status says so', async () => {
  const six = routeRow('2001:db8::1', { nextHop: ip('fd00::1') })
  const { router, until } = await scene([web, six])
  const capabilities = { routeRefresh: true, extendedNextHop: false, families: ['ipv4'] } as const
  const session = await router.session({ capabilities })
  assert.equal(await first(session, 1), ['192.0.2.10'])
  const { warning } = await until(({ state }) => state === 'established')
  assert.is(warning, 'the peer takes no IPv6 routes: allow the family there')
})

test('a peer is told only of the families that are configured for it', async () => {
  const six = routeRow('2001:db8::1', { nextHop: ip('fd00::1') })
  const { router, status } = await scene([web, six], { families: ['ipv6'] })
  assert.equal(await first(await router.session(), 1), ['2001:db8::1'])
  assert.is((await status()).warning, undefined)
})

test('the next hop for the other family is of the same interface, and no address that moves', async () => {
  const row = (address: string) => ({ address }) as never
  const interfaces = () => ({
    eth0: [row('10.0.0.1'), row('2001:db8:0:ffff::1')],
    lo: [row('127.0.0.1'), row('::1'), row('fe80::1'), row('2001:db8::1'), row('2001:db8:1::1')],
  })
  const { router } = await scene([routeRow('2001:db8::1')], {}, { interfaces })
  const session = await router.session()
  const { announced, attributes } = await session.update()
  assert.equal(announced, ['2001:db8::1'])
  assert.is(attributes['next hop'], '2001:db8:1::1')
})

test('without a next hop a route is not announced, and status says so until it is gone', async () => {
  const six = routeRow('2001:db8::1')
  const { router, speaker, status } = await scene([six])
  const session = await router.session()
  assert.equal(await first(session), [])
  assert.match((await status()).warning ?? '', /1 routes? .*no address of their family.*next_hop/)
  await speaker.apply([
    { op: 'update', kind: 'route', row: { ...six, nextHop: ip('fd00::1') }, from: six },
  ])
  assert.is((await session.update()).attributes['next hop'], 'fd00::1')
  assert.is((await status()).warning, undefined)
})

test('a session that is made from an announced address would move with it: status says so', async () => {
  const { router, until } = await scene([routeRow('127.0.0.1')])
  await router.session()
  const { warning } = await until(({ state }) => state === 'established')
  assert.is(warning, 'the session is made from 127.0.0.1, which is announced: set local_address')
})

test('IPv4 over IPv6 has an IPv6 next hop if the peer takes it, else an IPv4 address of the interface', async () => {
  const interfaces = () => ({
    lo: [{ address: '::1' }, { address: '198.51.100.1' }] as never,
  })
  for (const [extendedNextHop, nextHop] of [
    [true, '::1'],
    [false, '198.51.100.1'],
  ] as const) {
    const router = await FakePeer.listen('::1')
    const speaker = openSpeaker({ interfaces })
    await speaker.apply([
      ...create(peerRow({ address: ip('::1'), port: router.port })),
      ...creates([web]),
    ])
    const session = await router.call()
    const capabilities = { routeRefresh: true, extendedNextHop, families: ['ipv4'] } as const
    const open = await session.establish({ capabilities })
    assert.ok(open.capabilities.extendedNextHop, 'we take it ourselves')
    assert.is(open.routerId, '198.51.100.1')
    assert.is((await session.update()).attributes['next hop'], nextHop)
    await speaker.close('keep')
    await router.close()
  }
})

test('a peer is never told of more routes than max_prefixes, and of others when there is room', async () => {
  const routes = ['1', '2', '3', '4'].map(last => routeRow(`192.0.2.${last}`))
  const { speaker, router, peer, status } = await scene(routes, { maxPrefixes: 2 })
  const session = await router.session()
  assert.equal(await first(session), ['192.0.2.1', '192.0.2.2'])
  assert.is((await status()).warning, '2 more routes than max_prefixes are not announced')
  await speaker.apply(deletes(routes.slice(0, 1)))
  assert.equal((await session.update()).withdrawn, ['192.0.2.1'])
  assert.equal((await session.update()).announced, ['192.0.2.3'])
  const row = { ...peer, maxPrefixes: 1 }
  await speaker.apply([{ op: 'update', kind: 'peer', row, from: peer }])
  assert.is((await session.update()).withdrawn.length, 1, 'fewer, in the same session')
  assert.is((await status()).sent, 1)
  await speaker.apply([{ op: 'update', kind: 'peer', row: peer, from: row }])
  assert.is((await session.update()).announced.length, 1)
})

test('what both sides have agreed upon needs a new session, of that peer only', async () => {
  const { speaker, router, peer } = await scene([web])
  const session = await router.session()
  await first(session)
  // All of 127.0.0.0/8 is this host.
  const other = await FakePeer.listen('127.0.0.2')
  await speaker.apply(create(peerRow({ address: ip('127.0.0.2'), port: other.port })))
  const kept = await other.session()
  await first(kept)
  const ours = { ...peer, keepalive: 2, maxPrefixes: 1000 }
  await speaker.apply([{ op: 'update', kind: 'peer', row: ours, from: peer }])
  assert.equal(session.unheard, [], 'what concerns only us needs none')
  const row = { ...ours, hold: 30 }
  await speaker.apply([{ op: 'update', kind: 'peer', row, from: ours }])
  assert.is(await saidLast(session), 'Cease: Other Configuration Change')
  assert.equal(await session.next(), { type: 'closed' })
  const again = await router.call()
  assert.is((await again.establish()).hold, 30)
  assert.equal(await first(again), ['192.0.2.10'])
  await speaker.apply(deletes([web]))
  assert.equal((await kept.update()).withdrawn, ['192.0.2.10'], 'nothing has happened here')
  await other.close()
})

test('a peer that is taken out of the configuration is told so', async () => {
  const { speaker, router, peer } = await scene([web])
  const session = await router.session()
  await first(session)
  await speaker.apply([{ op: 'delete', kind: 'peer', row: peer }])
  assert.is(await saidLast(session), 'Cease: Peer De-configured')
  assert.equal(await session.next(), { type: 'closed' })
  assert.equal(await speaker.status(), [])
})

test('closing withdraws all routes, then says that it was meant', async () => {
  const { speaker, router } = await scene([web, dns])
  const session = await router.session()
  await first(session)
  await speaker.close('withdraw')
  assert.equal((await session.update()).withdrawn, ['192.0.2.10', '192.0.2.53'])
  assert.is(await saidLast(session), 'Cease: Administrative Shutdown "slb is stopping"')
  assert.equal(await session.next(), { type: 'closed' })
})

test('closing so that routes are kept says nothing to a peer with graceful restart', async () => {
  const { speaker, router } = await scene([web], { gracefulRestart: 60 })
  const session = await router.session()
  await first(session)
  await speaker.close('keep')
  assert.equal(await session.next(), { type: 'closed' })
})

test('without graceful restart nothing can be kept: the peer is told that it was meant', async () => {
  const { speaker, router } = await scene([web])
  const session = await router.session()
  await first(session)
  await speaker.close('keep')
  assert.match(await saidLast(session), 'Administrative Shutdown')
})

test('after a restart End-of-RIB waits until all routes are known', async () => {
  const { speaker, router } = await scene([web], { gracefulRestart: 60 }, { restarting: true })
  const session = await router.call()
  const open = await session.establish()
  assert.is(open.capabilities.gracefulRestart?.restarting, true)
  assert.equal((await session.update()).announced, ['192.0.2.10'])
  await speaker.apply(creates([dns]))
  assert.equal((await session.update()).announced, ['192.0.2.53'])
  assert.equal(session.unheard, [])
  speaker.complete()
  assert.equal(await first(session), [])
})

test('if nobody says that all routes are known, End-of-RIB comes after the deferral', async () => {
  const { router } = await scene([web], {}, { restarting: true, deferral: 20 })
  assert.equal(await first(await router.session()), ['192.0.2.10'])
})

test('a peer that asks is told everything of that family again', async () => {
  const { router } = await scene([web, dns, routeRow('2001:db8::1', { nextHop: ip('fd00::1') })])
  const session = await router.session()
  await first(session)
  session.send(hex(`${marker} 0017 05 0001 00 01`))
  const again = [...(await session.update()).announced, ...(await session.update()).announced]
  assert.equal(again.sort(), ['192.0.2.10', '192.0.2.53'])
  session.send(hex(`${marker} 0017 05 0001 00 80`))
  session.send(hex(`${marker} 0017 05 0002 00 01`))
  assert.equal((await session.update()).announced, ['2001:db8::1'])
})

test('quiet takes back all routes and keeps the session; then they are announced again', async () => {
  const { speaker, router } = await scene([web, dns])
  const session = await router.session()
  await first(session)
  speaker.quiet(true)
  assert.equal((await session.update()).withdrawn.length, 2)
  await speaker.apply(creates([routeRow('192.0.2.77')]))
  speaker.quiet(false)
  const announced = [...(await session.update()).announced]
  while (announced.length < 3) announced.push(...(await session.update()).announced)
  assert.equal(announced.sort(), ['192.0.2.10', '192.0.2.53', '192.0.2.77'])
})

test('a peer that reads nothing holds nobody up', async () => {
  const { speaker, router } = await scene([], { hold: 0 }, { handing: 50 })
  const session = await router.session()
  await first(session)
  session.socket.pause()
  for (let block = 0; block < 20; block++) {
    const routes = Array.from({ length: 5000 }, (_, at) =>
      // Each with attributes of its own: an UPDATE a route.
      routeRow(`10.${block}.${at >> 8}.${at & 255}`, { med: at }),
    )
    await speaker.apply(creates(routes))
  }
  const [status] = await speaker.status()
  assert.is(status?.state, 'established')
  assert.ok((status?.sent ?? 0) < 100_000, 'more than what it takes is not made')
  session.socket.destroy()
})

test('a peer of another AS is told so, and so are we', async () => {
  const { router, until } = await scene([web])
  const session = await router.call()
  await session.next()
  session.open({ as: 65002 })
  assert.is(await saidLast(session), 'OPEN Message Error: Bad Peer AS')
  const { lastError } = await until(({ lastError }) => lastError !== undefined)
  assert.match(lastError ?? '', 'the peer says its AS is 65002, the configuration says 65000')
})

test('a peer that is not there is called again, and what became of it is told once', async () => {
  const router = await FakePeer.listen()
  const { port } = router
  await router.close()
  const told: PeerStatus[] = []
  const speaker = openSpeaker({ changed: status => told.push(status), random: () => 0 })
  await speaker.apply(create(peerRow({ port })))
  while (told.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  assert.match(told[0]?.lastError ?? '', `connection refused: nothing listens at port ${port}`)
  await speaker.close('withdraw')
  assert.is(told.length, 1)
})

test('what a peer says last is heard although it takes nothing more of what it is told', async () => {
  const { speaker, router, until } = await scene([web])
  const session = await router.session()
  await until(({ state }) => state === 'established')
  session.send(hex(`${marker} 0015 03 06 01`))
  session.socket.destroy()
  // Written before anything is read: the first is answered with a reset, the next ones fail (EPIPE).
  await Promise.all(
    ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(text => speaker.apply(creates([routeRow(text)]))),
  )
  const { lastError } = await until(({ state }) => state === 'idle')
  assert.is(lastError, 'the peer ended the session: Cease: Maximum Number of Prefixes Reached')
})

test('sessions that come up and end are told, with the reason', async () => {
  const { router, told, until } = await scene([web])
  const session = await router.session()
  await until(({ state }) => state === 'established')
  session.send(hex(`${marker} 001b 03 06 02 05 6d6f766564`))
  await until(({ state }) => state === 'idle')
  assert.equal(
    told.map(({ state, lastError }) => [state, lastError]),
    [
      ['established', undefined],
      ['idle', 'the peer ended the session: Cease: Administrative Shutdown "moved"'],
    ],
  )
})

test('a password that cannot be had is why there is no session, and is tried again', async () => {
  const { until } = await scene([web], { password: { env: 'SLB_TEST_NO_SUCH_VARIABLE' } })
  const { lastError } = await until(({ lastError }) => lastError !== undefined)
  assert.is(
    lastError,
    'there is no password: the environment variable SLB_TEST_NO_SUCH_VARIABLE is not set',
  )
})

test('a route whose attributes do not fit into a message is a failure, the others go on', async () => {
  const { speaker, router } = await scene([])
  const session = await router.session()
  await first(session)
  const huge = routeRow('192.0.2.99', {
    communities: Array.from({ length: 1100 }, (_, at) => `65000:${at}`),
  })
  const changes = creates([huge, web])
  const failures = await speaker.apply(changes)
  assert.is(failures[0]?.change, changes[0])
  assert.match(failures[0]?.error.message ?? '', 'longer than a BGP message')
  assert.equal((await session.update()).announced, ['192.0.2.10'])
})

test('KEEPALIVEs go on as long as the session does', async () => {
  const { router, until } = await scene([], { keepalive: 1 }, { random: () => 0 })
  const session = await router.session({ hold: 90 })
  await until(({ state }) => state === 'established')
  const before = session.keepalives
  while (session.keepalives < before + 2) await new Promise(resolve => setTimeout(resolve, 20))
})

test.run()
