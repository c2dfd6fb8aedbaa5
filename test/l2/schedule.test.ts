/** When addresses are announced, by a clock that stands until it is moved. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { countFrames } from '../../src/l2/frames.ts'
import { openSchedule, type Schedule } from '../../src/l2/schedule.ts'
import { type Arp, arpKey } from '../../src/model/announcement.ts'
import type { Ip } from '../../src/model/ip.ts'
import { check } from '../property/runs.ts'

const vip: Arp = { link: 'eth0', address: '192.0.2.10' as Ip }
const six: Arp = { link: 'eth0', address: '2001:db8::10' as Ip }

test('three at once, every second for five seconds, then every minute', () => {
  const schedule = openSchedule()
  schedule.add(vip, 1000)
  assert.equal(
    timesOf(schedule, 1000, 200_000),
    [1, 1, 1, 2, 3, 4, 5, 6, 66, 126, 186].map(second => second * 1000),
  )
})

test('an address that is announced already goes on as it was', () => {
  const schedule = openSchedule()
  schedule.add(vip, 0)
  schedule.take(0)
  schedule.add({ ...vip }, 500)
  assert.equal(schedule.take(500), [])
  assert.equal(schedule.rows(), [vip])
})

test('what is removed is not announced any more, and begins anew if it comes again', () => {
  const schedule = openSchedule()
  schedule.add(vip, 0)
  schedule.take(0)
  schedule.remove(vip)
  assert.is(schedule.next(0), undefined)
  assert.equal(schedule.take(10_000), [])
  schedule.add(vip, 20_000)
  assert.is(schedule.take(20_000).length, 3)
})

test('a link that comes up begins again, with its own addresses alone', () => {
  const schedule = openSchedule()
  const elsewhere: Arp = { link: 'eth1', address: '192.0.2.11' as Ip }
  schedule.add(vip, 0)
  schedule.add(elsewhere, 0)
  timesOf(schedule, 0, 10_000)
  schedule.restart('eth0', 10_000)
  assert.equal(schedule.take(10_000), [vip, vip, vip])
  assert.is(schedule.next(10_000), 11_000)
})

test('the first burst is over when every address has had its three', () => {
  const schedule = openSchedule()
  assert.ok(schedule.settled())
  schedule.add(vip, 0)
  assert.not.ok(schedule.settled())
  schedule.take(0)
  assert.ok(schedule.settled())
})

test('thousands of addresses: at most 500 frames at once, and each has its first before any has its second', () => {
  const schedule = openSchedule()
  const rows = many(1000)
  for (const row of rows) schedule.add(row, 0)
  const order: string[] = []
  for (let now = 0; !schedule.settled(); now += 100) {
    const taken = schedule.take(now)
    assert.ok(framesIn(taken) <= 500, `${framesIn(taken)} frames at once`)
    order.push(...taken.map(arpKey))
  }
  const keys = rows.map(arpKey)
  assert.equal(order, [...keys, ...keys, ...keys])
})

test('a new address does not wait for the repetitions of others', () => {
  const schedule = openSchedule()
  for (const row of many(1000)) schedule.add(row, 0)
  // After this all have been announced once, and half of them twice.
  for (let now = 0; now < 600; now += 100) schedule.take(now)
  schedule.add(vip, 600)
  schedule.add(six, 600)
  assert.equal(schedule.take(600).slice(0, 2), [vip, six])
})

test('in whatever way it is asked: the pace is kept, nothing is lost, and next says when to ask', async () => {
  const steps = fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 60 })
  await check(
    'schedule',
    100,
    fc.property(steps, fc.nat({ max: 2000 }), (waits, count) => {
      const schedule = openSchedule()
      const rows = many(count)
      for (const row of rows) schedule.add(row, 0)
      let now = 0
      let sent = 0
      for (const wait of waits) {
        const taken = schedule.take(now)
        sent += framesIn(taken)
        assert.ok(sent <= 500 + now * 5, `${sent} frames after ${now} ms`)
        const next = schedule.next(now)
        if (count === 0) assert.is(next, undefined)
        else assert.ok(next !== undefined && next > now, `${next} after ${now}`)
        now += wait
      }
      assert.equal(schedule.rows(), rows)
      for (let quiet = now + 100_000; quiet < now + 103_000; quiet += 100) schedule.take(quiet)
      assert.ok(schedule.settled())
    }),
  )
})

/** When announcements come, asked whenever the schedule says so. */
function timesOf(schedule: Schedule, from: number, to: number): number[] {
  const times: number[] = []
  for (let now: number | undefined = from; now !== undefined && now < to; ) {
    for (const _ of schedule.take(now)) times.push(now)
    now = schedule.next(now)
  }
  return times
}

function framesIn(rows: readonly Arp[]): number {
  return rows.reduce((sum, row) => sum + countFrames(row.address), 0)
}

function many(count: number): Arp[] {
  return Array.from({ length: count }, (_, i) => ({
    link: 'eth0',
    address: `10.0.${i >> 8}.${i & 255}` as Ip,
  }))
}

test.run()
