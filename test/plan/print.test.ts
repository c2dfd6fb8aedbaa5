import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change } from '../../src/model/change.ts'
import type { Ip } from '../../src/model/ip.ts'
import { type Destination, type Service, serviceId } from '../../src/model/rows.ts'
import { planDocument, planJson } from '../../src/plan/json.ts'
import { type PrintOptions, planLines } from '../../src/plan/print.ts'
import type { Plan } from '../../src/plan/types.ts'

const id = serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 80)

function destination(address: string, parts: Partial<Destination> = {}): Destination {
  const row = { address: address as Ip, port: 8080, forward: 'nat' as const, weight: 1 }
  return { service: id, ...row, upper: 0, lower: 0, ...parts }
}

const service: Service = {
  id,
  scheduler: 'wrr',
  schedulerFlags: 0,
  persistence: 0,
  netmask: 32,
  engine: '',
  onePacket: false,
  owned: true,
  destinations: [],
}

const link = { name: 'slb0', type: 'dummy', up: true, owned: true }
const address = {
  link: 'slb0',
  address: '192.0.2.10' as Ip,
  prefix: 32,
  nodad: true,
  dadFailed: false,
  owned: true,
}

function planOf(changes: readonly Change[], parts: Partial<Plan> = {}): Plan {
  return {
    changes,
    refused: [],
    pending: [],
    foreign: [],
    notes: [],
    forgotten: [],
    names: new Map([
      [id.key, ['web']],
      ['link slb0', ['web']],
      ['address slb0 192.0.2.10/32', ['web']],
    ]),
    reasons: new Map(),
    drains: new Map([[id.key, 60_000]]),
    revision: 'r1',
    ...parts,
  }
}

function shows(plan: Plan, expected: string, options: PrintOptions = {}): void {
  const want = expected.replace(/^\n/, '').replace(/^ {4}/gm, '').trimEnd()
  assert.is([...planLines(plan, options)].join('\n'), want)
}

test('a first apply: the settings of the machine, then each service with what is behind it', () => {
  const plan = planOf(
    [
      {
        op: 'update',
        kind: 'sysctl',
        row: { name: 'net.ipv4.ip_forward', value: '1' },
        from: { name: 'net.ipv4.ip_forward', value: '0' },
      },
      { op: 'create', kind: 'link', row: link },
      { op: 'create', kind: 'service', row: service },
      { op: 'create', kind: 'destination', row: destination('10.0.0.11') },
      { op: 'create', kind: 'destination', row: destination('10.0.0.2', { weight: 5, upper: 9 }) },
      { op: 'create', kind: 'address', row: address },
    ],
    { reasons: new Map([['sysctl net.ipv4.ip_forward', 'needed by web']]) },
  )
  shows(
    plan,
    `
    kernel settings
       ~ sysctl net.ipv4.ip_forward 0 -> 1, needed by web

    web
       + link slb0  dummy
       + tcp 192.0.2.10:80  wrr
           + 10.0.0.11:8080  nat, weight 1
           + 10.0.0.2:8080   nat, weight 5, upper 9
       + address slb0 192.0.2.10/32

    Plan: 5 to add, 1 to change, 0 to drain, 0 to remove.
    `,
  )
})

test('each field that changes is named with its two values', () => {
  const changed: Service = {
    ...service,
    scheduler: 'sh',
    schedulerFlags: 3,
    persistence: 300,
    netmask: 24,
    engine: 'sip',
    onePacket: true,
  }
  const tunnel = { type: 'gue', port: 6080, checksum: 'remote' } as const
  const row = destination('10.0.0.11', { forward: 'tunnel', weight: 5, upper: 9, lower: 3, tunnel })
  shows(
    planOf([
      { op: 'update', kind: 'service', row: changed, from: service },
      { op: 'update', kind: 'destination', row, from: destination('10.0.0.11') },
    ]),
    `
    web
       ~ tcp 192.0.2.10:80  scheduler wrr -> sh, flags none -> sh-fallback+sh-port, persistence none -> 300s, netmask /32 -> /24, engine none -> sip, one-packet off -> on
           ~ 10.0.0.11:8080  forward nat -> tunnel, weight 1 -> 5, upper none -> 9, lower none -> 3, tunnel none -> gue:6080 checksum remote

    Plan: 0 to add, 2 to change, 0 to drain, 0 to remove.
    `,
  )
})

