/** Asking on time, under a clock that the tests move. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Change, Checker, type CheckerOptions } from '../../src/health/checker.ts'
import type { Verdict } from '../../src/health/judge.ts'
import type { Alert, Watched } from '../../src/health/panel.ts'
import type { Answer } from '../../src/health/probe.ts'
import type { Check, Rules } from '../../src/model/check.ts'
import { check } from '../property/runs.ts'
import { checkOf, FakeTime } from './rig.ts'

interface Asked {
  readonly key: string
  readonly at: number
}

/** Numbers from 0 to below 1 that look like chance and are the same every time (Park and Miller). */
function anyNumber(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 0x7fff_ffff
    return state / 0x7fff_ffff
  }
}

/** A world of backends that answer as the test says, after as long as it says. */
class World {
  readonly time = new FakeTime()
  readonly asked: Asked[] = []
  readonly told: { readonly at: number; readonly changes: readonly Change[] }[] = []
  readonly alerts: Alert[] = []
  readonly aborted: string[] = []
  underWay = new Map<string, number>()
  most = 0
  overlaps = 0
  answer: (check: Check) => Answer = () => ({ ok: true })
  takes: (check: Check) => number = () => 1
  random: () => number = anyNumber(17)
  readonly checker: Checker

  constructor(options: CheckerOptions = {}) {
    this.checker = new Checker(
      {
        now: this.time.now,
        after: this.time.after,
        random: () => this.random(),
        probe: (one, signal) => this.#probe(one, signal),
        changed: changes => this.told.push({ at: this.time.time, changes }),
        alert: alert => this.alerts.push(alert),
      },
      options,
    )
  }

  timesOf(key: string): readonly number[] {
    return this.asked.filter(one => one.key === key).map(({ at }) => at)
  }

  verdictOf(key: string): Verdict | undefined {
    return this.checker.snapshot().get(key)?.verdict
  }

  #probe(one: Check, signal: AbortSignal): Promise<Answer> {
    const { key } = one
    const count = (this.underWay.get(key) ?? 0) + 1
    if (count > 1) this.overlaps++
    this.underWay.set(key, count)
    const all = [...this.underWay.values()].reduce((sum, each) => sum + each, 0)
    this.most = Math.max(this.most, all)
    this.asked.push({ key, at: this.time.time })
    return new Promise(resolve => {
      const end = (answer: Answer): void => {
        this.underWay.set(key, (this.underWay.get(key) ?? 0) - 1)
        resolve(answer)
      }
      const callOff = this.time.after(Math.min(this.takes(one), one.rules.timeout), () =>
        end(
          this.takes(one) > one.rules.timeout ? { ok: false, why: 'timed out' } : this.answer(one),
        ),
      )
      signal.addEventListener('abort', () => {
        this.aborted.push(key)
        callOff()
        end({ ok: false, why: 'aborted' })
      })
    })
  }
}

/** So many checks, each of a service of its own. */
function list(count: number, shown: Verdict, rules: Partial<Rules> = {}): readonly Watched[] {
  return Array.from({ length: count }, (_, number) => ({
    check: checkOf(number, rules),
    groups: [`s${number}`],
    shown,
  }))
}

const keyOf = (number: number): string => checkOf(number).key
const refused: Answer = { ok: false, why: 'connection refused' }

test('first checks are spread over one interval, and each then keeps its period', async () => {
  const world = new World()
  world.checker.watch(list(400, 'up'))
  const start = world.time.time
  await world.time.pass(20_000)
  const firsts = list(400, 'up').map(({ check: { key } }) => world.timesOf(key)[0] ?? 0)
  for (const quarter of [0, 1, 2, 3]) {
    const from = start + quarter * 500
    const count = firsts.filter(at => at >= from && at < from + 500).length
    assert.ok(count > 60 && count < 140, `${count} in quarter ${quarter}`)
  }
  for (const { check: one } of list(400, 'up')) {
    const times = world.timesOf(one.key)
    assert.ok(times.length >= 9 && times.length <= 10)
    // From start to start, a timer's grain apart, and no drift.
    for (const [turn, at] of times.entries())
      assert.ok(Math.abs(at - ((times[0] ?? 0) + turn * 2000)) <= 2)
  }
})

