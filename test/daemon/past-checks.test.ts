/** Backends that only the past has are checked as they were, by another process and in another boot, too. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readSources, type Sources } from '../../src/config/read.ts'
import type { Engine } from '../../src/daemon/engine.ts'
import type { Report } from '../../src/daemon/task.ts'
import { observe } from '../../src/engine/live.ts'
import { imageOf, rewound } from '../../src/engine/undo.ts'
import { textsFingerprint } from '../../src/state/hold.ts'
import { type EngineRig, textOf, withEngine } from './engine-rig.ts'

/** Other services beside it, so that no guard minds what it loses. */
const others = ['a', 'b', 'c', 'd']
  .map(
    (name, at) => `[service.${name}]\nvip = "192.0.2.1${at}"\nport = 80\nbackends = ["10.0.0.9"]\n`,
  )
  .join('')

const web = (backends: readonly number[], check = '{ type = "tcp" }'): string => `${others}
[service.web]
vip = "192.0.2.20"
port = 80
drain = "0s"
backends = [${backends.map(number => `"10.0.0.${number}"`).join(', ')}]
check = ${check}
`

const asked = (engine: Engine): readonly string[] =>
  engine.watched.map(({ check }) => check.address).sort()

const shown = (engine: Engine): readonly string[] =>
  engine.watched.map(({ check, shown }) => `${check.address} ${shown}`).sort()

/** What the checks of these backends find. */
const find = (engine: Engine, verdict: 'up' | 'down', ...addresses: string[]): Promise<Report> =>
  engine.work({
    kind: 'verdicts',
    found: engine.watched
      .filter(({ check }) => addresses.includes(check.address))
      .map(({ check: { key } }) => ({ key, judgement: { verdict, since: 1 } })),
  })

const [one, two, three] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const

/** What is live, to be held later. */
async function image({ host }: EngineRig): Promise<string> {
  const ledger = host.journal.read()
  return imageOf(rewound(await observe(host), ledger, []), ledger)
}

/** Gone back to an image, with the files as they are. */
function hold({ host, folder }: EngineRig, held: string): Sources {
  const now = readSources([folder])
  const fingerprint = textsFingerprint(now.sources)
  const at = '2026-11-22T00:00:00Z'
  host.holds.set({ why: 'rollback', at, user: 'me', fingerprint }, held)
  return now
}

/** Two backends, of which the files then lose the second and get a third; and back to the two. */
async function wentBack(rig: EngineRig, check?: string): Promise<Sources> {
  await rig.save(web([1, 2], check))
  await find(rig.engine, 'up', one, two)
  const before = await image(rig)
  await rig.save(web([1, 3], check))
  await find(rig.engine, 'up', one, three)
  return hold(rig, before)
}

test('after a restart under a hold a backend that just the past has is checked, and goes when it is down', () =>
  withEngine(async rig => {
    const now = await wentBack(rig)
    const next = rig.restart()
    await next.work({ kind: 'files', now })
    await next.work({ kind: 'look', at: 'all' })
    assert.equal(asked(next), [one, two, three], 'and so is what the files have')
    // It was not there: the held state had not been made when the process before ended.
    assert.not.match(await textOf(rig.host), /10\.0\.0\.2:/)
    await find(next, 'up', two)
    assert.match(await textOf(rig.host), /10\.0\.0\.2:80/)
    await find(next, 'down', two)
    assert.not.match(await textOf(rig.host), /10\.0\.0\.2:/)
    assert.match(await textOf(rig.host), /10\.0\.0\.1:80/)
  }))

test('what the kernel shows of it counts until it has answered', () =>
  withEngine(async rig => {
    const now = await wentBack(rig)
    const first = rig.restart()
    await first.work({ kind: 'files', now })
    await find(first, 'up', one, two)
    await first.work({ kind: 'look', at: 'all' })
    const before = await textOf(rig.host)
    const next = rig.restart()
    await next.work({ kind: 'files', now })
    await next.work({ kind: 'look', at: 'all' })
    assert.is(await textOf(rig.host), before, 'a restart writes nothing')
    assert.equal(shown(next), [`${one} up`, `${two} up`, `${three} unknown`])
    await find(next, 'down', two)
    const last = rig.restart()
    await last.work({ kind: 'files', now })
    assert.equal(shown(last), [`${one} up`, `${two} down`, `${three} unknown`])
  }))

test('after a reboot under a hold it gets nothing until it has answered', () =>
  withEngine(async rig => {
    const now = await wentBack(rig)
    const { engine, host } = rig.reboot()
    await engine.work({ kind: 'files', now })
    assert.equal(asked(engine), [one, two, three])
    assert.not.match(await textOf(host), /10\.0\.0\.[123]:/)
    await find(engine, 'up', two)
    assert.match(await textOf(host), /10\.0\.0\.2:80/)
  }))

