import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { plan } from '../../src/plan/plan.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { type Standing, statusOf } from '../../src/status/status.ts'
import { state, wanted } from '../engine/rig.ts'

/** How each row stands, by its name: `10.0.0.11:8080: ok`. */
function standings(want: string, have: string, adopt?: 'all'): Record<string, Standing> {
  const input = { wanted: wanted(want, 60_000), seen: state(have), ledger: emptyLedger }
  const found = plan({ ...input, conflict: 'refuse', ...(adopt && { adopt }) })
  const status = statusOf({ ...input, plan: found, connections: new Map() })
  const rows: [string, Standing][] = []
  for (const { listeners } of status.services)
    for (const { key, state, backends } of listeners) {
      rows.push([key, state])
      for (const backend of backends) rows.push([backend.address, backend.state])
    }
  for (const { address, link, state } of status.vips) rows.push([`${address} on ${link}`, state])
  for (const { key, state } of status.kernel) rows.push([key, state])
  return Object.fromEntries(rows)
}

const service = 'service tcp 192.0.2.10:80 wrr ours\n'

test('live as wanted is ok', () => {
  const both = `${service}  -> 10.0.0.11:80 nat weight 1\naddress slb0 192.0.2.10/32 ours\n`
  const links = 'link slb0 dummy up ours\n'
  assert.equal(standings(both + links, both + links), {
    'tcp 192.0.2.10:80': 'ok',
    '10.0.0.11:80': 'ok',
    '192.0.2.10 on slb0': 'ok',
  })
})

test('wanted and not live is missing, with all that is behind it', () => {
  assert.equal(
    standings(`${service}  -> 10.0.0.11:80 nat weight 1\nsysctl net.ipv4.ip_forward = 1\n`, ''),
    {
      'tcp 192.0.2.10:80': 'missing',
      '10.0.0.11:80': 'missing',
      'sysctl net.ipv4.ip_forward': 'differs',
    },
  )
})

test('live otherwise differs; ours and not wanted is unwanted', () => {
  assert.equal(
    standings(
      `${service}  -> 10.0.0.11:80 nat weight 1\n`,
      `${service.replace('wrr', 'rr')}  -> 10.0.0.11:80 nat weight 5\n  -> 10.0.0.12:80 nat weight 1\n`,
    ),
    { 'tcp 192.0.2.10:80': 'differs', '10.0.0.11:80': 'differs', '10.0.0.12:80': 'unwanted' },
  )
  assert.equal(standings('', service), { 'tcp 192.0.2.10:80': 'unwanted' })
})

test('held by somebody else is refused, or foreign until it is taken over', () => {
  const foreign = 'service tcp 192.0.2.10:80 rr\n  -> 10.0.0.12:80 nat weight 1\n'
  const want = `${service}  -> 10.0.0.11:80 nat weight 1\n`
  assert.equal(standings(want, foreign), {
    'tcp 192.0.2.10:80': 'refused',
    '10.0.0.12:80': 'refused',
  })
  assert.equal(standings(want, foreign, 'all'), {
    'tcp 192.0.2.10:80': 'foreign',
    '10.0.0.11:80': 'missing',
    '10.0.0.12:80': 'unwanted',
  })
})

test.run()