test('a check without a verdict is asked soon, and then finds a place of its own in the interval', async () => {
  const world = new World()
  world.checker.watch(list(1, 'up', { interval: 60_000 }))
  await world.time.pass(5000)
  const added = list(41, 'unknown', { interval: 60_000 })
  world.checker.watch(added)
  await world.time.pass(510)
  for (let number = 1; number < 41; number++) assert.is(world.verdictOf(keyOf(number)), 'up')
  await world.time.pass(60_000)
  const seconds = added.slice(1).map(({ check: { key } }) => world.timesOf(key)[1] ?? 0)
  assert.ok(Math.max(...seconds) - Math.min(...seconds) > 30_000)
})

test('very many that are new do not come in one rush', async () => {
  const world = new World({ most: 100_000 })
  world.checker.watch(list(10_000, 'unknown', { interval: 10_000 }))
  await world.time.pass(500)
  assert.ok(world.asked.length < 4000, `${world.asked.length}`)
  await world.time.pass(2000)
  assert.is(new Set(world.asked.map(({ key }) => key)).size, 10_000)
})

test('a slow answer is waited for: one asking of a check at a time', async () => {
  const world = new World()
  world.takes = () => 2500
  world.checker.watch(list(20, 'up', { interval: 1000, timeout: 3000 }))
  await world.time.pass(30_000)
  assert.is(world.overlaps, 0)
  assert.ok(world.timesOf(keyOf(0)).length >= 10)
})

test('no more than `most` are under way, and each has its turn', async () => {
  const world = new World({ most: 10 })
  world.takes = () => 1000
  world.checker.watch(list(100, 'up'))
  await world.time.pass(40_000)
  assert.is(world.most, 10)
  const counts = list(100, 'up').map(({ check: { key } }) => world.timesOf(key).length)
  // 10 places of a second each serve 10 checks a second: 100 checks have 4 turns in 40 s.
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `${counts}`)
})

test('where there is too little room, a verdict that is open goes first', async () => {
  const world = new World({ most: 10 })
  world.takes = () => 1000
  world.checker.watch(list(100, 'up'))
  await world.time.pass(30_000)
  world.answer = ({ key }) => (key === keyOf(3) ? refused : { ok: true })
  await world.time.pass(30_000)
  const [news] = world.told
  assert.equal(
    news?.changes.map(({ key }) => key),
    [keyOf(3)],
  )
  const asked = world.timesOf(keyOf(3))
  const third = asked.findLast(at => at <= (news?.at ?? 0)) ?? 0
  const first = asked[asked.indexOf(third) - 2] ?? 0
  // It would be 20 s if it waited among the others.
  assert.ok(third - first <= 2 * 2000 + 2 * 1000, `${third - first}`)
})

test('from the death of a backend to the word of it: (fall - 1) x interval + timeout, at the most', async () => {
  const world = new World()
  world.checker.watch(list(1, 'up'))
  await world.time.pass(10_000)
  world.takes = () => Number.POSITIVE_INFINITY
  const last = world.timesOf(keyOf(0)).at(-1) ?? 0
  await world.time.pass(20_000)
  assert.is(world.told.length, 1)
  const [news] = world.told
  assert.equal(
    news?.changes.map(({ judgement: { verdict, why } }) => [verdict, why]),
    [['down', 'timed out']],
  )
  assert.ok(Math.abs((news?.at ?? 0) - (last + 2000 + 2 * 2000 + 1000)) <= 5)
})

test('the fast interval tells sooner', async () => {
  const world = new World()
  world.checker.watch(list(1, 'up', { fastInterval: 300 }))
  await world.time.pass(10_000)
  world.answer = () => refused
  const last = world.timesOf(keyOf(0)).at(-1) ?? 0
  await world.time.pass(20_000)
  assert.ok(Math.abs((world.told[0]?.at ?? 0) - (last + 2000 + 600)) <= 5)
})

test('what changes together is told together, within 10 ms; what changes alone at once', async () => {
  const world = new World()
  world.random = () => 0.5
  world.checker.watch(list(300, 'unknown', { interval: 400 }))
  await world.time.pass(1000)
  const all = world.told.flatMap(({ changes }) => changes)
  assert.is(all.length, 300)
  assert.ok(world.told.length <= 4, `${world.told.length} messages`)
  assert.ok(
    world.told.every(({ at, changes }) => changes.every(one => at - one.judgement.since <= 10)),
  )
  world.answer = ({ key }) => (key === keyOf(7) ? refused : { ok: true })
  await world.time.pass(3000)
  const alone = world.told.at(-1)
  assert.equal(
    alone?.changes.map(({ key }) => key),
    [keyOf(7)],
  )
  assert.is(alone?.at, alone?.changes[0]?.judgement.since)
})

