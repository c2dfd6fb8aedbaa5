/** Another gobgpd after a restart: what the one before was told is taken back, by whoever comes next. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Live } from '../../src/engine/live.ts'
import { type Job, preview, type Round, reconcile } from '../../src/engine/reconcile.ts'
import { rollbackJob } from '../../src/engine/rollback.ts'
import { type Peer, peerKey, type Route, routeKey } from '../../src/model/announcement.ts'
import { SlbError, type SlbErrorCode } from '../../src/model/error.ts'
import type { Ip } from '../../src/model/ip.ts'
import type { Ledger } from '../../src/plan/types.ts'
import type { HistoryEntry } from '../../src/state/history.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import type { Speaker } from '../../src/table/announce/speaker.ts'
import { announceTable } from '../../src/table/announce/table.ts'
import { memoryTable } from '../../src/table/memory.ts'
import { state, stillClock, wanted } from './rig.ts'

interface Gobgpd extends Speaker {
  readonly routes: Map<string, Route>
  readonly peers: Map<string, Peer>
  fault: SlbErrorCode | undefined
}

/** A daemon in memory, which keeps what it was told over the ends of slb. */
function gobgpd(): Gobgpd {
  const one: Gobgpd = {
    name: 'gobgp',
    routes: new Map(),
    peers: new Map(),
    fault: undefined,
    async read() {
      if (one.fault !== undefined) throw new SlbError(one.fault, 'nothing is heard of it')
      return { peers: [...one.peers.values()], routes: [...one.routes.values()] }
    },
    async apply(changes) {
      if (one.fault !== undefined) throw new SlbError(one.fault, 'nothing is heard of it')
      for (const { op, kind, row } of changes) {
        const key = kind === 'peer' ? peerKey(row) : routeKey(row)
        const rows: Map<string, Peer | Route> = kind === 'peer' ? one.peers : one.routes
        if (op === 'delete') rows.delete(key)
        else rows.set(key, row)
      }
      return []
    },
    status: async () => [],
    async close() {},
  }
  return one
}

const service = (n: number): string => `service tcp 192.0.2.${n}:80 rr ours
  -> 10.0.0.1:80 nat weight 1
address slb0 192.0.2.${n}/32 ours
`
const all = [1, 2, 3, 4]
const peer = (api: string): string =>
  `peer 10.0.0.1 port 179 as 65001 by gobgp as 65000 api ${api} id 10.0.0.9 hold 9s keepalive 3s hops 1 ipv4\n`

/** Four VIPs, announced by the gobgpd at `api`. */
const by = (api: string, med = 1) =>
  wanted(
    `link slb0 dummy up ours\n${all.map(service).join('')}${peer(api)}${all
      .map(n => `route 192.0.2.${n}/32 by gobgp api ${api} med ${n === 1 ? med : 1} ours\n`)
      .join('')}`,
  )

/** Two gobgpds and a kernel; each run is a slb of its own. */
function rig() {
  const [a, b] = [gobgpd(), gobgpd()]
  const kernel = memoryTable(state(''))
  const clock = stillClock()
  const entries: HistoryEntry[] = []
  let ledger: Ledger = emptyLedger
  const journal = {
    path: 'memory',
    read: () => ledger,
    write: (next: Ledger) => {
      ledger = next
      return true
    },
  }
  const history = {
    list: () => entries,
    begin: (entry: Omit<HistoryEntry, 'version' | 'number' | 'outcome'>) => {
      const whole = { version: 1, number: entries.length + 1, outcome: 'begun', ...entry } as const
      entries.unshift(whole)
      return whole
    },
    end: () => {},
  }
  const live = (): Live => {
    const announcements = announceTable([], api => (api === 'unix:/a' ? a : b), clock.monotonic)
    return {
      tables: [kernel, announcements],
      clock,
      unanswered: () => announcements.unanswered(),
    }
  }
  const limits = { maxRemove: { share: 0.3 } }
  const jobOf = (goal: Job['wanted']): Job => ({ wanted: goal, limits, conflict: 'refuse' })
  const run = (job: Job, on = live()): Promise<Round> => {
    const cause = { kind: 'operator', command: 'apply', user: 'me', files: [] } as const
    return reconcile(job, on, { journal, history, cause, keep: 50, wait: 1000 })
  }
  return { a, b, clock, entries, journal, live, jobOf, run, told: () => [...ledger.gobgpds].sort() }
}