test('a removal says how many connections it meets and what happens to them', () => {
  const plan = planOf([
    { op: 'drain', kind: 'destination', row: destination('10.0.0.11') },
    { op: 'delete', kind: 'destination', row: destination('10.0.0.12') },
    { op: 'drain', kind: 'destination', row: destination('10.0.0.13') },
  ])
  const users = new Map([
    ['tcp 192.0.2.10:80 -> 10.0.0.11:8080', { active: 12, persistent: 3 }],
    ['tcp 192.0.2.10:80 -> 10.0.0.12:8080', { active: 1, persistent: 0 }],
  ])
  shows(
    plan,
    `
    web
         tcp 192.0.2.10:80
           > 10.0.0.11:8080  12 active, 3 persistent clients: wait up to 60s, then reset
           - 10.0.0.12:8080  1 active: cut at once
           > 10.0.0.13:8080  no connections

    Plan: 0 to add, 0 to change, 2 to drain, 1 to remove.
    `,
    { users },
  )
  shows(
    plan,
    `
    web
         tcp 192.0.2.10:80
           > 10.0.0.11:8080  wait up to 60s, then reset
           - 10.0.0.12:8080
           > 10.0.0.13:8080  wait up to 60s, then reset

    Plan: 0 to add, 0 to change, 2 to drain, 1 to remove.
    `,
  )
})

test('of UDP all that there is are flows: IPVS knows none of them for active', () => {
  const dns = { service: serviceId('udp', 'ipv4', '192.0.2.10' as Ip, 53) }
  const { key } = dns.service
  shows(
    planOf(
      [
        { op: 'drain', kind: 'destination', row: destination('10.0.0.11', dns) },
        { op: 'delete', kind: 'destination', row: destination('10.0.0.12', dns) },
        { op: 'delete', kind: 'destination', row: destination('10.0.0.13', dns) },
      ],
      { names: new Map([[key, ['dns']]]), drains: new Map([[key, 60_000]]) },
    ),
    `
    dns
         udp 192.0.2.10:53
           > 10.0.0.11:8080  2 flows: wait up to 60s, then cut
           - 10.0.0.12:8080  1 flow, 1 persistent client: cut at once
           - 10.0.0.13:8080  no connections

    Plan: 0 to add, 0 to change, 1 to drain, 2 to remove.
    `,
    {
      users: new Map([
        ['udp 192.0.2.10:53 -> 10.0.0.11:8080', { active: 0, inactive: 2, persistent: 0 }],
        ['udp 192.0.2.10:53 -> 10.0.0.12:8080', { active: 0, inactive: 1, persistent: 1 }],
      ]),
    },
  )
})

test('a service that goes is one line, its backends say what they meet', () => {
  shows(
    planOf([
      { op: 'drain', kind: 'destination', row: destination('10.0.0.11') },
      { op: 'drain', kind: 'service', row: service },
    ]),
    `
    web
       > tcp 192.0.2.10:80
           > 10.0.0.11:8080  1 active, 1 persistent client: wait up to 60s, then reset

    Plan: 0 to add, 0 to change, 2 to drain, 0 to remove.
    `,
    { users: new Map([['tcp 192.0.2.10:80 -> 10.0.0.11:8080', { active: 1, persistent: 1 }]]) },
  )
})