test('a new list keeps what stays, with its times, and lets go of what goes', async () => {
  const world = new World()
  world.answer = ({ key }) => (key === keyOf(0) ? refused : { ok: true })
  world.checker.watch(list(2, 'unknown', { timeout: 2000 }))
  await world.time.pass(10_000)
  const [first] = world.timesOf(keyOf(0)).slice(-1)
  world.takes = () => 900
  const held = world.checker.snapshot().get(keyOf(0))
  world.checker.watch(list(3, 'up', { timeout: 2000 }))
  assert.is(world.checker.snapshot().get(keyOf(0)), held)
  await world.time.pass(2500)
  assert.ok(world.timesOf(keyOf(0)).some(at => Math.abs(at - (first ?? 0) - 2000) <= 2))
  world.takes = () => 100_000
  await world.time.pass(3000)
  const { length } = world.told
  const busy = [...world.underWay].filter(([, count]) => count > 0).map(([key]) => key)
  assert.ok(busy.length > 0)
  world.checker.watch([])
  assert.equal([...world.aborted].sort(), busy.sort())
  await world.time.pass(60_000)
  assert.is(world.told.length, length)
  assert.is(world.time.timers, 0)
})

test('a restart begins from what the kernel shows, and tells of what is true only why', async () => {
  const world = new World()
  const shown: Verdict[] = ['up', 'down', 'unknown']
  world.answer = ({ key }) => (key === keyOf(1) ? refused : { ok: true })
  world.checker.watch(list(3, 'up').map((one, at) => ({ ...one, shown: shown[at] ?? 'unknown' })))
  assert.equal(
    [...world.checker.snapshot().values()].map(({ verdict }) => verdict),
    shown,
  )
  await world.time.pass(10_000)
  const told = world.told.flatMap(({ changes }) => changes)
  assert.equal(told.map(({ key, judgement: { verdict, why } }) => [key, verdict, why]).sort(), [
    [keyOf(1), 'down', 'connection refused'],
    [keyOf(2), 'up', undefined],
  ])
})

test('a process that stood still does not ask everything at once, and blames nobody', async () => {
  const world = new World()
  world.takes = () => 400
  world.checker.watch(list(1000, 'up', { fall: 1 }))
  await world.time.pass(10_000)
  const asked = world.asked.length
  assert.ok([...world.underWay.values()].some(count => count > 0))
  // Stopped so long that every asking that was under way is over time.
  world.takes = ({ rules }) => rules.timeout + 1
  world.time.stand(30_000)
  await world.time.pass(1)
  world.takes = () => 400
  await world.time.pass(400)
  assert.ok(world.asked.length - asked < 400, `${world.asked.length - asked} in 400 ms`)
  await world.time.pass(2100)
  assert.ok(world.asked.length - asked >= 1000)
  assert.equal(world.told, [])
})

for (const [slept, verdict] of [
  [300, 'down'],
  [600, 'up'],
  [960, 'up'],
] as const)
  test(`an asking of a second of which ${slept} ms were slept through: ${verdict}`, async () => {
    const world = new World()
    world.takes = () => 5000
    world.checker.watch(list(1, 'up', { fall: 1 }))
    while (world.asked.length === 0) await world.time.pass(1)
    world.time.stand(slept)
    await world.time.pass(1001 - slept)
    assert.is(world.verdictOf(keyOf(0)), verdict)
  })

test('a fault of our own is no verdict', async () => {
  const world = new World()
  world.answer = () => ({ ok: false, why: 'no file descriptor left', own: true })
  world.checker.watch(list(2, 'up', { fall: 1 }))
  await world.time.pass(10_000)
  const told = world.told.flatMap(({ changes }) => changes.map(({ judgement }) => judgement))
  assert.equal(
    told.map(({ verdict, why }) => [verdict, why]),
    [keyOf(0), keyOf(1)].map(() => ['up', 'no file descriptor left']),
    'of each that is up it is told once, and it is no change',
  )
  assert.is(world.checker.snapshot().get(keyOf(0))?.why, 'no file descriptor left')
})

test('when most fail at once it is us: verdicts hold, and two alerts say so', async () => {
  const world = new World()
  world.checker.watch(list(30, 'up'))
  await world.time.pass(10_000)
  world.answer = () => refused
  await world.time.pass(30_000)
  assert.equal(world.told, [])
  assert.is(world.verdictOf(keyOf(3)), 'up')
  assert.equal(
    world.alerts.map(({ suspect }) => suspect),
    [true],
  )
  assert.match(
    world.alerts[0]?.text ?? '',
    /16 of 30 backends that were up, in 16 of 30 unrelated groups/,
  )
  world.answer = () => ({ ok: true })
  await world.time.pass(10_000)
  assert.equal(
    world.alerts.map(({ suspect }) => suspect),
    [true, false],
  )
  assert.equal(world.told, [])
})

