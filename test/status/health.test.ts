/** What a status says of health and of what operators asked for. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { statusLines } from '../../src/cli/status-lines.ts'
import { load } from '../../src/config/load.ts'
import type { Desired } from '../../src/model/desired.ts'
import type { Override } from '../../src/model/override.ts'
import type { State } from '../../src/model/state.ts'
import { plan } from '../../src/plan/plan.ts'
import type { Wanted } from '../../src/plan/types.ts'
import { want } from '../../src/plan/want.ts'
import { type Memory, noMemory, type Verdict } from '../../src/serve/circumstances.ts'
import { caresOf, serve } from '../../src/serve/serve.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { type Status, statusOf } from '../../src/status/status.ts'
import { asking } from '../serve/scene.ts'
import { documentOf, faultsOf } from './document.ts'

const wall = new Date('2026-05-01T12:00:00Z')
/** Milliseconds of the monotonic clock at that time. */
const now = 1_000_000

interface When {
  /** By address; what is not named is up for an hour. Absent: nobody checks. */
  readonly found?: Readonly<Record<string, Verdict>>
  readonly overrides?: readonly Override[]
  readonly memory?: Memory
  readonly suspicion?: string
  /** What is checked beside the files, as a configuration. */
  readonly beside?: string
  /** What is live; what is wanted, if nobody says otherwise. */
  readonly live?: (wanted: Wanted, written: Wanted) => State
}

async function desiredOf(toml: string): Promise<Desired> {
  const { desired, diagnostics } = await load([{ file: 'slb.toml', text: Buffer.from(toml) }])
  if (desired === undefined) throw new Error(JSON.stringify(diagnostics))
  return desired
}

async function statusWhen(toml: string, when: When): Promise<Status> {
  const desired = await desiredOf(toml)
  const written = want(desired)
  const cares = caresOf(desired)
  const beside = when.beside === undefined ? new Map() : caresOf(await desiredOf(when.beside))
  const verdicts = new Map<string, Verdict>()
  for (const { checks } of [...cares.values(), ...beside.values()])
    for (const { key, address } of [...checks.values()].flat())
      verdicts.set(key, when.found?.[address] ?? { verdict: 'up', since: now - 3_600_000 })
  const circumstances = {
    ...(when.found && { verdicts }),
    overrides: when.overrides ?? [],
    memory: when.memory ?? noMemory,
    now,
  }
  const served = serve(written, when.found ? cares : new Map(), circumstances)
  const { wanted, memory } = served
  const seen = when.live?.(wanted, written) ?? wanted.state
  const status = statusOf({
    written,
    wanted,
    seen,
    ledger: emptyLedger,
    plan: plan({ wanted, seen, ledger: emptyLedger, conflict: 'refuse' }),
    connections: new Map(),
    sessions: [],
    facts: {
      cares,
      beside,
      circumstances: { ...circumstances, memory },
      wall,
      boot: 'b0',
      ...(when.suspicion !== undefined && { suspicion: when.suspicion }),
    },
  })
  assert.is(faultsOf(documentOf(status)), undefined)
  return status
}

/** The lines of a status, blanks made single. */
async function say(toml: string, when: When): Promise<string> {
  const lines = statusLines(await statusWhen(toml, when), 'lb1', 'valid', wall)
  return lines.map(line => line.replace(/ +/g, ' ').trim()).join('\n')
}

const web = (more = ''): string => `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.1", { address = "10.0.0.2", weight = 4 }, "10.0.0.3"]
${more}
[service.web.check]
type = "tcp"
`
const down: Verdict = { verdict: 'down', since: now - 150_000, why: 'refused' }

test('every backend says what was found of it, since when and why: one that is out as well', async () => {
  const text = await say(web(), { found: { '10.0.0.2': down, '10.0.0.3': { verdict: 'unknown' } } })
  assert.is(
    text,
    `Node lb1

NAME STATE HEALTH WEIGHT ACTIVE INACTIVE PERSISTENT WHY
web
tcp 192.0.2.10:80 ok wrr 1 of 3 up
10.0.0.1:80 ok up 60m 1 - - -
10.0.0.2:80 out down 2m 0 - - - refused
10.0.0.3:80 out unknown 0 - - - not answered yet
192.0.2.10 on slb0 ok for web

The live state matches the configuration. Health: 1 of 3 backends is up, 1 down, 1 not known yet.`,
  )
})

