/** Records of trials and holds are read where they can have changed. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Records } from '../../src/daemon/records.ts'
import type { Holds } from '../../src/state/hold.ts'
import type { Trial, Trials } from '../../src/state/trial.ts'

function rig() {
  const disk: { reads: number; trial: Trial | undefined } = { reads: 0, trial: undefined }
  const trials = {
    read() {
      disk.reads++
      return disk.trial
    },
  } as unknown as Trials
  const holds = { read: () => undefined } as unknown as Holds
  return { disk, records: new Records({ trials, holds }) }
}

test('looks, verdicts and drains read nothing', () => {
  const { disk, records } = rig()
  records.read()
  for (const after of ['look', 'verdicts', 'prepare', 'drains', undefined] as const)
    records.read(after)
  assert.is(disk.reads, 1)
})

test('what begins or ends them reads them again', () => {
  const { disk, records } = rig()
  records.read()
  for (const after of ['files', 'undo', 'command'] as const) records.read(after)
  assert.is(disk.reads, 4)
})

test('one that is there may be ended by another process', () => {
  const { disk, records } = rig()
  disk.trial = {} as Trial
  records.read()
  disk.trial = undefined
  assert.is(records.read('look').trial, undefined)
  records.read('look')
  assert.is(disk.reads, 2)
})

test.run()
