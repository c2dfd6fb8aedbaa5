/** What failed for one reason is one line of the log. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { roundNotes } from '../../src/daemon/tell.ts'
import type { Round } from '../../src/engine/reconcile.ts'
import type { Change, Failure } from '../../src/model/change.ts'
import { SlbError } from '../../src/model/error.ts'
import { state } from '../engine/rig.ts'

const route = (n: number): Change => {
  const [row] = state(`route 192.0.2.${n}/32 by gobgp api unix:/g ours\n`).route.values()
  if (row === undefined) throw new Error('there is one')
  return { op: 'create', kind: 'route', row }
}
const told = (failures: readonly Failure[]) =>
  roundNotes({ plan: { changes: [] }, verdict: {}, drained: [], failures } as unknown as Round)

test('nothing that a gobgpd was to be told fills the log when it does not run', () => {
  const error = new SlbError('missing', 'there is no gobgpd at unix:/g', { hint: 'start it' })
  const all = Array.from({ length: 12 }, (_, n) => ({ change: route(n), error }))
  const keys = all.slice(0, 10).map((_, n) => `route 192.0.2.${n}/32`)
  assert.equal(told(all), [['error', error.message, { keys, more: 2, hint: 'start it' }]])
})

test('what failed for reasons of its own is told one by one, and not without end', () => {
  const all = Array.from({ length: 12 }, (_, n) => {
    return { change: route(n), error: new SlbError('invalid', `no ${n}`, { errno: 'EINVAL' }) }
  })
  const notes = told(all)
  assert.is(notes.length, 11)
  assert.equal(notes[0], ['error', 'no 0', { key: 'route 192.0.2.0/32', errno: 'EINVAL' }])
  assert.equal(notes[10], ['error', 'and 2 more like these'])
})

const weighed = (from: number, to: number): Change => {
  const [row, before] = [to, from].map(
    weight =>
      [
        ...state(`service tcp 192.0.2.1:80 wrr\n  -> 10.0.0.1:80 nat weight ${weight}\n`).service,
      ][0]?.[1].destinations[0],
  )
  if (row === undefined || before === undefined) throw new Error('there is one')
  return { op: 'update', kind: 'destination', row, from: before }
}
const levelOf = (change: Change, byCheck: boolean): unknown => {
  const round = {
    plan: { changes: [change], pending: [], refused: [] },
    left: { pending: [], refused: [] },
    verdict: {},
    drained: [],
    failures: [],
  }
  return roundNotes(round as unknown as Round, byCheck)[0]?.[0]
}

test('the steps of a slow start are for those who want to see all; what goes to 0 is not one', () => {
  assert.is(levelOf(weighed(2, 3), true), 'debug')
  assert.is(levelOf(weighed(2, 3), false), 'info')
  assert.is(levelOf(weighed(2, 0), true), 'info')
  assert.is(levelOf(weighed(0, 2), true), 'info')
})

test.run()