test('drift has a mark of its own before the symbol of what repairs it', () => {
  const drifted = { drift: true, kind: 'destination' } as const
  shows(
    planOf([
      {
        ...drifted,
        op: 'update',
        row: destination('10.0.0.11'),
        from: destination('10.0.0.11', { weight: 9 }),
      },
      { ...drifted, op: 'create', row: destination('10.0.0.12') },
      {
        op: 'update',
        kind: 'address',
        row: address,
        from: { ...address, owned: false },
        drift: true,
      },
      { op: 'replace', kind: 'link', row: link, from: { ...link, type: 'bridge' }, drift: true },
    ]),
    `
    web
    !-/+ link slb0  type bridge -> dummy (cannot be changed in place; changed outside slb)
         tcp 192.0.2.10:80
          !~ 10.0.0.11:8080  weight 9 -> 1 (changed outside slb)
          !+ 10.0.0.12:8080  nat, weight 1 (changed outside slb)
      !~ address slb0 192.0.2.10/32  mark none -> slb (changed outside slb)

    Plan: 2 to add, 2 to change, 0 to drain, 1 to remove.
    `,
  )
})

test('what is adopted is listed and not counted', () => {
  const from = { ...service, owned: false, scheduler: 'rr' }
  shows(
    planOf([{ op: 'adopt', kind: 'service', row: service, from }]),
    `
    web
       = tcp 192.0.2.10:80  taken over, scheduler rr -> wrr

    Plan: 0 to add, 0 to change, 0 to drain, 0 to remove.
    `,
  )
})

test('nothing to do is said in one sentence', () => {
  shows(planOf([]), 'No changes. The live state matches the configuration.')
})

test('what is refused, unfinished or not ours stands after the changes', () => {
  const plan = planOf([], {
    refused: [
      {
        key: id.key,
        kind: 'service',
        owner: 'not made by slb',
        hint: 'set adopt = true in [service.web]',
      },
    ],
    pending: [
      { key: 'tcp 192.0.2.10:80 -> 10.0.0.12:8080', reason: 'draining', deadline: 43_000 },
      { key: 'address slb0 192.0.2.10/32', reason: 'waits for tcp 192.0.2.10:80' },
    ],
    foreign: [1, 2, 3, 4, 5, 6, 7].map(n => ({ key: `tcp 198.51.100.${n}:80`, kind: 'service' })),
    notes: ['net.ipv4.vs.sloppy_tcp is no longer in the configuration and stays as it is'],
  })
  shows(
    plan,
    `
    refused
       x tcp 192.0.2.10:80  not made by slb
           set adopt = true in [service.web]

    not finished
         tcp 192.0.2.10:80 -> 10.0.0.12:8080  draining, 42s left
         address slb0 192.0.2.10/32  waits for tcp 192.0.2.10:80

    not made by slb, left alone
         tcp 198.51.100.1:80
         tcp 198.51.100.2:80
         tcp 198.51.100.3:80
         tcp 198.51.100.4:80
         tcp 198.51.100.5:80
         ... 2 more (-v shows all)

    Note: net.ipv4.vs.sloppy_tcp is no longer in the configuration and stays as it is

    Plan: 0 to add, 0 to change, 0 to drain, 0 to remove.
    `,
    { present: { boot: 1000, wall: 0 } },
  )
})

test('rows of several services stand apart and say whose they are', () => {
  const names = new Map([
    ['link slb0', ['a', 'b', 'c', 'd']],
    ['address slb0 192.0.2.10/32', ['a', 'b']],
  ])
  shows(
    planOf(
      [
        { op: 'create', kind: 'link', row: link },
        { op: 'create', kind: 'address', row: address },
        { op: 'delete', kind: 'service', row: service },
      ],
      { names },
    ),
    `
    shared by services
       + link slb0  dummy, for 4 services
       + address slb0 192.0.2.10/32  for a, b

    of no service
       - tcp 192.0.2.10:80

    Plan: 2 to add, 0 to change, 0 to drain, 1 to remove.
    `,
  )
})