test('what was told down within the last interval before that is taken back', async () => {
  const world = new World()
  world.checker.watch(list(30, 'up', { fall: 1 }))
  await world.time.pass(10_000)
  world.answer = () => refused
  await world.time.pass(30_000)
  const last = new Map(
    world.told.flatMap(({ changes }) =>
      changes.map(({ key, judgement }) => [key, judgement.verdict] as const),
    ),
  )
  assert.ok(last.size > 0 && last.size <= 16)
  assert.equal(new Set(last.values()), new Set(['up']))
  for (const [key, { verdict }] of world.checker.snapshot()) assert.is(verdict, 'up', key)
})

test('and what went down before then stays down, and what comes up comes up', async () => {
  const world = new World()
  world.answer = ({ key }) => (key === keyOf(0) || key === keyOf(1) ? refused : { ok: true })
  world.checker.watch(list(30, 'up'))
  await world.time.pass(20_000)
  world.answer = ({ key }) => (key === keyOf(1) ? { ok: true } : refused)
  await world.time.pass(20_000)
  assert.is(world.alerts.length, 1)
  assert.is(world.verdictOf(keyOf(0)), 'down')
  assert.is(world.verdictOf(keyOf(1)), 'up')
})

test('after it what is really dead goes down, by what is asked from then on', async () => {
  const world = new World()
  world.checker.watch(list(30, 'up'))
  await world.time.pass(10_000)
  world.answer = () => refused
  await world.time.pass(20_000)
  world.answer = ({ key }) => (key === keyOf(4) ? refused : { ok: true })
  await world.time.pass(20_000)
  assert.equal(
    world.told.flatMap(({ changes }) => changes.map(({ key }) => key)),
    [keyOf(4)],
  )
  assert.ok((world.told[0]?.at ?? 0) >= 31_000 + 2 * 2000)
})

test('one service may die as a whole', async () => {
  const world = new World()
  const related = list(20, 'up').map((one, at) => ({
    ...one,
    groups: [at < 12 ? 'web' : `s${at}`],
  }))
  world.answer = ({ key }) => (Number(/(\d+):80/.exec(key)?.[1]) < 12 ? refused : { ok: true })
  world.checker.watch(related)
  await world.time.pass(20_000)
  assert.equal(world.alerts, [])
  assert.is(world.told.flatMap(({ changes }) => changes).length, 12)
})

test('what several services need is asked once, and makes one group of them', async () => {
  const world = new World()
  const three = list(3, 'up')
  const link = { ...list(1, 'up')[0], groups: ['s1', 's2'] } as Watched
  world.answer = () => refused
  world.checker.watch([...three, link])
  await world.time.pass(20_000)
  assert.ok(world.timesOf(keyOf(0)).length <= 10)
  assert.equal(world.alerts, [])
  assert.is(world.verdictOf(keyOf(0)), 'down')
})

test('whatever happens: no overlaps, never too many, no verdict out of nothing', async () => {
  const anyStep = fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), time: fc.integer({ min: 1, max: 5000 }) }),
    fc.record({ kind: fc.constant('stand' as const), time: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ kind: fc.constant('watch' as const), time: fc.integer({ min: 0, max: 40 }) }),
    fc.record({ kind: fc.constant('slow' as const), time: fc.integer({ min: 1, max: 1500 }) }),
  )
  await check(
    'checker',
    60,
    fc.asyncProperty(fc.array(anyStep, { maxLength: 20 }), async steps => {
      const world = new World({ most: 7 })
      world.takes = () => 1
      for (const { kind, time } of steps) {
        if (kind === 'pass') await world.time.pass(time)
        else if (kind === 'stand') world.time.stand(time)
        else if (kind === 'watch') world.checker.watch(list(time, 'up', { timeout: 1500, fall: 1 }))
        else world.takes = () => time
      }
      await world.time.pass(20_000)
      assert.is(world.overlaps, 0)
      assert.ok(world.most <= 7)
      // All answers were good, however late we were to hear them.
      assert.equal(world.told, [])
      for (const key of world.checker.snapshot().keys())
        assert.ok(world.timesOf(key).some(at => at > world.time.time - 20_000))
      world.checker.close()
    }),
  )
})

test.run()
