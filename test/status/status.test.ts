import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { PlanInput } from '../../src/plan/draft.ts'
import { plan } from '../../src/plan/plan.ts'
import { calm } from '../../src/serve/circumstances.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { type Status, statusOf } from '../../src/status/status.ts'
import type { Standing } from '../../src/status/verdict.ts'
import { state, wanted } from '../engine/rig.ts'

const facts = { cares: new Map(), circumstances: calm, wall: new Date(0), boot: 'b0' }

function status(want: string, have: string, more: Partial<PlanInput> = {}): Status {
  const input = { wanted: wanted(want, 60_000), seen: state(have), ledger: emptyLedger, ...more }
  const found = plan({ ...input, conflict: 'refuse' })
  const connections = new Map()
  return statusOf({
    ...input,
    written: input.wanted,
    plan: found,
    connections,
    facts,
    sessions: [],
  })
}

/** How each row stands, by its name: `10.0.0.11:8080: ok`; without VIPs that stand nowhere. */
function standings(...args: Parameters<typeof status>): Record<string, Standing> {
  const { services, vips, others } = status(...args)
  const rows: [string, Standing][] = []
  for (const { listeners } of services)
    for (const { key, state, backends } of listeners) {
      rows.push([key, state])
      for (const backend of backends) rows.push([backend.address, backend.state])
    }
  for (const { address, link, state } of vips)
    if (link !== '') rows.push([`${address} on ${link}`, state])
  for (const { key, state } of others) rows.push([key, state])
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

test('a drain that the plan would begin is none yet: service and address are unwanted', () => {
  const both = `${service}  -> 10.0.0.11:80 nat weight W\naddress slb0 192.0.2.10/32 ours\nlink slb0 dummy up ours\n`
  const drain = 'tcp 192.0.2.10:80 -> 10.0.0.11:80'
  for (const [weight, draining, standing] of [
    ['1', new Map(), 'unwanted'],
    ['0', new Map([[drain, 1_000_000]]), 'draining'],
  ] as const) {
    const ledger = { ...emptyLedger, draining }
    const found = standings('', both.replace('W', weight), { ledger })
    assert.equal([found['10.0.0.11:80'], found['192.0.2.10 on slb0']], [standing, standing])
  }
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
  assert.equal(standings(want, foreign, { adopt: 'all' }), {
    'tcp 192.0.2.10:80': 'foreign',
    '10.0.0.11:80': 'missing',
    '10.0.0.12:80': 'unwanted',
  })
})

const draining = `link slb0 dummy up ours
address slb0 192.0.2.10/32 ours
snat tcp 192.0.2.10:80
${service}  -> 10.0.0.11:80 nat weight 0
`

test('what is live and waits for a drain is draining, not missing', () => {
  const ledger = { ...emptyLedger, draining: new Map([['tcp 192.0.2.10:80 -> 10.0.0.11:80', 9]]) }
  assert.equal(standings('', draining, { ledger: { ...ledger, link: new Set(['link slb0']) } }), {
    'tcp 192.0.2.10:80': 'draining',
    '10.0.0.11:80': 'draining',
    '192.0.2.10 on slb0': 'draining',
    'link slb0': 'draining',
    'snat tcp 192.0.2.10:80': 'draining',
  })
})

test('an address that stays until it stands elsewhere is unwanted, and says what it waits for', () => {
  const at = (link: string) => `link ${link} dummy up ours\naddress ${link} 192.0.2.10/32 ours\n`
  const failed = new Set(['address web 192.0.2.10/32'])
  const have = `${at('slb0')}link web dummy up ours\n${service}`
  const { vips } = status(`${at('web')}${service}`, have, { failed })
  assert.equal(
    vips.find(({ link }) => link === 'slb0'),
    {
      address: '192.0.2.10',
      family: 'ipv4',
      link: 'slb0',
      services: [],
      state: 'unwanted',
      why: 'stays until address web 192.0.2.10/32 can be added',
    },
  )
})

test('where nothing is left but to wait for a drain, that is all that keeps it from being in sync', () => {
  const stays = `${service}  -> 10.0.0.12:80 nat weight 1\n`
  const key = 'tcp 192.0.2.10:80 -> 10.0.0.11:80'
  for (const [weight, begun, waiting] of [
    [0, new Map([[key, 1_000_000]]), true],
    [1, new Map(), false],
  ] as const) {
    const live = `${service}  -> 10.0.0.11:80 nat weight ${weight}\n  -> 10.0.0.12:80 nat weight 1\n`
    const found = status(stays, live, { ledger: { ...emptyLedger, draining: begun } })
    assert.equal([found.in_sync, found.waiting], [false, waiting])
  }
})

test('what differs is always said: links, source NAT, switches, refused ones with the reason', () => {
  const both = `${service}address slb0 192.0.2.10/32 ours\n`
  const hazards = new Map([['sysctl net.ipv6.conf.all.forwarding', 'eth0 would lose its route']])
  const { others, in_sync } = status(
    `link slb0 dummy up ours\nsnat tcp 192.0.2.10:80\nsysctl net.ipv6.conf.all.forwarding = 1\n${both}`,
    `link slb0 dummy down ours\n${both}`,
    { hazards },
  )
  assert.is(in_sync, false)
  assert.equal(others, [
    { key: 'link slb0', state: 'differs', why: 'up off -> on' },
    { key: 'snat tcp 192.0.2.10:80', state: 'missing' },
    {
      key: 'sysctl net.ipv6.conf.all.forwarding',
      state: 'refused',
      why: 'eth0 would lose its route',
    },
  ])
})

test('a VIP that somebody else puts up is listed with the link that it stands on', () => {
  assert.equal(
    standings(service, `${service}address eth0 192.0.2.10/24\n`)['192.0.2.10 on eth0'],
    'external',
  )
  const { vips, in_sync } = status(service, service)
  assert.is(in_sync, true, 'slb has nothing to do there')
  assert.equal(vips, [
    {
      address: '192.0.2.10',
      family: 'ipv4',
      link: '',
      services: ['web'],
      state: 'external',
      why: 'stands on no link here',
    },
  ])
})

test.run()
