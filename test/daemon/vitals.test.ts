/** What the service manager hears: ready when something stands, alive as long as the engine is. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Report, Task } from '../../src/daemon/task.ts'
import { Vitals } from '../../src/daemon/vitals.ts'
import { defaultNode } from '../../src/model/defaults.ts'

const pulse = 15_000
const look: Task = { kind: 'look', at: 'all' }
const files: Task = { kind: 'files', now: { sources: [], diagnostics: [], unreadable: [] } }

function rig() {
  const heard: string[] = []
  const notes: string[] = []
  const vitals = new Vitals({
    notifier: {
      ready: () => heard.push('ready'),
      status: text => heard.push(text),
      alive: () => heard.push('alive'),
      starting: within => heard.push(`starting ${within}`),
      pulse,
    },
    note: (level, message) => notes.push(`${level} ${message}`),
  })
  const report = (summary: string, more: Partial<Report> = {}): Report => {
    const usual = { cost: 100, node: defaultNode, draining: false, failed: false, again: false }
    return { summary, ...usual, ...more }
  }
  return {
    heard: () => heard.splice(0),
    notes: () => notes.splice(0),
    vitals,
    does(task: Task, summary: string, more?: Partial<Report>) {
      vitals.began(task)
      vitals.ended(task, report(summary, more))
    },
    pulses(count: number) {
      for (let index = 0; index < count; index++) vitals.pulse()
    },
  }
}

test('it is ready when the first files are done, and says how things are', () => {
  const { does, heard, notes } = rig()
  does(look, 'nothing yet')
  does(files, '1 service as configured')
  assert.equal(heard(), ['nothing yet', '1 service as configured', 'ready'])
  assert.equal(notes(), ['info ready: 1 service as configured'])
})

test('as long as nothing can be done it is not ready, and says why', () => {
  const { does, heard, notes } = rig()
  for (let time = 0; time < 2; time++)
    does(files, 'nothing can be done: no ip_vs', { failed: true })
  assert.equal(heard(), Array(2).fill('nothing can be done: no ip_vs'))
  does(files, '1 service as configured')
  assert.equal(heard(), ['1 service as configured', 'ready'])
  assert.is(notes().length, 1)
})

test('a reload ends, whatever comes of it', () => {
  const { does, heard } = rig()
  does(files, 'fine')
  heard()
  does(files, 'nothing can be done', { failed: true })
  assert.equal(heard(), ['nothing can be done', 'ready'])
})

test('it is alive while its engine rests or works, but not when a task does not end', () => {
  const { does, heard, notes, pulses, vitals } = rig()
  does(files, 'fine')
  heard()
  pulses(20)
  assert.equal(heard(), Array(20).fill('alive'))
  vitals.began(look)
  pulses(20)
  // Two minutes are eight pulses.
  assert.equal(heard(), Array(8).fill('alive'))
  assert.equal(notes().slice(1), ['error the engine is stuck: look takes longer than 135 s'])
})

test('an engine that comes back after all is alive again', () => {
  const { does, heard, pulses, vitals, notes } = rig()
  does(files, 'fine')
  vitals.began(look)
  pulses(20)
  heard()
  notes()
  does(look, 'fine again', { cost: 300_000 })
  pulses(1)
  assert.equal(heard(), ['fine again', 'alive'])
  assert.match(notes().join(), 'come back')
  vitals.began(look)
  pulses(20)
  assert.equal(heard(), Array(20).fill('alive'), 'what has taken so long before may do so again')
})

test('what a stop waits for is not a stuck engine', () => {
  const { heard, pulses, vitals } = rig()
  vitals.began({ kind: 'stop' })
  pulses(20)
  assert.is(heard().filter(one => one === 'alive').length, 20)
})

test('a first round that takes long has the time that it needs', () => {
  const { heard, pulses, vitals } = rig()
  vitals.began(files)
  pulses(2)
  assert.equal(heard(), ['alive', 'starting 60000', 'alive', 'starting 60000'])
})

test.run()
