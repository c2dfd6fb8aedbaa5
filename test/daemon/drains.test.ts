/** The engine of the daemon while backends drain: their end is no drift, no failure and no apply. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readSources } from '../../src/config/read.ts'
import { observe } from '../../src/engine/live.ts'
import type { Host } from '../../src/host.ts'
import { toText } from '../../src/table/snapshot.ts'
import { type EngineRig, withEngine } from './engine-rig.ts'

const service = (name: string, number: number): string => `[service.${name}]
vip = "192.0.2.${number}"
port = 80
backends = ["10.0.0.${number}"]
`
const alert = '[node]\ndrift = "alert"\n'
const two = service('web', 10) + service('mail', 20)
const one = service('web', 10)

/** Two services, of which one is taken out of the files while somebody is connected to it. */
const whileDraining = (
  settings: string,
  work: (rig: EngineRig & { hangUp(): void }) => Promise<void>,
): Promise<void> => {
  let active = 1
  const hangUp = (): void => {
    active = 0
  }
  return withEngine(
    async rig => {
      await rig.save(settings + two)
      const { draining, summary } = await rig.save(settings + one)
      assert.ok(draining)
      assert.is(summary, '1 service as configured', 'nothing has failed')
      await work({ ...rig, hangUp })
    },
    { connections: () => ({ active, inactive: 0, persistent: 0 }) },
  )
}

const textOf = async (host: Host): Promise<string> => toText(await observe(host))

/** What is there of the service that was taken out. */
const left = (rows: string): readonly string[] =>
  rows.split('\n').filter(line => line.includes('192.0.2.20'))

test('the address of a service that drains is no drift', () =>
  whileDraining(alert, async ({ engine, notes, host, hangUp }) => {
    for (let looks = 0; looks < 2; looks++) {
      await engine.work({ kind: 'look', at: 'all' })
      await engine.work({ kind: 'look', at: 'links' })
    }
    hangUp()
    await engine.work({ kind: 'look', at: 'all' })
    assert.not.match(notes.join('\n'), /drift/)
    await engine.work({ kind: 'drains' })
    assert.equal(left(await textOf(host)), [])
  }))

test('a look that comes when the connections have just ended repairs nothing', () =>
  whileDraining('', async ({ engine, notes, host, hangUp }) => {
    const entries = host.history.list().length
    hangUp()
    await engine.work({ kind: 'look', at: 'all' })
    await engine.work({ kind: 'drains' })
    assert.equal(left(await textOf(host)), [])
    assert.not.match(notes.join('\n'), /drift/)
    assert.is(host.history.list().length, entries)
  }))

for (const again of [false, true])
  test(`files that are taken when drains end are no apply of their own${again ? ', also after a restart' : ''}`, () =>
    whileDraining('', async ({ engine, folder, host, hangUp, restart }) => {
      const entries = host.history.list()
      hangUp()
      const now = readSources([folder])
      await (again ? restart() : engine).work({ kind: 'files', now })
      assert.equal(left(await textOf(host)), [])
      assert.equal(host.history.list(), entries)
    }))

test.run()
