/** The JSON of any status is what schema/status.schema.json says. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { plan } from '../../src/plan/plan.ts'
import { want } from '../../src/plan/want.ts'
import { calm } from '../../src/serve/circumstances.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import type { AnnouncementView, PeerView } from '../../src/status/announcements.ts'
import { statusOf } from '../../src/status/status.ts'
import { desired, foreign, forgotten, over } from '../property/arbitrary.ts'
import { check } from '../property/runs.ts'
import { documentOf, faultsOf } from './document.ts'

test('every status fits the schema', () =>
  check(
    'statuses',
    200,
    fc.property(desired, foreign, forgotten, (config, others, rest) => {
      const wanted = want(config)
      const seen = over(rest, others)
      const status = statusOf({
        written: wanted,
        wanted,
        seen,
        ledger: emptyLedger,
        plan: plan({ wanted, seen, ledger: emptyLedger, conflict: 'refuse' }),
        connections: new Map(),
        facts: { cares: new Map(), circumstances: calm, wall: new Date(0), boot: 'b0' },
        sessions: [],
      })
      assert.is(faultsOf(documentOf(status)), undefined)
    }),
  ))

const backend = {
  address: '10.0.0.11:80',
  forward: 'nat',
  weight: 1,
  wanted_weight: 1,
  state: 'ok',
  health: { verdict: 'up', since: '2026-05-01T12:00:00Z' },
}
const listener = { key: 'tcp 192.0.2.10:80', scheduler: 'rr', state: 'ok', backends: [backend] }

const nothing = {
  in_sync: true,
  waiting: false,
  health: { checked: true, backends: 0, up: 0, down: 0, unknown: 0, suspect: null },
  overrides: [],
  services: [{ name: 'web', listeners: [listener] }],
  vips: [],
  peers: [],
  announcements: [],
  others: [],
  foreign: [],
}

const peer: PeerView = {
  address: '10.0.0.1',
  as: 65000,
  speaker: 'embedded',
  session: 'open-sent',
  since: '2026-05-01T12:00:00.000Z',
  routes: 0,
  last_error: 'connection refused',
  warning: 'its graceful restart is off',
  state: 'ok',
}
const announcement: AnnouncementView = {
  key: 'route 192.0.2.10/32',
  kind: 'route',
  services: ['web', 'mail'],
  held_by: ['web'],
  withheld_by: { mail: '0 of 2 up' },
  state: 'out',
  why: 'withheld',
}

test('peers and announcements fit the schema', () => {
  const status = { ...nothing, peers: [peer], announcements: [announcement] }
  assert.is(faultsOf(documentOf(status)), undefined)
})

test('the schema refuses what no status holds', () => {
  const withBackend = (more: object): object =>
    documentOf({
      ...nothing,
      services: [
        { name: 'web', listeners: [{ ...listener, backends: [{ ...backend, ...more }] }] },
      ],
    })
  assert.is(faultsOf(withBackend({})), undefined)
  assert.match(faultsOf(withBackend({ state: 'fine' })) ?? '', 'enum')
  assert.match(faultsOf(withBackend({ weigth: 1 })) ?? '', 'additional')
  assert.match(faultsOf(withBackend({ health: {} })) ?? '', 'verdict')
  assert.match(faultsOf(withBackend({ drain_ends: 'soon' })) ?? '', 'date-time')
  assert.match(faultsOf(documentOf({ ...nothing, news: 1 })) ?? '', 'additional')
})

test.run()