test('the same where there was no daemon when the files changed', () =>
  withEngine(async rig => {
    await rig.save(web([1, 2]))
    await find(rig.engine, 'up', one, two)
    const before = await image(rig)
    writeFileSync(join(rig.folder, 'slb.toml'), web([1]))
    const second = rig.restart()
    await second.work({ kind: 'files', now: readSources([rig.folder]) })
    assert.not.match(await textOf(rig.host), /10\.0\.0\.2:/)
    const now = hold(rig, before)
    const third = rig.restart()
    await third.work({ kind: 'files', now })
    assert.equal(asked(third), [one, two])
  }))

test('a service that is gone is checked as it was, with its quorum', () =>
  withEngine(async rig => {
    const text = web([1, 2]).replace('drain = "0s"', 'drain = "0s"\nquorum = 2\nsorry = "10.0.0.8"')
    await rig.save(text)
    await find(rig.engine, 'up', one, two)
    const before = await image(rig)
    await rig.save(others)
    const { engine, host } = rig.reboot()
    await engine.work({ kind: 'files', now: hold(rig, before) })
    await find(engine, 'up', one)
    await find(engine, 'down', two)
    assert.match(await textOf(host), /10\.0\.0\.8:80/)
  }))

test('while files are on trial, what they brought is checked by another process, too', () =>
  withEngine(async rig => {
    await rig.save(web([1, 2]))
    await find(rig.engine, 'up', one, two)
    // What is on trial is not accepted yet.
    rig.accepted(web([1]))
    const now = readSources([rig.folder])
    const fingerprint = textsFingerprint(now.sources)
    const trial = { deadline: 1e9, lasts: 1e9, after: 1, at: '', user: 'me', files: [] }
    rig.host.trials.begin({ ...trial, fingerprint })
    const next = rig.restart()
    await next.work({ kind: 'files', now })
    assert.equal(shown(next), [`${one} up`, `${two} up`])
    await find(next, 'down', two)
    assert.not.match(await textOf(rig.host), /10\.0\.0\.2:/)
  }))

test('no secret of a header is written down, and none is needed while the service still has it', () =>
  withEngine(async rig => {
    const check = (token: string): string =>
      `{ type = "http", path = "/h", headers = { Authorization = "Bearer ${token}", Accept = "text/plain" } }`
    const now = await wentBack(rig, check('fifi'))
    const text = rig.host.pastChecks.read() ?? ''
    assert.match(text, /text\/plain/)
    assert.not.match(text, /fifi/)
    const next = rig.restart()
    await next.work({ kind: 'files', now })
    const found = next.watched.find(({ check }) => check.address === two)?.check
    assert.match(found?.key ?? '', /fifi/)
  }))

test('no program is run that the files do not allow now, though it was allowed then', () =>
  withEngine(async rig => {
    const check = '{ type = "exec", command = ["/bin/true"] }'
    const allow = '[node]\nallow_exec = ["/bin/true"]\n'
    await rig.save(allow + web([1, 2], check))
    await find(rig.engine, 'up', one, two)
    const before = await image(rig)
    await rig.save(allow + web([1]))
    const now = hold(rig, before)
    const next = rig.restart()
    await next.work({ kind: 'files', now })
    const kinds = (engine: Engine): readonly string[] =>
      engine.watched.map(({ check: { key } }) => key.split(' ')[0] ?? '').sort()
    assert.equal(kinds(next), ['exec', 'exec', 'tcp'])
    await next.work({ kind: 'files', now: readSources([rig.folder]) })
    rig.host.holds.clear()
    await rig.save(web([1]))
    const last = rig.restart()
    await last.work({ kind: 'files', now: hold(rig, before) })
    assert.equal(kinds(last), ['tcp'])
  }))

test('files that are refused at the start leave everything that was accepted before checked', () =>
  withEngine(async rig => {
    await rig.save(web([1, 2]))
    await find(rig.engine, 'up', one, two)
    writeFileSync(join(rig.folder, 'slb.toml'), web([1, 2]).slice(others.length))
    const next = rig.restart()
    const { summary } = await next.work({ kind: 'files', now: readSources([rig.folder]) })
    assert.match(summary, /the plan removes 4 of 5 services/)
    assert.equal(shown(next), [`${one} up`, `${two} up`])
    await find(next, 'down', two)
    assert.not.match(await textOf(rig.host), /10\.0\.0\.2:/)
  }))

test.run()
