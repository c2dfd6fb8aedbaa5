/** The engine of the daemon on a kernel in memory: what it says and does when things are not as usual. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readSources } from '../../src/config/read.ts'
import { Engine } from '../../src/daemon/engine.ts'
import type { CommandLine } from '../../src/daemon/task.ts'
import { openHistory } from '../../src/state/history.ts'
import { openHolds } from '../../src/state/hold.ts'
import { openJournal } from '../../src/state/journal.ts'
import { openLastGood } from '../../src/state/last-good.ts'
import { openTrials } from '../../src/state/trial.ts'
import { memoryTable } from '../../src/table/memory.ts'
import { state, stillClock } from '../engine/rig.ts'

const scene = { boot: 'b0', namespace: '1' }
const terminal = { tty: false, colour: false }
const line: CommandLine = { argv: ['plan'], user: 'me', out: terminal, err: terminal, attached: {} }

async function withEngine(
  work: (rig: {
    engine: Engine
    folder: string
    notes: string[]
    ran: number[]
    trial: string
  }) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'slb-engine-'))
  const folder = join(directory, 'etc')
  const store = join(directory, 'state')
  const trials = openTrials(store, scene)
  const notes: string[] = []
  const ran: number[] = []
  const engine = new Engine({
    host: {
      scene,
      tables: [memoryTable(state(''))],
      clock: stillClock(),
      journal: openJournal(store, scene),
      history: openHistory(store),
      trials,
      holds: openHolds(store, scene),
      close() {},
    },
    paths: [folder],
    lastGood: openLastGood(store, [folder]),
    hostname: 'lb1',
    note: (level, message, fields) => notes.push(`${level} ${message} ${JSON.stringify(fields)}`),
    runCommand: async id => {
      ran.push(id)
    },
  })
  try {
    await work({ engine, folder, notes, ran, trial: trials.path })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

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

test.run()