test('data has dates, and the weights that are written, wanted and live', async () => {
  const { health, services } = await statusWhen(web('on_down = "quiesce"'), {
    found: { '10.0.0.2': { ...down, bannedUntil: now + 60_000 } },
  })
  assert.equal(health, { checked: true, backends: 3, up: 2, down: 1, unknown: 0, suspect: null })
  assert.equal(services[0]?.listeners[0]?.quorum, { up: 2, of: 3, needed: 1, met: true })
  assert.equal(services[0]?.listeners[0]?.backends[1], {
    address: '10.0.0.2:80',
    forward: 'nat',
    weight: 0,
    wanted_weight: 0,
    written_weight: 4,
    weight_why: 'refused',
    state: 'ok',
    health: {
      verdict: 'down',
      checks: ['tcp 10.0.0.2:80 every 2s'],
      since: '2026-05-01T11:57:30.000Z',
      why: 'refused',
      banned_until: '2026-05-01T12:01:00.000Z',
    },
  })
})

test('why another weight is wanted than is written: slow start, an operator', async () => {
  const memory = { ...noMemory, rising: new Map([['tcp 192.0.2.10:80 -> 10.0.0.2:80', now]]) }
  const overrides = [{ ...asking(9, 'web', '10.0.0.1'), reason: 'a bigger one' }]
  const text = await say(web('slow_start = "30s"'), { found: {}, memory, overrides })
  assert.match(text, '10.0.0.1:80 ok up 60m 9 - - - weight 9 instead of 1: by ann: a bigger one\n')
  assert.match(text, 'weight 1 instead of 4: slow start of web, step 1 of 10\n')
})

test('a ban and a warning are told', async () => {
  const found = {
    '10.0.0.1': { verdict: 'up', since: now, warning: 'the certificate ends in 3 days' },
    '10.0.0.2': { ...down, bannedUntil: now + 90_000 },
  } as const
  const text = await say(web(), { found })
  assert.match(text, 'up 0s 1 - - - the certificate ends in 3 days\n')
  assert.match(text, 'refused; banned for 90s\n')
})

const drains: readonly Override[] = [
  {
    ...asking('drain', 'web', '10.0.0.2'),
    reason: 'kernel update',
    until: { wall: '2026-05-01T20:00:00Z', boot: 'b0', monotonic: now + 7_200_000 },
  },
]

test('what is drained stays in the list: who, why and how long', async () => {
  for (const found of [undefined, {}]) {
    const text = await say(web(), { overrides: drains, ...(found && { found }) })
    assert.match(text, /10\.0\.0\.2:80 out \S.* 0 - - - drained by ann, 2h left: kernel update\n/)
    // The clock of the boot counts, not the date that was meant then.
    const line = 'drain web/10.0.0.2, by ann at 2026-01-01 00:00:00Z, until 2026-05-01 14:00:00Z'
    assert.match(text, `\nAsked for beside the files:\n${line}: kernel update\n`)
  }
})

test('a drain that goes on says so, and does not claim that the backend is in no file', async () => {
  const text = await say(web(), { found: {}, overrides: drains, live: (_, { state }) => state })
  assert.match(text, '10.0.0.2:80 unwanted up 60m 4 - - - drained by ann, 2h left: kernel update')
})

test('a drained service and its address are listed', async () => {
  const text = await say(web(), { found: {}, overrides: [asking('drain', 'web')] })
  assert.match(text, '\ntcp 192.0.2.10:80 out wrr asked to drain\n')
  assert.match(text, /\n10\.0\.0\.1:80 out up 60m 0 - - - drained by ann\n/)
  assert.match(text, '\n192.0.2.10 on slb0 out for web; asked to drain\n')
})

test('without a daemon nobody checks, and each backend that has a check says so', async () => {
  const text = await say(web(), {})
  assert.match(text, '10.0.0.1:80 ok nobody checks 1 ')
  assert.match(text, /Health: nobody checks, since no slb run follows these files\.$/)
  const { health } = await statusWhen(web(), {})
  assert.equal([health.checked, health.backends], [false, 3])
})

test('of what has no check nothing is said', async () => {
  const plain = web().replace(/\[service.web.check\][\s\S]*/, '')
  assert.match(await say(plain, {}), 'NAME STATE WEIGHT')
  assert.match(await say(plain, {}), /Health: no backend has a check\.$/)
  const mixed = `${web()}[service.dns]\nvip = "192.0.2.53"\nport = 53\nbackends = ["10.0.0.9"]\n`
  assert.match(await say(mixed, { found: {} }), '10.0.0.9:53 ok - 1 - - -\n')
  assert.match(await say(mixed, { found: {} }), /Health: 3 of 3 backends are up\.$/)
})

