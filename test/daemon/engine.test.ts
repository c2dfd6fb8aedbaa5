/** The engine of the daemon on a kernel in memory: what it says and does when things are not as usual. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readSources } from '../../src/config/read.ts'
import type { CommandLine, Report } from '../../src/daemon/task.ts'
import { observe } from '../../src/engine/live.ts'
import { imageOf, rewound } from '../../src/engine/undo.ts'
import type { Host } from '../../src/host.ts'
import { SlbError } from '../../src/model/error.ts'
import { textsFingerprint } from '../../src/state/hold.ts'
import { memoryTable } from '../../src/table/memory.ts'
import { state } from '../engine/rig.ts'
import { type EngineRig, textOf, withEngine } from './engine-rig.ts'

const terminal = { tty: false, colour: false }
const line: CommandLine = { argv: ['plan'], user: 'me', out: terminal, err: terminal, attached: {} }

test('a directory that is not there is told, once', () =>
  withEngine(async ({ engine, folder, notes }) => {
    for (let time = 0; time < 2; time++)
      await engine.work({ kind: 'files', now: readSources([folder]) })
    const told = notes.filter(note =>
      /^error no file can be used .*there is no such file/.test(note),
    )
    assert.is(told.length, 1, notes.join('\n'))
  }))

test('a damaged record of a trial keeps no command from being carried out', () =>
  withEngine(async ({ engine, notes, ran, trial }) => {
    mkdirSync(dirname(trial), { recursive: true })
    writeFileSync(trial, '{')
    const { failed } = await engine.work({ kind: 'command', id: 7, line })
    assert.equal(ran, [7])
    assert.ok(failed)
    assert.match(notes.join('\n'), /record of the trial .* is damaged/)
  }))

test('a rollback is carried out, and so answered, also where the live system cannot be read', () =>
  withEngine(async ({ engine, host, ran, save }) => {
    await save(all)
    for (const table of host.tables)
      Object.assign(table, {
        read: () => Promise.reject(new SlbError('missing', 'the kernel has no IPVS')),
      })
    await engine.work({ kind: 'command', id: 8, line: { ...line, argv: ['rollback'] } })
    assert.equal(ran, [8])
  }))

test('what keeps the files from being applied is told with what comes next', () =>
  withEngine(async ({ host, notes, save }) => {
    for (const table of host.tables)
      Object.assign(table, {
        read: () => Promise.reject(new SlbError('missing', 'the kernel has no IPVS')),
      })
    const { failed } = await save(all)
    assert.ok(failed)
    assert.match(notes.join('\n'), /^error the kernel has no IPVS .*tried again every few seconds/m)
  }))

const service = (name: string, port: number): string => `[service.${name}]
vip = "192.0.2.10"
port = ${port}
backends = ["10.0.0.11"]
`
const all = ['a', 'b', 'c', 'd', 'e'].map((name, index) => service(name, 80 + index)).join('')

test('the settings of files that were refused rule nothing', () =>
  withEngine(async ({ save, engine, notes }) => {
    assert.is((await save(all)).node.drift, 'repair')
    notes.length = 0
    const refused = await save(`[node]\ndrift = "alert"\n${service('a', 80)}`)
    assert.is(notes.length, 1, 'what is refused is not told as if it were done')
    assert.match(refused.summary, /as before: the plan removes 4 of 5 services/)
    assert.is(refused.node.drift, 'repair')
    assert.is((await engine.work({ kind: 'look', at: 'all' })).node.drift, 'repair')
    assert.is((await save(`[node]\ndrift = "alert"\n${all}`)).node.drift, 'alert')
  }))

test('what is fought over is said, in the line of the state, too', () =>
  withEngine(async ({ save, engine, host, notes }) => {
    await save(all)
    const key = 'tcp 192.0.2.10:80'
    let summary = ''
    for (let repairs = 0; repairs < 3; repairs++) {
      const { service } = await observe(host)
      const row = service.get(key)
      assert.ok(row)
      for (const table of host.tables) await table.apply([{ op: 'delete', kind: 'service', row }])
      summary = (await engine.work({ kind: 'look', at: 'all' })).summary
    }
    assert.match(notes.join('\n'), /error somebody else changes tcp 192\.0\.2\.10:80 back/)
    const said = `somebody else changes ${key} back again and again: left alone for a while`
    assert.is(summary, `5 services; ${said}`)
  }))

test('the history names the files that made a difference', () =>
  withEngine(async ({ save, engine, folder, host }) => {
    await save(all)
    const other = join(folder, 'other.toml')
    const applied = async (text: string): Promise<readonly string[] | undefined> => {
      writeFileSync(other, text)
      await engine.work({ kind: 'files', now: readSources([folder]) })
      return host.history.list()[0]?.cause.files
    }
    assert.equal(host.history.list()[0]?.cause.files, [join(folder, 'slb.toml')])
    assert.equal(await applied(service('f', 90)), [other])
    assert.equal(await applied(service('f', 91)), [other])
  }))

test('nor do those of files that are held: what was good last rules, also after a restart', () =>
  withEngine(async ({ save, restart, host, folder, engine }) => {
    await save(`[node]\ndrift = "alert"\n${all}`)
    writeFileSync(join(folder, 'slb.toml'), `[node]\non_stop = "withdraw"\n${all}`)
    const now = readSources([folder])
    const fingerprint = textsFingerprint(now.sources)
    host.holds.set({ why: 'rollback', at: '2026-11-22T00:00:00Z', user: 'me', fingerprint })
    for (const one of [engine, restart()]) {
      const { node } = await one.work({ kind: 'files', now })
      assert.equal([node.drift, node.onStop], ['alert', 'keep'])
    }
  }))

test('who takes a while to begin is told of peers before anything is looked at', () =>
  withEngine(async ({ host, notes, save }) => {
    for (const table of host.tables)
      Object.assign(table, {
        read: () => Promise.reject(new SlbError('missing', 'the kernel has no IPVS')),
      })
    const bgp = '[bgp]\nas = 65001\n[bgp.peer.tor]\naddress = "192.0.2.1"\nas = 65000\n'
    assert.ok((await save(bgp + all)).failed)
    assert.ok(notes.some(note => /^peers to come: .*192\.0\.2\.1/.test(note)))
  }))

test('a stop withdraws everything, also a backend that has not answered since the start', () =>
  withEngine(async ({ host, save, restart, folder }) => {
    const both = service('web', 80).replace('"10.0.0.11"', '"10.0.0.11", "10.0.0.12"')
    await save(both)
    // One that an earlier run has drained is asked before it gets its weight back.
    const drained = (await textOf(host)).replace(/(10\.0\.0\.12.* weight) 1/, '$1 0')
    Object.assign(host.tables, [memoryTable(state(drained))])
    const engine = restart()
    const check = '[service.web.check]\ntype = "tcp"\n'
    const node = '[node]\non_stop = "withdraw"\nstop_timeout = "1s"\n'
    writeFileSync(join(folder, 'slb.toml'), both + check + node)
    await engine.work({ kind: 'files', now: readSources([folder]) })
    await engine.work({ kind: 'stop' })
    assert.equal((await textOf(host)).match(/^.*10\.0\.0\.1.*$/gm), null)
  }))

/** Web with weight 1, then 5, then back to 1 by a rollback that is held. */
async function rolledBack({ save, host, folder }: EngineRig) {
  const web = (weight: number) =>
    service('web', 80).replace('"10.0.0.11"', `{ address = "10.0.0.11", weight = ${weight} }`)
  await save(web(1))
  const ledger = host.journal.read()
  const image = imageOf(rewound(await observe(host), ledger, []), ledger)
  const before = await textOf(host)
  await save(web(5))
  const now = readSources([folder])
  const fingerprint = textsFingerprint(now.sources)
  const at = '2026-11-22T00:00:00Z'
  return { before, image, now, record: { at, user: 'me', fingerprint } }
}

