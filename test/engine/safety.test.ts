/** What an apply must never do to live traffic, each as the case that would hurt. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rewound } from '../../src/engine/undo.ts'
import type { Change } from '../../src/model/change.ts'
import { SlbError } from '../../src/model/error.ts'
import type { State } from '../../src/model/state.ts'
import { rig, state, wanted } from './rig.ts'

const web = `link slb0 dummy up ours
service tcp 192.0.2.10:80 wrr ours
  -> 10.0.0.11:8080 nat weight 1
  -> 10.0.0.12:8080 nat weight 1
address slb0 192.0.2.10/32 ours
`

/** Ten services on ten VIPs. */
const ten = ['link slb0 dummy up ours']
  .concat(
    Array.from(
      { length: 10 },
      (_, i) => `service tcp 192.0.2.${i}:80 wrr ours\n  -> 10.0.0.1:80 nat weight 1`,
    ),
    Array.from({ length: 10 }, (_, i) => `address slb0 192.0.2.${i}/32 ours`),
  )
  .join('\n')
  .concat('\n')

test('a link of ours stays while a wanted VIP stands on it, whatever the configuration calls it', async () => {
  const r = rig()
  await r.apply(wanted(web))
  const round = await r.apply(wanted(web.replace(/^link.*\n/, '')))
  assert.equal(round.plan.changes, [])
  assert.is(r.text(), web)
})

test('VIPs are not removed beyond the guard, even though their services stay', async () => {
  const r = rig()
  await r.apply(wanted(ten))
  const external = ten.replace(/^(link|address).*\n/gm, '')
  const round = await r.apply(wanted(external), { consent: 0 })
  assert.match(round.verdict.refusal ?? '', /the last address.*--yes-remove 10/)
  assert.is(r.text(), ten)
})

test('a service that loses its last backend counts as removed', async () => {
  const r = rig()
  await r.apply(wanted(web))
  const round = await r.apply(wanted(web.replace(/ {2}->.*\n/g, '')), { consent: 0 })
  assert.match(round.verdict.refusal ?? '', /the last service/)
  assert.is(r.text(), web)
})

test('what a first look missed does not slip past the guard at the second', async () => {
  let blind = true
  const hide = (seen: State): State => {
    if (!blind) return seen
    blind = false
    return { ...seen, service: new Map([...seen.service].slice(0, 1)) }
  }
  let looks = 0
  const r = rig('', { misread: seen => (looks > 0 ? hide(seen) : seen) })
  await r.apply(wanted(ten))
  looks = 1
  const fewer = ten.split('\n').filter(line => !/192\.0\.2\.[2-9]/.test(line))
  const text = [
    'link slb0 dummy up ours',
    'service tcp 192.0.2.0:80 wrr ours',
    '  -> 10.0.0.1:80 nat weight 2',
    'service tcp 192.0.2.1:80 wrr ours',
    '  -> 10.0.0.1:80 nat weight 1',
    ...fewer.filter(l => l.startsWith('address')),
  ].join('\n')
  const round = await r.apply(wanted(`${text}\n`), { consent: 0 })
  assert.ok(round.verdict.refusal, 'refused')
  assert.is(r.table.state().service.size, 10)
})

test('the old VIP stays while its successor cannot be made', async () => {
  const r = rig('', {
    fail: change =>
      change.kind === 'service' && change.row.id.key === 'tcp 192.0.2.11:80'
        ? new SlbError('missing', 'no scheduler wrr', { errno: 'ENOENT' })
        : undefined,
  })
  await r.apply(wanted(web))
  const round = await r.apply(wanted(web.replaceAll('192.0.2.10', '192.0.2.11')))
  assert.is(r.text(), web)
  assert.equal(
    round.left.pending.map(one => [one.key, one.reason]),
    [
      ['tcp 192.0.2.10:80', 'stays until tcp 192.0.2.11:80 can be added'],
      ['address slb0 192.0.2.11/32', 'waits for tcp 192.0.2.11:80'],
      ['address slb0 192.0.2.10/32', 'stays with tcp 192.0.2.10:80'],
    ],
  )
})

test('no VIP before its source NAT stands', async () => {
  const r = rig('', {
    fail: change =>
      change.kind === 'snat' ? new SlbError('missing', 'no nft', { errno: 'ENOENT' }) : undefined,
  })
  const round = await r.apply(wanted(`${web}snat tcp 192.0.2.10:80\n`))
  assert.not.match(r.text(), /address/)
  assert.ok(round.left.pending.some(one => one.reason === 'waits for snat tcp 192.0.2.10:80'))
})

test('our VIP stays while a service of somebody else is reached by it', async () => {
  const r = rig('service tcp 192.0.2.10:443 rr\n  -> 10.9.9.9:443 nat weight 1\n')
  await r.apply(wanted(web))
  const round = await r.apply(wanted(''))
  assert.match(r.text(), /address slb0 192\.0\.2\.10\/32/)
  assert.match(round.left.notes.join(), /192\.0\.2\.10\/32 stays: tcp 192\.0\.2\.10:443/)
})

test('a backend whose weight somebody raised during its drain is drained again, not cut', async () => {
  let polls = 0
  const key = 'tcp 192.0.2.10:80 -> 10.0.0.12:8080'
  const r = rig('', {
    connections: () => {
      if (++polls === 4) r.table.alter(raise())
      return { active: polls < 4 ? 3 : 500, inactive: 0, persistent: 0 }
    },
  })
  const raise = (): Change[] => {
    const from = r.table.state().service.get('tcp 192.0.2.10:80')?.destinations[1]
    return from === undefined
      ? []
      : [{ op: 'update', kind: 'destination', row: { ...from, weight: 5 }, from }]
  }
  await r.apply(wanted(web, 2_000))
  const start = r.clock.now
  const round = await r.apply(wanted(web.replace(/ {2}-> 10.0.0.12.*\n/, ''), 2_000))
  assert.equal(round.drained.map(one => one.key).includes(key), true)
  assert.ok(r.clock.now - start >= 3_000, 'it drained a second time')
})

test('what stood when we came to create it is not removed by a rollback', async () => {
  let late = true
  const r = rig('', {
    before: change => {
      if (change.kind !== 'service' || !late) return
      late = false
      const row = state(web).service.get('tcp 192.0.2.10:80')
      if (row) r.table.alter([{ op: 'create', kind: 'service', row }])
    },
  })
  await r.apply(wanted(web))
  const back = rewound(r.table.state(), r.ledger(), r.entries)
  assert.ok(back.state.service.has('tcp 192.0.2.10:80'))
})

test.run()
