/** What going back lays over the present, and what a round may end that was begun before. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rewound } from '../../src/engine/undo.ts'
import { isApply } from '../../src/state/history.ts'
import { rig, wanted } from './rig.ts'

const web = (weight: number): string => `service tcp 10.1.0.1:80 rr ours
  -> 10.0.0.1:80 nat weight ${weight}
`
const mail = `service tcp 10.1.0.2:25 rr ours
  -> 10.0.0.2:25 nat weight 1
`
const drift = { kind: 'drift', command: 'run', user: 'slb', files: [] } as const
const strict = { limits: { maxRemove: { count: 0 } }, consent: 0 } as const

test('a repair of drift is not undone: nobody wants the damage back', async () => {
  const r = rig()
  await r.apply(wanted(web(1) + mail))
  await r.apply(wanted(web(5) + mail))
  const [service] = [...r.table.state().service.values()].filter(row => row.id.key.endsWith(':25'))
  assert.ok(service)
  await r.table.apply([{ op: 'delete', kind: 'service', row: service }])
  await r.apply(wanted(web(5) + mail), { cause: drift })
  assert.equal(
    r.entries.map(({ cause }) => cause.kind),
    ['drift', 'operator', 'operator'],
  )
  const back = rewound(r.table.state(), r.ledger(), r.entries.slice(0, 2).filter(isApply))
  assert.equal([...back.state.service.keys()].sort(), ['tcp 10.1.0.1:80', 'tcp 10.1.0.2:25'])
  assert.is(back.state.service.get('tcp 10.1.0.1:80')?.destinations[0]?.weight, 1)
})

test('what was agreed to when a drain began needs no second consent at its end', async () => {
  const r = rig()
  const services = Array.from(
    { length: 6 },
    (_, i) => `service tcp 10.1.0.${i + 1}:80 rr ours\n  -> 10.0.0.1:80 nat weight 1\n`,
  )
  await r.apply(wanted(services.join(''), 5000))
  const less = wanted(services[0] ?? '', 5000)
  const refused = await r.apply(less, { ...strict, wait: 0 })
  assert.ok(refused.verdict.refusal)
  await r.apply(less, { ...strict, consent: 5, wait: 0 })
  assert.is(r.ledger().draining.size, 5)
  r.clock.now += 6000
  const round = await r.apply(less, { ...strict, wait: 1, drainsOnly: true })
  assert.is(round.verdict.refusal, undefined)
  assert.is(r.table.state().service.size, 1)
})

test('a round that only ends drains leaves drift to a look', async () => {
  const r = rig()
  await r.apply(wanted(web(1) + mail, 5000))
  await r.apply(wanted(mail, 5000), { wait: 0 })
  const [row] = r.table.state().service.get('tcp 10.1.0.2:25')?.destinations ?? []
  assert.ok(row)
  await r.table.apply([
    { op: 'update', kind: 'destination', row: { ...row, weight: 9 }, from: row },
  ] as never)
  r.clock.now += 6000
  const [entry] = r.entries
  assert.ok(entry)
  await r.apply(wanted(mail, 5000), { wait: 1, drainsOnly: true, continues: entry })
  assert.equal([...r.table.state().service.keys()], ['tcp 10.1.0.2:25'])
  const weight = r.table.state().service.get('tcp 10.1.0.2:25')?.destinations[0]?.weight
  assert.is(weight, 9, 'that is drift, with an entry of its own')
})

test('the end of drains does not make an apply good that failed', async () => {
  const r = rig()
  await r.apply(wanted(web(1) + mail, 5000))
  await r.apply(wanted(mail, 5000), { wait: 0 })
  const [entry] = r.entries
  assert.ok(entry)
  r.entries[0] = { ...entry, outcome: 'failed' }
  r.clock.now += 6000
  await r.apply(wanted(mail, 5000), { wait: 1, drainsOnly: true, continues: entry })
  assert.is(r.table.state().service.size, 1)
  assert.is(r.entries[0].outcome, 'failed')
})

test.run()
