/** drain, undrain, weight: what operators ask for beside the files, without a daemon. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { projectFolder } from '../project.ts'
import { type CliRig, withRig } from './rig.ts'
import type { Ran } from './slb.ts'

const web = `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.1:8080", { address = "10.0.0.2:8080", weight = 4 }]

[service.dns]
vip = "192.0.2.53"
port = 53
backends = ["10.0.0.9"]
`

const key = (backend: string): string => `tcp 192.0.2.10:80 -> ${backend}:8080`

/** The weights of web's backends as the kernel has them. */
const weights = async (rig: CliRig): Promise<string> => {
  const { service } = await rig.table.read({})
  const rows = service?.get('tcp 192.0.2.10:80')?.destinations ?? []
  return rows.map(row => `${row.address}=${row.weight}`).join(' ')
}

async function ok(ran: Promise<Ran>): Promise<Ran> {
  const done = await ran
  assert.is(done.status, 0, done.out + done.err)
  return done
}

const applied = (work: (rig: CliRig) => Promise<void>): Promise<void> =>
  withRig({ 'slb.toml': web }, '', async rig => {
    await ok(rig.slb('apply', '-c', 'slb.toml'))
    await work(rig)
  })

test('a backend is drained, stays so over applies, and comes back with its weight', () =>
  applied(async rig => {
    rig.connections.set(key('10.0.0.2'), { active: 3, inactive: 0, persistent: 0 })
    const begun = await ok(
      rig.slb('drain', 'web/10.0.0.2', '-c', 'slb.toml', '--no-wait', '--reason', 'kernel'),
    )
    assert.match(begun.out, '> 10.0.0.2:8080  asked to drain, 3 active: wait up to 60s, then reset')
    assert.match(begun.out, 'Plan: 0 to add, 0 to change, 1 to drain, 0 to remove.')
    assert.is(await weights(rig), '10.0.0.1=1 10.0.0.2=0')
    rig.connections.clear()
    await ok(rig.slb('apply', '-c', 'slb.toml'))
    assert.is(await weights(rig), '10.0.0.1=1')
    await ok(rig.slb('undrain', 'web', '-c', 'slb.toml'))
    assert.is(await weights(rig), '10.0.0.1=1 10.0.0.2=4')
    assert.match((await ok(rig.slb('plan', '-c', 'slb.toml'))).out, 'No changes.')
  }))

test('a plan says what was asked for: by whom, why, and until when', () =>
  applied(async rig => {
    await ok(rig.slb('weight', 'web/10.0.0.1', '9', '-c', 'slb.toml'))
    const why = ['--for', '2h', '--reason', 'kernel update']
    await ok(rig.slb('drain', 'web/10.0.0.2', '-c', 'slb.toml', ...why))
    const { out } = await ok(rig.slb('plan', '-c', 'slb.toml'))
    assert.match(
      out,
      /^asked for beside the files\n {5}weight web\/10\.0\.0\.1 9, by ada at \S+ \S+Z\n/m,
    )
    assert.match(
      out,
      /^ {5}drain web\/10\.0\.0\.2, by ada at \S+ \S+Z, until \S+ \S+Z: kernel update\n\nNo changes\./m,
    )
    const json = JSON.parse((await ok(rig.slb('plan', '-c', 'slb.toml', '-o', 'json'))).out)
    assert.equal(
      json.overrides.map(({ target, ask }: { target: string; ask: unknown }) => [target, ask]),
      [
        ['web/10.0.0.1', 9],
        ['web/10.0.0.2', 'drain'],
      ],
    )
    const schema = JSON.parse(readFileSync(`${projectFolder}/schema/plan.schema.json`, 'utf8'))
    const validate = new Ajv({ formats: { 'date-time': true } }).compile(schema)
    assert.ok(validate(json), JSON.stringify(validate.errors))
    await ok(rig.slb('undrain', 'web', '-c', 'slb.toml'))
    await ok(rig.slb('weight', 'web/10.0.0.1', 'reset', '-c', 'slb.toml'))
    assert.not.match((await ok(rig.slb('plan', '-c', 'slb.toml'))).out, 'asked for')
  }))