test('a restart under a hold repairs what others changed while there was no daemon', () =>
  withEngine(async rig => {
    const { before, image, now, record } = await rolledBack(rig)
    // The kernel still has weight 5, which is as good as a change by somebody else.
    rig.host.holds.set({ why: 'rollback', ...record }, image)
    const next = rig.restart()
    await next.work({ kind: 'files', now })
    await next.work({ kind: 'look', at: 'all' })
    assert.is(await textOf(rig.host), before)
  }))

test('a reboot under a hold brings back what was held, not the last text that was good once', () =>
  withEngine(async rig => {
    const { before, image, now, record } = await rolledBack(rig)
    rig.host.holds.set({ why: 'rollback', ...record }, image)
    const { engine, host } = rig.reboot()
    for (let time = 0; time < 2; time++) {
      const { summary } = await engine.work({ kind: 'files', now })
      assert.match(summary, 'held since a rollback')
      assert.is(await textOf(host), before)
    }
  }))

test('a reboot in a trial brings back what was there before the trial', () =>
  withEngine(async rig => {
    const { before, image, now, record } = await rolledBack(rig)
    rig.host.trials.begin({ ...record, deadline: 1, lasts: 1, after: 1, files: [] }, image)
    const { engine, host } = rig.reboot()
    const { summary } = await engine.work({ kind: 'files', now })
    assert.match(summary, 'held since an undo')
    assert.is(await textOf(host), before)
    assert.is(host.trials.left(), undefined)
  }))

const announced = (vips: number, how: string): string =>
  Array.from(
    { length: vips },
    (_, n) => `[vip.v${n}]
address = "192.0.2.${n + 1}"
announce = "${how}"
[service.s${n}]
vip = "v${n}"
port = 80
backends = ["10.0.0.11"]
`,
  ).join('')
const byTable = '[bgp]\nspeaker = "table"\n'
const routesIn = async (host: Host): Promise<number> => (await observe(host)).route.size