test('of many backends that are treated alike some are shown, the others counted', () => {
  const changes: Change[] = Array.from({ length: 13 }, (_, i) => ({
    op: 'create',
    kind: 'destination',
    row: destination(`10.0.0.${i + 10}`, { weight: i === 12 ? 7 : 1 }),
  }))
  const lines = [...planLines(planOf(changes))]
  assert.is(lines.length, 2 + 11 + 1 + 2)
  assert.is(lines[12], '       + 10.0.0.22:8080  nat, weight 7')
  assert.is(lines[13], '       + ... 2 more: nat, weight 1 (-v shows all)')
  assert.is([...planLines(planOf(changes), { verbose: true })].length, 2 + 13 + 2)
})

test('of many services that are only created some are shown, the others counted', () => {
  const changes: Change[] = []
  const names = new Map<string, readonly string[]>()
  for (let i = 10; i < 40; i++) {
    const own = serviceId('tcp', 'ipv4', `192.0.2.${i}` as Ip, 80)
    names.set(own.key, [`s${i}`])
    const row = { ...service, id: own }
    changes.push(
      i === 39 ? { op: 'delete', kind: 'service', row } : { op: 'create', kind: 'service', row },
    )
  }
  const lines = [...planLines(planOf(changes, { names }))]
  assert.is(lines.filter(line => line.includes('  wrr')).length, 20)
  assert.ok(lines.includes('... 9 more services, 9 to add (-v shows all)'))
  assert.ok(lines.includes('   - tcp 192.0.2.39:80'), 'what is removed is never left out')
})

test('colours follow the meaning', () => {
  const paint = (tone: string, text: string) => `<${tone}>${text}</>`
  const change = { op: 'create', kind: 'service', row: service, drift: true } as const
  assert.is(
    [...planLines(planOf([change]), { paint })][1],
    '  <drift>!</><create>+</> tcp 192.0.2.10:80  wrr (changed outside slb)',
  )
})

test('JSON has every field of the row before and after', () => {
  const plan = planOf([
    {
      op: 'update',
      kind: 'destination',
      row: destination('10.0.0.11', { weight: 5 }),
      from: destination('10.0.0.11'),
      drift: true,
    },
    { op: 'delete', kind: 'link', row: link },
  ])
  const text = [...planJson(plan)].join('')
  const fields = { forward: 'nat', upper: 0, lower: 0 }
  assert.equal(JSON.parse(text), {
    format_version: 1,
    revision: 'r1',
    changes: [
      {
        op: 'update',
        kind: 'destination',
        key: 'tcp 192.0.2.10:80 -> 10.0.0.11:8080',
        service: ['web'],
        from: { ...fields, weight: 1 },
        to: { ...fields, weight: 5 },
        drift: true,
      },
      {
        op: 'delete',
        kind: 'link',
        key: 'link slb0',
        service: ['web'],
        from: { type: 'dummy', up: true, owned: true },
        to: null,
      },
    ],
    summary: { add: 0, change: 1, drain: 0, remove: 1 },
    foreign: [],
    pending: [],
    refused: [],
    notes: [],
  })
  assert.equal(JSON.parse(text), planDocument(plan), 'in pieces and at once are the same')
  assert.is(text.trimEnd().split('\n').length, 3, 'a change a line')
})

test('JSON gives deadlines as dates, and leaves the change that ends a drain out', () => {
  const change = { op: 'delete', kind: 'destination', row: destination('10.0.0.11') } as const
  const pending = [{ key: 'k', reason: 'draining', deadline: 43_000, change }]
  const present = { boot: 1000, wall: Date.UTC(2026, 0, 1, 12) }
  assert.equal(planDocument(planOf([], { pending }), present).pending, [
    { key: 'k', reason: 'draining', deadline: '2026-01-01T12:00:42Z' },
  ])
})

test.run()