const all = { '10.0.0.1': down, '10.0.0.2': down, '10.0.0.3': down }
for (const [more, found, told] of [
  ['quorum = 2', { '10.0.0.1': down }, '2 of 3 up'],
  ['quorum = 3', { '10.0.0.1': down }, '2 of 3 up, needs 3: serves on with those that are up'],
  ['', all, '0 of 3 up, needs 1: nobody serves'],
  ['when_empty = "withdraw"', all, '0 of 3 up, needs 1: its VIP is withdrawn'],
  ['when_empty = "sorry"\nsorry = { address = "10.0.0.9" }', all, '0 of 3 up, needs 1: says sorry'],
  [
    'when_empty = "sorry"\nsorry = { address = "10.0.0.9" }',
    { ...all, '10.0.0.3': { verdict: 'unknown' } },
    '0 of 3 up, needs 1: waits until all have been asked',
  ],
] as const)
  test(`a virtual service says whether it has its quorum: ${told}`, async () => {
    assert.match(await say(web(more), { found }), `\ntcp 192.0.2.10:80 ok wrr ${told}\n`)
  })

test('an address that is withdrawn is listed, unless others are reached there', async () => {
  const alone = await say(web('when_empty = "withdraw"'), { found: all })
  assert.match(alone, '192.0.2.10 on slb0 out for web; nothing behind it can serve')
  const dns = '[service.dns]\nvip = "192.0.2.10"\nport = 53\nbackends = ["10.0.0.9"]\n'
  const shared = await say(dns + web('when_empty = "withdraw"'), { found: all })
  assert.match(shared, '0 of 3 up, needs 1: its VIP stays')
})

test('who says sorry is listed with it, and nobody else has a weight', async () => {
  const more = 'on_down = "quiesce"\nwhen_empty = "sorry"\nsorry = { address = "10.0.0.9" }'
  const text = await say(web(more), { found: all })
  assert.match(text, '10.0.0.9:80 ok - 1 - - -')
  assert.match(text, '10.0.0.1:80 ok down 2m 0 - - - refused')
})

test('the services by which checks go through a VIP are no news, unless one is not as it should be', async () => {
  const more = 'forward = "direct"'
  const through = web(more).replace('"tcp"', '"tcp"\nvia = "vip"')
  const { services, others, in_sync } = await statusWhen(through, { found: {} })
  assert.equal([services[0]?.listeners.length, others.length, in_sync], [1, 0, true])
  const live = ({ state }: Wanted): State => {
    const own = [...state.service].filter(([, { id }]) => id.protocol !== 'fwmark')
    return { ...state, service: new Map(own) }
  }
  const damaged = await statusWhen(through, { found: {}, live })
  assert.equal(
    damaged.others.filter(({ key }) => /^fwmark [^>]*$/.test(key)).map(({ state }) => state),
    ['missing', 'missing', 'missing'],
  )
})

test('a status may be long', async () => {
  const one = await statusWhen(web(), { found: {} })
  const services = Array.from({ length: 40_000 }, () => one.services).flat()
  assert.ok(statusLines({ ...one, services }, 'lb1', 'valid', wall).length > 200_000)
})

test('where another weight is live than is wanted, both are told', async () => {
  const live = ({ state }: Wanted): State => ({
    ...state,
    service: new Map(
      [...state.service].map(([key, row]) => [
        key,
        { ...row, destinations: row.destinations.map(one => ({ ...one, weight: 7 })) },
      ]),
    ),
  })
  assert.match(await say(web(), { found: {}, live }), '10.0.0.2:80 differs up 60m 7 -> 4 - - -')
})

test('under a hold, backends that only the past has are told of, too', async () => {
  const beside = web().replace('"10.0.0.3"', '"10.0.0.3", "10.0.0.8"')
  const past = want(await desiredOf(beside)).state
  const live = (): State => past
  const text = await say(web(), { found: { '10.0.0.8': down }, beside, live })
  assert.match(text, '10.0.0.8:80 unwanted down 2m 1 - - - ')
  assert.match(text, 'Health: 3 of 4 backends are up, 1 down.')
})

test('that the checker is suspect is told', async () => {
  const suspicion = '3 of 4 backends fail at once'
  assert.match(await say(web(), { found: {}, suspicion }), `\nAlert: ${suspicion}.\n`)
  assert.is((await statusWhen(web(), { found: {}, suspicion })).health.suspect, suspicion)
})

test.run()
