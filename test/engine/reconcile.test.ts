import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rewound } from '../../src/engine/undo.ts'
import { changeKey } from '../../src/model/change.ts'
import { SlbError } from '../../src/model/error.ts'
import { rig, state, wanted } from './rig.ts'

const web = `link slb0 dummy up ours
service tcp 192.0.2.10:80 wrr ours
  -> 10.0.0.11:8080 nat weight 1
  -> 10.0.0.12:8080 nat weight 1
address slb0 192.0.2.10/32 ours
`
const one = web.replace('  -> 10.0.0.12:8080 nat weight 1\n', '')

test('builds everything from nothing, the address last, and then has nothing left to do', async () => {
  const r = rig()
  const round = await r.apply(wanted(web))
  assert.is(r.text(), web)
  assert.equal(round.left.changes, [])
  assert.match(r.table.trace.at(-1) ?? '', /^new address/)
  const before = r.table.trace.length
  const second = await r.apply(wanted(web))
  assert.equal(second.plan.changes, [])
  assert.is(r.table.trace.length, before, 'no write')
  assert.is(r.entries.length, 1, 'no history entry for an apply that did nothing')
})

test('what is left alone for now is waited for by what rests on it: no door without a service, no word of a door that is shut', async () => {
  const told = `${web}arp eth0 192.0.2.10\n`
  for (const skip of ['tcp 192.0.2.10:80', 'link slb0', 'address slb0 192.0.2.10/32']) {
    const r = rig()
    await r.apply(wanted(told), { skip: new Set([skip]) })
    assert.not.ok(
      r.table.trace.some(line => /^new (address|arp)/.test(line)),
      r.text(),
    )
    await r.apply(wanted(told))
    assert.is(r.text(), told)
  }
})

test('a destination that drains has weight 0 until its connections end, then it goes', async () => {
  let active = 3
  const r = rig('', {
    connections: () => ({ active: active-- > 0 ? active + 1 : 0, inactive: 0, persistent: 0 }),
  })
  await r.apply(wanted(web, 60_000))
  const start = r.clock.now
  const round = await r.apply(wanted(one, 60_000))
  assert.is(r.text(), one)
  assert.ok(r.clock.now > start, 'it waited')
  assert.ok(r.clock.now < start + 60_000, 'but not until the deadline')
  assert.equal(
    round.drained.map(d => d.key),
    ['tcp 192.0.2.10:80 -> 10.0.0.12:8080'],
  )
  assert.ok(r.table.trace.some(line => line.startsWith('set ') && line.includes('weight 0')))
})

test('a service that is to go does not drain for ever when one of its destinations is left alone', async () => {
  const r = rig()
  await r.apply(wanted(web, 60_000))
  let turns = 0
  const signal = {
    get aborted() {
      return ++turns > 100
    },
  } as AbortSignal
  const waiting = new Set(['tcp 192.0.2.10:80 -> 10.0.0.12:8080'])
  const { left } = await r.apply({ ...wanted('', 60_000), waiting }, { signal, wait: 1 })
  assert.ok(turns < 100, 'it came to an end')
  assert.ok(left.pending.some(({ reason }) => reason === 'waits for its first good answer'))
})

test('a drain ends at its deadline whatever the connections do, and says how many were left', async () => {
  const r = rig('', { connections: () => ({ active: 7, inactive: 0, persistent: 0 }) })
  await r.apply(wanted(web, 60_000))
  const start = r.clock.now
  const round = await r.apply(wanted(one, 60_000))
  assert.is(r.clock.now, start + 60_000)
  assert.equal(round.drained[0]?.connections.active, 7)
  assert.is(r.text(), one)
})

test('left to the next apply, a drain is pending and keeps its deadline', async () => {
  const r = rig('', { connections: () => ({ active: 7, inactive: 0, persistent: 0 }) })
  await r.apply(wanted(web, 60_000))
  const start = r.clock.now
  const round = await r.apply(wanted(one, 60_000), { wait: 0 })
  assert.equal(round.left.changes, [])
  assert.equal(
    round.left.pending.map(p => [p.key, p.reason, p.deadline]),
    [['tcp 192.0.2.10:80 -> 10.0.0.12:8080', 'draining', start + 60_000]],
  )
  r.clock.now += 20_000
  await r.apply(wanted(one, 60_000))
  assert.is(r.clock.now, start + 60_000, 'the clock of the drain went on')
  assert.is(r.text(), one)
})

test('adding a draining destination again brings its weight back and ends the drain', async () => {
  const r = rig('', { connections: () => ({ active: 7, inactive: 0, persistent: 0 }) })
  await r.apply(wanted(web, 60_000))
  await r.apply(wanted(one, 60_000), { wait: 0 })
  await r.apply(wanted(web, 60_000))
  assert.is(r.text(), web)
  assert.is(r.ledger().draining.size, 0)
})

test('the address of a draining service stays until the drain is over', async () => {
  const r = rig('', { connections: () => ({ active: 1, inactive: 0, persistent: 0 }) })
  await r.apply(wanted(web, 60_000))
  const round = await r.apply(wanted(''), { wait: 0 })
  assert.match(r.text(), /address slb0 192\.0\.2\.10\/32/)
  assert.match(r.text(), /10\.0\.0\.12:8080 nat weight 0/)
  assert.equal(
    round.left.pending.map(p => p.key),
    [
      'tcp 192.0.2.10:80 -> 10.0.0.11:8080',
      'tcp 192.0.2.10:80 -> 10.0.0.12:8080',
      'tcp 192.0.2.10:80',
      'address slb0 192.0.2.10/32',
      'link slb0',
    ],
  )
  await r.apply(wanted(''))
  assert.is(r.text(), '')
})