test('announce taken out of a whole file is refused, and every route stays', () =>
  withEngine(async ({ save, host, notes }) => {
    await save(byTable + announced(5, 'bgp'))
    assert.is(await routesIn(host), 5)
    await save(byTable + announced(5, 'none'))
    assert.match(notes.join('\n'), 'error the plan removes 5 of 5 routes')
    assert.is(await routesIn(host), 5)
  }))

test('a stop that drains takes all routes back, to which nobody has to agree', () =>
  withEngine(async ({ save, host, engine }) => {
    await save(`[node]\non_stop = "drain"\n${byTable}${announced(5, 'bgp')}`)
    assert.is(await routesIn(host), 5)
    await engine.work({ kind: 'stop' })
    assert.is(await routesIn(host), 0)
    assert.match(await textOf(host), /-> 10\.0\.0\.11:80 nat weight 0/)
  }))

test('a look that comes before the files does not make a restart forget who says sorry', () =>
  withEngine(async ({ save, restart, host, folder, engine }) => {
    // With others beside it no guard keeps the sorry server there.
    await save(`${all}${service('f', 90)}sorry = "10.0.0.9:80"\ncheck = { type = "tcp" }\n`)
    const found = engine.watched.map(({ check: { key } }) => {
      return { key, judgement: { verdict: 'down' as const } }
    })
    await engine.work({ kind: 'verdicts', found })
    const before = await textOf(host)
    assert.match(before, /10\.0\.0\.9/)
    const again = restart()
    await again.work({ kind: 'look', at: 'links' })
    await again.work({ kind: 'files', now: readSources([folder]) })
    assert.is(await textOf(host), before)
  }))

test('a service below its quorum is told of once, and when it has it again', () =>
  withEngine(async ({ save, engine, restart, folder, notes }) => {
    await save(`${all}${service('f', 90)}when_empty = "withdraw"\ncheck = { type = "tcp" }\n`)
    const hear = (one: typeof engine, verdict: 'up' | 'down', since: number): Promise<Report> => {
      const found = one.watched.map(({ check: { key } }) => ({
        key,
        judgement: { verdict, since },
      }))
      return one.work({ kind: 'verdicts', found })
    }
    const told = (): readonly string[] =>
      notes.splice(0).filter(note => / quorum/.test(note) && !/^debug/.test(note))
    assert.equal(told(), [], 'at the start it has not lost it')
    await hear(engine, 'up', 1)
    assert.equal(told(), ['info tcp 192.0.2.10:90 of f has its quorum undefined'])
    await hear(engine, 'down', 2)
    const lost = 'warn tcp 192.0.2.10:90 of f is below its quorum {"when_empty":"withdraw"}'
    assert.equal(told(), [lost])
    await hear(engine, 'down', 3)
    assert.equal(told(), [])
    const next = restart()
    await next.work({ kind: 'files', now: readSources([folder]) })
    assert.equal(told(), [], 'that was told before')
    await hear(next, 'up', 4)
    assert.equal(told(), ['info tcp 192.0.2.10:90 of f has its quorum undefined'])
  }))

test('another reason why a backend is down needs no round', () =>
  withEngine(async ({ save, host, engine }) => {
    await save(`${all}${service('f', 90)}check = { type = "tcp" }\n`)
    const [table] = host.tables
    if (table === undefined) throw new Error('there is one')
    let looks = 0
    const read = table.read.bind(table)
    Object.assign(table, {
      read(...scope: Parameters<typeof read>) {
        looks++
        return read(...scope)
      },
    })
    const [key = ''] = engine.watched.map(({ check }) => check.key)
    const hear = async (verdict: 'up' | 'down', why?: string): Promise<number> => {
      looks = 0
      const judgement = { verdict, since: verdict === 'up' ? 1 : 2, ...(why && { why }) }
      await engine.work({ kind: 'verdicts', found: [{ key, judgement }] })
      return looks
    }
    assert.ok((await hear('up')) > 0)
    assert.ok((await hear('down', 'refused')) > 0)
    assert.is(await hear('down', 'no answer in 1 s'), 0)
  }))

test('a look that gives way has compared nothing, and the next one repairs what it would have', () =>
  withEngine(async ({ save, host, engine, notes }) => {
    await save(all)
    const [table] = host.tables
    if (table === undefined) throw new Error('there is one')
    const [row] = (await observe(host)).service.values()
    if (row === undefined) throw new Error('there is one')
    await table.apply([{ op: 'delete', kind: 'service', row }])
    const read = table.read.bind(table)
    let urgent = true
    Object.assign(table, {
      async read(...[scope]: Parameters<typeof read>) {
        if (urgent) engine.giveWay()
        scope?.signal?.throwIfAborted()
        return read(scope)
      },
    })
    const report = await engine.work({ kind: 'look', at: 'all' })
    assert.is(report.gaveWay, true)
    assert.is(report.failed, false)
    assert.is((await observe(host)).service.has(row.id.key), false)
    assert.not.match(notes.join('\n'), /repaired|error/)
    urgent = false
    assert.is((await engine.work({ kind: 'look', at: 'all' })).gaveWay, undefined)
    assert.is((await observe(host)).service.has(row.id.key), true)
    engine.giveWay()
  }))

test.run()