test('a drain that goes on is cancelled by undrain: the weight is back, and no connection was cut', () =>
  applied(async rig => {
    rig.connections.set(key('10.0.0.2'), { active: 3, inactive: 0, persistent: 0 })
    await ok(rig.slb('drain', 'web/10.0.0.2:8080', '-c', 'slb.toml', '--no-wait'))
    await ok(rig.slb('undrain', 'web/10.0.0.2', '-c', 'slb.toml'))
    assert.is(await weights(rig), '10.0.0.1=1 10.0.0.2=4')
  }))

test('whoever waits hears whether it has ended', () =>
  applied(async rig => {
    rig.connections.set(key('10.0.0.2'), { active: 3, inactive: 0, persistent: 0 })
    const { status } = await rig.slb('drain', 'web/10.0.0.2', '-c', 'slb.toml', '--wait', '5s')
    assert.is(status, 1)
    await ok(rig.slb('drain', 'web/10.0.0.2', '-c', 'slb.toml', '--wait'))
    assert.is(await weights(rig), '10.0.0.1=1')
  }))

test('a drained node serves nothing, without consent, until it is undrained', () =>
  applied(async rig => {
    await ok(rig.slb('drain', '--node', '-c', 'slb.toml', '--wait'))
    const { service, address } = await rig.table.read({})
    assert.is((service?.size ?? 0) + (address?.size ?? 0), 0)
    assert.match((await ok(rig.slb('plan', '-c', 'slb.toml'))).out, 'No changes.')
    await ok(rig.slb('undrain', '--node', '-c', 'slb.toml'))
    assert.is(await weights(rig), '10.0.0.1=1 10.0.0.2=4')
  }))

test('a weight holds for its time', () =>
  applied(async rig => {
    await ok(rig.slb('weight', 'web/10.0.0.1', '7', '-c', 'slb.toml', '--for', '30m'))
    assert.is(await weights(rig), '10.0.0.1=7 10.0.0.2=4')
    await ok(rig.slb('apply', '-c', 'slb.toml'))
    assert.is(await weights(rig), '10.0.0.1=7 10.0.0.2=4')
    await rig.clock.sleep(30 * 60_000)
    await ok(rig.slb('apply', '-c', 'slb.toml'))
    assert.is(await weights(rig), '10.0.0.1=1 10.0.0.2=4')
    await ok(rig.slb('weight', 'web', '2', '-c', 'slb.toml'))
    assert.is(await weights(rig), '10.0.0.1=2 10.0.0.2=2')
    await ok(rig.slb('weight', 'web', 'reset', '-c', 'slb.toml'))
    assert.is(await weights(rig), '10.0.0.1=1 10.0.0.2=4')
  }))

test('edits that were not applied yet are left alone', () =>
  applied(async rig => {
    const { writeFileSync } = await import('node:fs')
    writeFileSync('slb.toml', web.replace('weight = 4', 'weight = 9').replace('53\n', '54\n'))
    await ok(rig.slb('drain', 'dns', '-c', 'slb.toml', '--wait'))
    assert.is(await weights(rig), '10.0.0.1=1 10.0.0.2=4')
  }))

for (const [args, words] of [
  [['drain', 'webb'], 'there is no service webb: did you mean "web"?'],
  [['drain', 'web/10.0.0.7'], 'web/10.0.0.7 is no backend; web has 10.0.0.1:8080, 10.0.0.2:8080'],
  [['drain', 'web/ten'], 'web/ten: '],
  [['drain'], 'say what: SERVICE, SERVICE/BACKEND'],
  [['drain', 'web', '--node'], '--node is all of it'],
  [['weight', 'web', '65536'], '65536 is no weight: 0 to 65535, or reset'],
  [['drain', 'web', '--for', '2'], 'A duration with its unit is meant'],
] as const)
  test(`slb ${args.join(' ')} is wrong usage, and changes nothing`, () =>
    applied(async rig => {
      const { status, err } = await rig.slb(...args, '-c', 'slb.toml')
      assert.is(status, 64, err)
      assert.match(err, words)
      assert.match((await ok(rig.slb('plan', '-c', 'slb.toml'))).out, 'No changes.')
    }))

test('taking back what nobody asked for says so', () =>
  applied(async rig => {
    const { out } = await ok(rig.slb('undrain', 'web', '-c', 'slb.toml'))
    assert.match(out, 'Nothing of web is drained.')
  }))

test.run()
