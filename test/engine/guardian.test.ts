/** A guardian on a system in memory: it sleeps on a clock that stands still otherwise. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { guardTrial } from '../../src/engine/guardian.ts'
import type { Past } from '../../src/engine/rollback.ts'
import { SlbError } from '../../src/model/error.ts'
import { openHolds } from '../../src/state/hold.ts'
import { openTrials } from '../../src/state/trial.ts'
import { type Machine, machine } from '../machine.ts'
import { state } from './rig.ts'

const test = suite<{ directory: string }>('guardian')
const scene = { boot: 'b1', namespace: '7' }
const trial = {
  lasts: 60_000,
  after: 0,
  at: '2026-01-01T00:00:00.000Z',
  user: 'ada',
  files: [],
  fingerprint: 'abc',
}

test.before.each(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'slb-guardian-'))
})
test.after.each(context => rmSync(context.directory, { recursive: true }))

/** A machine with a trial that has changed one weight from 1 to 5. */
function onTrial(directory: string): { machine: Machine; past: Past } {
  const one = machine(
    state('service tcp 192.0.2.10:80 wrr ours\n  -> 10.0.0.11:8080 nat weight 5\n'),
  )
  one.history.begin(
    {
      at: trial.at,
      cause: { kind: 'operator', command: 'apply', user: 'ada', files: [] },
      revision: 'r',
      summary: { add: 0, change: 1, drain: 0, remove: 0 },
      before: 'service tcp 192.0.2.10:80 wrr ours\n  -> 10.0.0.11:8080 nat weight 1\n',
      absent: [],
      policies: {},
    },
    50,
  )
  const past: Past = {
    ...one.live,
    journal: one.journal,
    history: one.history,
    trials: openTrials(directory, scene),
    holds: openHolds(directory, scene),
  }
  past.trials.begin({ ...trial, deadline: one.clock.monotonic() + 60_000 })
  return { machine: one, past }
}

const weight = ({ table }: Machine): number | undefined =>
  table.state().service.get('tcp 192.0.2.10:80')?.destinations[0]?.weight

const free = { takeLock: async () => ({ release: async () => {} }), failed: () => {} }

test('undoes at the deadline, and holds what it went back to', async ({ directory }) => {
  const { machine, past } = onTrial(directory)
  const deadline = past.trials.read()?.deadline
  const undone = await guardTrial(past, free)
  assert.is(undone?.outcome, 'undone')
  assert.is(machine.clock.monotonic(), deadline)
  assert.is(weight(machine), 1)
  assert.is(past.trials.read(), undefined)
  assert.is(past.holds.read()?.fingerprint, 'abc')
  assert.is(past.history.list()[0]?.cause.command, 'undo')
})

test('ends soon after the trial was committed', async ({ directory }) => {
  const { machine, past } = onTrial(directory)
  const begun = machine.clock.monotonic()
  let naps = 0
  const sleep = async (milliseconds: number): Promise<void> => {
    machine.clock.pass(milliseconds)
    if (++naps === 3) past.trials.commit()
  }
  const clock = { ...machine.clock, sleep }
  assert.is(await guardTrial({ ...past, clock }, free), undefined)
  assert.is(machine.clock.monotonic() - begun, 3000)
  assert.is(weight(machine), 5)
})

test('follows a trial that goes on for longer', async ({ directory }) => {
  const { machine, past } = onTrial(directory)
  const begun = machine.clock.monotonic()
  let renewed = false
  const clock = {
    ...machine.clock,
    async sleep(milliseconds: number) {
      machine.clock.pass(milliseconds)
      if (!renewed) past.trials.begin({ ...trial, deadline: begun + 90_000 })
      renewed = true
    },
  }
  await guardTrial({ ...past, clock }, free)
  assert.is(machine.clock.monotonic() - begun, 90_000)
  assert.is(weight(machine), 1)
})

test('waits for a trial as long as one may begin', async ({ directory }) => {
  const { machine, past } = onTrial(directory)
  past.trials.end()
  let looks = 0
  const mayBegin = (): boolean => {
    if (++looks === 3) past.trials.begin({ ...trial, deadline: machine.clock.monotonic() + 60_000 })
    return true
  }
  assert.is((await guardTrial(past, { ...free, mayBegin }))?.outcome, 'undone')
  assert.is(await guardTrial(past, { ...free, mayBegin: () => ++looks < 9 }), undefined)
  assert.is(looks, 9)
})

test('waits for the lock, and leaves it to the holder if that undoes it', async ({ directory }) => {
  const { machine, past } = onTrial(directory)
  const late: number[] = []
  const barred = {
    ...free,
    takeLock: async () => {
      if (late.length === 3) past.trials.end()
      throw new SlbError('locked', 'another slb is at work')
    },
    barred: (milliseconds: number) => late.push(milliseconds),
  }
  assert.is(await guardTrial(past, barred), undefined)
  assert.equal(late, [0, 250, 500])
  assert.is(weight(machine), 5)
})

test('tries again when the undo fails, and less often each time', async ({ directory }) => {
  const { machine, past } = onTrial(directory)
  const begun = machine.clock.monotonic()
  const told: number[] = []
  const locked = {
    ...free,
    takeLock: async () => {
      if (told.length < 3) throw new SlbError('io', 'the disk is full')
      return free.takeLock()
    },
    failed: () => told.push(machine.clock.monotonic() - begun),
  }
  assert.is((await guardTrial(past, locked))?.outcome, 'undone')
  assert.equal(told, [60_000, 61_000, 66_000])
  assert.is(weight(machine), 1)
})

test('an undo that was killed on the way is done again from the start', async ({ directory }) => {
  const { machine, past } = onTrial(directory)
  past.trials.claim()
  const before = machine.clock.monotonic()
  assert.is((await guardTrial(past, free))?.outcome, 'undone')
  assert.is(machine.clock.monotonic(), before, 'at once, whatever the deadline')
  assert.is(weight(machine), 1)
})

test.run()
