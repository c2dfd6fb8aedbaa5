/** Whatever happens to sessions and routes, in the end the peer knows what it is to know. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openSpeaker } from '../../src/bgp/speaker.ts'
import { Framer, keepalive } from '../../src/bgp/wire/message.ts'
import { type Peer, type Route, routeKey } from '../../src/model/announcement.ts'
import { check } from '../property/runs.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeConnection } from './fake-connection.ts'
import { readUpdate } from './read-update.ts'
import { hex, peerRow, routeRow } from './rig.ts'
import { anything, messageOf } from './wrong-messages.ts'

type Move =
  | { readonly set: number; readonly med: number }
  | { readonly drop: number }
  | { readonly blocked: boolean }
  | { readonly arrives: Buffer }
  | { readonly lost: true }
  | { readonly quiet: boolean }
  | { readonly peer: Partial<Peer> }
  | { readonly away: boolean }
  | { readonly passes: number }

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ set: fc.nat(9), med: fc.nat(2) }, { noNullPrototype: true }),
  },
  { weight: 3, arbitrary: fc.nat(9).map(drop => ({ drop })) },
  { weight: 2, arbitrary: fc.boolean().map(blocked => ({ blocked })) },
  { weight: 1, arbitrary: fc.constant({ arrives: messageOf(5, hex('0001 00 01')) }) },
  { weight: 1, arbitrary: anything.map(arrives => ({ arrives })) },
  { weight: 1, arbitrary: fc.constant({ lost: true as const }) },
  { weight: 1, arbitrary: fc.boolean().map(quiet => ({ quiet })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Partial<Peer>>({ maxPrefixes: 3 }, { maxPrefixes: 0 }, { hold: 30 }, {})
      .map(peer => ({ peer })),
  },
  { weight: 1, arbitrary: fc.boolean().map(away => ({ away })) },
  { weight: 3, arbitrary: fc.constantFrom(1, 900, 10_000, 100_000).map(passes => ({ passes })) },
)

/** Promises, and portions that wait. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
}

class Scene {
  readonly clock = new FakeClock()
  readonly wanted = new Map<string, Route>()
  connection: FakeConnection | undefined
  away = false
  quiet = false
  row = peerRow()
  readonly speaker = openSpeaker({
    now: this.clock.now,
    after: this.clock.after,
    random: () => 1,
    interfaces: () => ({}),
    handing: 0,
    dial: (_peer, _password, ends) => {
      const connection = new FakeConnection(ends)
      // What is closed is closed at once.
      connection.close()
      this.connection = connection
      if (!this.away) queueMicrotask(() => connection.over || connection.establish())
      return connection
    },
  })

  async plays(move: Move): Promise<void> {
    const { speaker, connection, clock } = this
    if ('set' in move) {
      const row = routeRow(`192.0.2.${move.set}`, { med: move.med })
      this.wanted.set(routeKey(row), row)
      void speaker.apply([{ op: 'create', kind: 'route', row }])
    } else if ('drop' in move) {
      const row = routeRow(`192.0.2.${move.drop}`)
      this.wanted.delete(routeKey(row))
      void speaker.apply([{ op: 'delete', kind: 'route', row }])
    } else if ('blocked' in move) {
      if (connection === undefined) return
      connection.blocked = move.blocked
      if (!move.blocked && !connection.over) connection.ends.drained()
    } else if ('arrives' in move) {
      if (connection?.over === false) connection.ends.arrived(move.arrives)
    } else if ('lost' in move) {
      if (connection?.over === false) connection.ends.lost('ECONNRESET')
    } else if ('quiet' in move) {
      this.quiet = move.quiet
      speaker.quiet(move.quiet)
    } else if ('peer' in move) await this.changes({ ...peerRow(), ...move.peer })
    else if ('away' in move) this.away = move.away
    else clock.passes(move.passes)
    await turns()
  }

  async changes(row: Peer): Promise<void> {
    void this.speaker.apply([{ op: 'update', kind: 'peer', row, from: this.row }])
    this.row = row
  }

  /** The world is well again: the session comes, and all is told. */
  async settles(): Promise<void> {
    this.away = false
    await this.plays({ blocked: false })
    for (let second = 0; second < 200; second++) {
      if (this.connection?.over === false) this.connection.ends.arrived(keepalive)
      await this.plays({ passes: 1000 })
      const [status] = await this.speaker.status()
      if (second > 60 && status?.state === 'established') return
    }
    assert.unreachable('no session')
  }

  /** What a router would make of this connection: only what has been sent by it counts. */
  table(): ReadonlyMap<string, string> {
    const table = new Map<string, string>()
    const sent = Buffer.concat(this.connection?.sent ?? [])
    for (const part of new Framer().read(sent)) {
      if (part.kind === 'fault') throw new Error('not a message')
      if (part.type !== 2) continue
      const { withdrawn, announced, attributes } = readUpdate(part.body)
      for (const prefix of withdrawn) assert.ok(table.delete(prefix), `${prefix} was not known`)
      for (const prefix of announced) table.set(prefix, attributes['med'] ?? '')
    }
    return table
  }
}

test('after any history of routes, sessions, faults and silence', () =>
  check(
    'histories of a peer',
    400,
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), async moves => {
      const scene = new Scene()
      await scene.changes(scene.row)
      for (const one of moves) await scene.plays(one)
      await scene.settles()
      const all = new Map([...scene.wanted.values()].map(row => [`${row.address}`, `${row.med}`]))
      const table = scene.table()
      const [status] = await scene.speaker.status()
      assert.is(status?.sent, table.size)
      if (scene.quiet) assert.is(table.size, 0)
      else if (scene.row.maxPrefixes === 0) assert.equal([...table].sort(), [...all].sort())
      else {
        assert.is(table.size, Math.min(scene.row.maxPrefixes, all.size))
        for (const [prefix, med] of table) assert.is(all.get(prefix), med)
      }
    }),
  ))

test.run()
