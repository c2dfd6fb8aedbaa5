/** Whatever happens to the routes, the peer ends up with those that it is to know, and hears little else. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RibOut, type Telling } from '../../src/bgp/rib-out.ts'
import { Framer } from '../../src/bgp/wire/message.ts'
import { type Route, routeKey } from '../../src/model/announcement.ts'
import { familyOf } from '../../src/model/ip.ts'
import { check } from '../property/runs.ts'
import { readUpdate } from './read-update.ts'
import { ip, routeRow } from './rig.ts'

const address = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map(last => `192.0.2.${last}`),
  fc.integer({ min: 1, max: 30 }).map(last => `2001:db8::${last.toString(16)}`),
)

const route: fc.Arbitrary<Route> = fc
  .record({
    address,
    med: fc.option(fc.constantFrom(0, 7, 0xffff_ffff), { nil: undefined }),
    communities: fc.constantFrom([], ['65001:1'], ['65001:1', '65535:0']),
    largeCommunities: fc.constantFrom([], ['4200000000:1:2']),
    prepend: fc.constantFrom(0, 0, 2, 300),
  })
  .map(({ address, med, ...rest }) =>
    routeRow(address, med === undefined ? rest : { ...rest, med }),
  )

type Move =
  | { readonly set: Route }
  | { readonly drop: number }
  | { readonly take: number }
  | { readonly repeat: 'ipv4' | 'ipv6' }
  | { readonly most: number }
  | { readonly quiet: boolean }

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: route.map(set => ({ set })) },
  { weight: 4, arbitrary: fc.nat().map(drop => ({ drop })) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 20 }).map(take => ({ take })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ipv4' as const, 'ipv6' as const).map(repeat => ({ repeat })),
  },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 5, 20).map(most => ({ most })) },
  { weight: 1, arbitrary: fc.boolean().map(quiet => ({ quiet })) },
)

/** A router, and what has been said to it. */
class Router {
  readonly table = new Map<string, string>()
  said = 0
  hears(messages: readonly Buffer[]): void {
    for (const part of new Framer().read(Buffer.concat(messages))) {
      if (part.kind === 'fault') throw new Error('not a message')
      const { withdrawn, announced, attributes } = readUpdate(part.body)
      this.said += withdrawn.length + announced.length
      for (const prefix of withdrawn) {
        assert.ok(this.table.delete(prefix), `${prefix} was not known`)
      }
      for (const prefix of announced) this.table.set(prefix, JSON.stringify(attributes))
    }
  }
}

/** What the router is to know of a route. */
function known({ address, med, communities, largeCommunities, prepend }: Route): string {
  return JSON.stringify({
    ...(address.includes(':') ? { 'next hop': 'fd00::1' } : {}),
    origin: 'IGP',
    path: Array(1 + prepend)
      .fill('65001')
      .join(' '),
    ...(address.includes(':') ? {} : { 'next hop': '192.0.2.254' }),
    ...(med === undefined ? {} : { med: `${med}` }),
    ...(communities.length === 0 ? {} : { communities: communities.join(' ') }),
    ...(largeCommunities.length === 0 ? {} : { 'large communities': largeCommunities.join(' ') }),
  })
}

class Scene {
  readonly wanted = new Map<string, Route>()
  readonly rib = new RibOut(this.wanted)
  readonly router = new Router()
  most = 0
  quiet = false

  readonly telling: Telling = {
    path: { external: true, localAs: 65001, as4: true },
    wants: () => !this.quiet,
    nextHop: ({ address }) => ip(familyOf(address) === 'ipv4' ? '192.0.2.254' : 'fd00::1'),
    most: 0,
  }

  plays(move: Move): void {
    const { wanted, rib } = this
    if ('set' in move) {
      wanted.set(routeKey(move.set), move.set)
      rib.touch(routeKey(move.set))
    } else if ('drop' in move) {
      const keys = [...wanted.keys()]
      const key = keys[move.drop % keys.length]
      if (key === undefined) return
      wanted.delete(key)
      rib.touch(key)
    } else if ('take' in move) this.takes(move.take)
    else if ('repeat' in move) rib.repeat(move.repeat)
    else {
      if ('most' in move) this.most = move.most
      else this.quiet = move.quiet
      rib.touchAll()
    }
  }

  takes(count: number): void {
    this.router.hears(this.rib.take(count, { ...this.telling, most: this.most }))
    assert.is(this.rib.size, this.router.table.size)
  }

  settles(): void {
    for (let turn = 0; !this.rib.upToDate; turn++) {
      assert.ok(turn < 1000, 'it comes to an end')
      this.takes(7)
    }
  }
}

test('after any history the peer knows exactly what it is to know', () =>
  check(
    'histories of routes',
    2000,
    fc.property(fc.array(move, { maxLength: 60 }), moves => {
      const scene = new Scene()
      for (const one of moves) scene.plays(one)
      scene.settles()
      const { wanted, router, most, quiet } = scene
      const all = new Map([...wanted.values()].map(row => [row.address as string, known(row)]))
      if (quiet) assert.is(router.table.size, 0)
      else if (most === 0) assert.equal([...router.table].sort(), [...all].sort())
      else {
        assert.is(router.table.size, Math.min(most, all.size))
        for (const [prefix, attributes] of router.table) assert.is(all.get(prefix), attributes)
      }
    }),
  ))

test('when all has been told, nothing more is said: each route is told once', () =>
  check(
    'routes told once',
    500,
    fc.property(fc.array(route, { maxLength: 40 }), routes => {
      const scene = new Scene()
      for (const set of routes) scene.plays({ set })
      scene.settles()
      assert.is(scene.router.said, scene.wanted.size)
      for (const set of [...scene.wanted.values()]) scene.plays({ set: { ...set } })
      scene.rib.touchAll()
      scene.settles()
      assert.is(scene.router.said, scene.wanted.size)
    }),
  ))

test('routes with equal attributes share messages', () => {
  const scene = new Scene()
  for (let at = 0; at < 1000; at++)
    scene.plays({ set: routeRow(`10.0.${at >> 8}.${at & 255}`, { med: at % 2 }) })
  const messages = scene.rib.take(1000, scene.telling)
  assert.is(messages.length, 2)
})

test('what the peer knows wrongly comes before what it does not know yet', () => {
  const scene = new Scene()
  const [gone, changed] = [routeRow('192.0.2.1'), routeRow('192.0.2.2')]
  for (const set of [gone, changed]) scene.plays({ set })
  scene.settles()
  for (let at = 0; at < 1000; at++) scene.plays({ set: routeRow(`10.0.${at >> 8}.${at & 255}`) })
  scene.plays({ drop: 0 })
  scene.plays({ set: { ...changed, communities: ['65535:0'] } })
  scene.takes(2)
  assert.not(scene.router.table.has(gone.address))
  assert.match(scene.router.table.get(changed.address) ?? '', '65535:0')
  assert.is(scene.router.table.size, 1)
  scene.settles()
  assert.is(scene.router.table.size, 1001)
})

test.run()