test('what the kernel refuses fails alone, and its address waits', async () => {
  const other = web.replaceAll('192.0.2.10', '192.0.2.20').replace(/^link.*\n/, '')
  const r = rig('', {
    fail: change =>
      change.kind === 'service' && change.row.id.key === 'tcp 192.0.2.10:80'
        ? new SlbError('missing', 'no scheduler wrr', { errno: 'ENOENT' })
        : undefined,
  })
  const round = await r.apply(wanted(web + other))
  assert.equal(
    round.failures.map(f => changeKey(f.change)),
    ['tcp 192.0.2.10:80'],
  )
  assert.equal(
    round.left.pending.map(p => [p.key, p.reason]),
    [['address slb0 192.0.2.10/32', 'waits for tcp 192.0.2.10:80']],
  )
  assert.match(r.text(), /tcp 192\.0\.2\.20:80/)
  assert.not.match(r.text(), /192\.0\.2\.10/)
  assert.is(r.entries[0]?.outcome, 'failed')
})

test('a busy kernel is asked again', async () => {
  let left = 2
  const r = rig('', {
    fail: () => (left-- > 0 ? new SlbError('busy', 'no memory', { errno: 'ENOBUFS' }) : undefined),
  })
  const round = await r.apply(wanted(web))
  assert.equal(round.failures, [])
  assert.is(r.text(), web)
})

test('a service that somebody else makes meanwhile is refused, not overwritten', async () => {
  let done = false
  const r = rig('', {
    before: change => {
      if (change.kind !== 'service' || done) return
      done = true
      const row = state('service tcp 192.0.2.10:80 rr\n').service.get('tcp 192.0.2.10:80')
      if (row) r.table.alter([{ op: 'create', kind: 'service', row }])
    },
  })
  const round = await r.apply(wanted(web))
  assert.match(r.text(), /service tcp 192\.0\.2\.10:80 rr\n/)
  assert.equal(
    round.left.refused.map(one => one.key),
    ['tcp 192.0.2.10:80'],
  )
})

test('a mark that somebody wipes while the apply is at work is set again', async () => {
  const r = rig()
  let wiped = false
  const round = await r.apply(wanted(web), {
    progress: () => {
      const row = r.table.state().service.get('tcp 192.0.2.10:80')
      if (wiped || row === undefined) return
      wiped = true
      void r.table.apply([{ op: 'update', kind: 'service', row: { ...row, owned: false } }])
    },
  })
  assert.ok(wiped)
  assert.equal([round.failures, round.left.refused], [[], []])
  assert.is(r.text(), web)
})

test('an address that moves to another link leaves the old one last', async () => {
  const r = rig('link eth0 device up\n')
  await r.apply(wanted(web))
  await r.apply(wanted(web.replace('address slb0', 'address eth0').replace(/^link.*\n/, '')))
  assert.match(r.text(), /address eth0 192\.0\.2\.10\/32 ours/)
  assert.not.match(r.text(), /slb0/)
  const trace = r.table.trace.slice(-2)
  assert.match(trace[0] ?? '', /^new address eth0/)
  assert.match(trace[1] ?? '', /^delete link slb0/)
})

test('an address whose new link is missing stays on the old one', async () => {
  const r = rig()
  await r.apply(wanted(web))
  const round = await r.apply(wanted(web.replace('address slb0', 'address eth9')))
  assert.match(r.text(), /address slb0 192\.0\.2\.10\/32 ours/)
  assert.is(round.failures[0]?.error.errno, 'ENODEV')
})

test('nothing is removed beyond the guard without consent', async () => {
  const r = rig()
  await r.apply(wanted(web))
  const round = await r.apply(wanted(''), { consent: 0 })
  assert.match(round.verdict.refusal ?? '', /the last service.*--yes-remove 1/)
  assert.is(r.text(), web)
  await r.apply(wanted(''), { consent: 1 })
  assert.is(r.text(), '')
})

test('rolls back to the state before the last apply', async () => {
  const r = rig()
  await r.apply(wanted(web))
  await r.apply(wanted(one.replace('wrr', 'rr')))
  const back = rewound(r.table.state(), r.ledger(), r.entries.slice(0, 1))
  await r.apply(back)
  assert.is(r.text(), web)
  const all = rewound(r.table.state(), r.ledger(), r.entries)
  await r.apply(all)
  assert.is(r.text(), '')
})

test('foreign services, addresses and links stay what they are', async () => {
  const foreign = `link eth0 device up
service tcp 198.51.100.1:80 rr
  -> 10.9.9.9:80 nat weight 1
address eth0 198.51.100.1/24
`
  const r = rig(foreign)
  await r.apply(wanted(web))
  const round = await r.apply(wanted(''))
  assert.is(r.text(), foreign)
  assert.equal(
    round.left.foreign.map(f => f.key),
    ['tcp 198.51.100.1:80'],
  )
})

test.run()