test('the one before loses what it was told, once the other one has it', async () => {
  const { a, b, run, jobOf, told } = rig()
  await run(jobOf(by('unix:/a')))
  assert.equal([a.routes.size, a.peers.size, told()], [4, 1, ['unix:/a']])
  const round = await run(jobOf(by('unix:/b')))
  assert.equal([round.failures, round.verdict.refusal, round.plan.notes], [[], undefined, []])
  assert.equal([a.routes.size, a.peers.size], [0, 0])
  assert.equal([b.routes.size, b.peers.size, told()], [4, 1, ['unix:/b']])
})

test('while it cannot be asked the other one is told all the same; it is taken back when it answers', async () => {
  const { a, b, clock, live, run, jobOf, told } = rig()
  await run(jobOf(by('unix:/a')))
  a.fault = 'io'
  const running = live()
  const round = await run(jobOf(by('unix:/b')), running)
  assert.equal([round.failures, b.routes.size], [[], 4])
  assert.match(round.plan.notes.join(), 'what slb told the gobgpd at unix:/a may stand there still')
  assert.match(round.plan.notes.join(), 'nothing is heard of it')
  assert.equal(told(), ['unix:/a', 'unix:/b'])
  assert.is(a.routes.size, 4)
  a.fault = undefined
  clock.now += 60_000
  const later = await run(jobOf(by('unix:/b')), running)
  assert.equal([a.routes.size, a.peers.size, b.routes.size, b.peers.size], [0, 0, 4, 1])
  assert.equal([later.left.changes, later.left.notes, told()], [[], [], ['unix:/b']])
})

test('a slb of its own remembers that, too', async () => {
  const { a, run, jobOf, told } = rig()
  await run(jobOf(by('unix:/a')))
  a.fault = 'timeout'
  await run(jobOf(by('unix:/b')))
  a.fault = undefined
  await run(jobOf(by('unix:/b')))
  assert.equal([a.routes.size, told()], [0, ['unix:/b']])
})

test('of one that does not run that is said once', async () => {
  const { a, run, jobOf, told } = rig()
  await run(jobOf(by('unix:/a')))
  a.fault = 'missing'
  const round = await run(jobOf(by('unix:/b')))
  assert.equal(round.plan.notes, [
    'the gobgpd at unix:/a does not run: what slb told it has ended with it',
  ])
  assert.equal(told(), ['unix:/b'])
  assert.equal((await run(jobOf(by('unix:/b')))).plan.notes, [])
})

test('a rollback by a slb of its own takes back what the last apply did, and no other route', async () => {
  const { a, entries, journal, live, run, jobOf } = rig()
  await run(jobOf(by('unix:/a')))
  await run(jobOf(by('unix:/a', 9)))
  assert.is(a.routes.get('route 192.0.2.1/32')?.med, 9)
  const job = await rollbackJob({ ...live(), journal }, entries.slice(0, 1))
  await run(job)
  assert.equal([a.routes.size, a.peers.size], [4, 1])
  assert.is(a.routes.get('route 192.0.2.1/32')?.med, 1)
  // Also where it cannot be asked just then.
  a.fault = 'io'
  const past = await rollbackJob({ ...live(), journal }, [])
  assert.is(past.wanted.state.route.size, 4)
  a.fault = undefined
  assert.equal((await preview(past, live(), journal.read())).plan.changes, [])
})

test('an intent is on disk before a gobgpd is told', async () => {
  const { a, run, jobOf, journal } = rig()
  let known: readonly string[] = []
  const { apply } = a
  a.apply = changes => {
    known = [...journal.read().gobgpds]
    return apply(changes)
  }
  await run(jobOf(by('unix:/a')))
  assert.equal(known, ['unix:/a'])
  assert.equal(a.routes.get('route 192.0.2.1/32')?.address, '192.0.2.1' as Ip)
})

test.run()
