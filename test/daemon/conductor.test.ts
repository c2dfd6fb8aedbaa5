/** What the engine is given to do, and in which order. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Sources } from '../../src/config/read.ts'
import { Conductor, lookPause } from '../../src/daemon/conductor.ts'
import type { CommandLine, Report, Task } from '../../src/daemon/task.ts'
import { defaultNode } from '../../src/model/defaults.ts'
import { stillClock } from '../engine/rig.ts'

const terminal = { tty: false, colour: false }
const line: CommandLine = { argv: ['plan'], user: 'me', out: terminal, err: terminal, attached: {} }

function texts(name: string): Sources {
  return { sources: [{ file: name, text: new Uint8Array() }], diagnostics: [], unreadable: [] }
}

const usual: Report = {
  cost: 1,
  summary: '',
  node: { ...defaultNode, driftInterval: 3_600_000 },
  draining: false,
  failed: false,
  again: false,
}

/** A conductor whose engine works when it is told to. */
function rig(answer: (task: Task) => Partial<Report> = () => ({})) {
  const done: string[] = []
  const asked = { toGiveWay: 0 }
  let finish: (() => void) | undefined
  const clock = stillClock()
  const conductor = new Conductor({
    clock,
    work: task =>
      new Promise(resolve => {
        done.push(name(task))
        finish = () => resolve({ ...usual, ...answer(task) })
      }),
    giveWay: () => {
      asked.toGiveWay++
    },
    reported() {},
  })
  return {
    conductor,
    clock,
    done,
    asked,
    /** Ends the task at hand, and lets the next begin. */
    async step() {
      const end = finish
      finish = undefined
      end?.()
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    },
    async until(condition: () => boolean) {
      while (!condition()) await new Promise(resolve => setTimeout(resolve, 2))
    },
  }
}

function name(task: Task): string {
  if (task.kind === 'prepare') return `prepare ${task.now.sources[0]?.file}`
  if (task.kind === 'files') return `files ${task.now.sources[0]?.file}`
  if (task.kind === 'look') return `look ${task.at}`
  return task.kind === 'command' ? `command ${task.id}` : task.kind
}

test('one task at a time, and of files that change meanwhile only the last texts', async () => {
  const { conductor, done, step } = rig()
  conductor.files(texts('a'))
  conductor.files(texts('b'))
  conductor.files(texts('c'))
  assert.equal(done, ['files a'])
  await step()
  assert.equal(done, ['files a', 'files c'])
  await ended(conductor, step)
})

test('what may come is prepared while there is nothing else to do, and never put off for later', async () => {
  const { conductor, done, step } = rig()
  conductor.coming(texts('a'))
  conductor.coming(texts('b'))
  conductor.files(texts('b'))
  await step()
  conductor.coming(texts('c'))
  assert.equal(done, ['prepare a', 'files b'])
  await ended(conductor, step)
})

test('what an operator says comes before files, and files before looks', async () => {
  const { conductor, done, step } = rig()
  conductor.files(texts('a'))
  conductor.links()
  conductor.links()
  conductor.files(texts('b'))
  conductor.command(1, line)
  for (let turn = 0; turn < 4; turn++) await step()
  assert.equal(done, ['files a', 'command 1', 'files b', 'look links'])
  await ended(conductor, step)
})

test('commands without end do not keep files and looks from their turn', async () => {
  const { conductor, done, step } = rig()
  for (let id = 1; id <= 4; id++) conductor.command(id, line)
  conductor.files(texts('a'))
  conductor.links()
  for (let turn = 0; turn < 4; turn++) await step()
  assert.equal(done, ['command 1', 'files a', 'command 2', 'look links', 'command 3'])
  await ended(conductor, step)
})

test('a command can be taken back until it begins', async () => {
  const { conductor, done, step } = rig()
  for (let id = 1; id <= 3; id++) conductor.command(id, line)
  assert.equal(conductor.waiting, [2, 3])
  assert.not(conductor.withdraw(1))
  assert.ok(conductor.withdraw(2))
  await step()
  assert.equal(done, ['command 1', 'command 3'])
  await ended(conductor, step)
})

test('what failed is tried again, and drains are looked after', async () => {
  let failures = 1
  const { conductor, done, step, until } = rig(task => ({
    draining: task.kind === 'files',
    failed: task.kind === 'files' && failures-- > 0,
  }))
  conductor.files(texts('a'))
  await step()
  await until(() => done.length === 2)
  assert.equal(done[1], 'drains')
  await step()
  await until(() => done.length === 3)
  assert.equal(done[2], 'files a')
  await step()
  await ended(conductor, step)
})

test('looks that fail, too, do not put off the next try of what failed first', async () => {
  let files = 0
  const { conductor, done, step, until } = rig(task => ({
    failed: task.kind !== 'files' || files++ === 0,
  }))
  conductor.files(texts('a'))
  await step()
  for (let look = 0; done.filter(one => one === 'files a').length < 2; look++) {
    assert.ok(look < 500, done.join())
    conductor.links()
    await until(() => done.length > look + 1)
    await step()
    await sleep(10)
  }
  await ended(conductor, step)
})

test('an apply on trial is undone at its deadline', async () => {
  const { conductor, clock, done, step, until } = rig(task =>
    task.kind === 'undo' ? {} : { trialEnds: 1_000_030 },
  )
  clock.now = 1_000_000
  conductor.files(texts('a'))
  await step()
  assert.equal(done, ['files a'])
  await until(() => done.length === 2)
  assert.equal(done[1], 'undo')
  await step()
  await ended(conductor, step)
})

test('a trial that is overdue and could not be undone is not tried without a pause', async () => {
  const { conductor, clock, done, step } = rig(() => ({ trialEnds: 1_000_000, failed: true }))
  clock.now = 1_000_030
  conductor.files(texts('a'))
  await step()
  await sleep(100)
  assert.equal(done, ['files a'])
  await ended(conductor, step)
})

test('stopping ends what is under way, leaves the rest, and does what on_stop says', async () => {
  const { conductor, done, step } = rig()
  conductor.files(texts('a'))
  conductor.files(texts('b'))
  const stopped = conductor.stop()
  await step()
  assert.equal(done, ['files a', 'stop'])
  await step()
  await stopped
  assert.equal(done.length, 2)
})

test('looking takes a thirtieth of the time at most', () => {
  assert.is(lookPause({ ...defaultNode, driftInterval: 2000 }, 10), 2000)
  assert.is(lookPause({ ...defaultNode, driftInterval: 2000 }, 500), 20_000)
})

/** Nothing is left over that would keep the process. */
async function ended(conductor: Conductor, step: () => Promise<void>): Promise<void> {
  const stopped = conductor.stop()
  await step()
  await step()
  await stopped
}

/** What the engine says of a look that it was asked to end. */
const gaveWay = (task: Task): Partial<Report> => (task.kind === 'look' ? { gaveWay: true } : {})

test('a look at everything gives way to what cannot wait, and is done some time after it', async () => {
  const { conductor, done, asked, step, until } = rig(gaveWay)
  conductor.everything()
  conductor.verdicts([])
  assert.is(asked.toGiveWay, 1)
  await step()
  assert.equal(done, ['look all', 'verdicts'])
  await step()
  assert.equal(done, ['look all', 'verdicts'], 'more may come')
  await until(() => done.length === 3)
  assert.is(done.at(-1), 'look all')
  await ended(conductor, step)
})

test('files that may come soon are made ready for at once, and not if they have come meanwhile', async () => {
  const { conductor, done, asked, step } = rig(gaveWay)
  conductor.everything()
  conductor.coming(texts('a'))
  assert.is(asked.toGiveWay, 1)
  await step()
  assert.equal(done, ['look all', 'prepare a'])
  await step()
  conductor.everything()
  conductor.coming(texts('b'))
  conductor.files(texts('b'))
  await step()
  assert.equal(done, ['look all', 'prepare a', 'look all', 'files b'])
  await ended(conductor, step)
})

test('one that is long overdue is done to its end: drift is found whatever comes', async () => {
  const { conductor, clock, done, asked, step } = rig(gaveWay)
  conductor.files(texts('a'))
  await step()
  clock.now += 3 * usual.node.driftInterval - 1
  conductor.everything()
  conductor.verdicts([])
  assert.is(asked.toGiveWay, 1)
  await step()
  await step()
  clock.now += 1
  conductor.everything()
  conductor.verdicts([])
  conductor.coming(texts('a'))
  conductor.files(texts('a'))
  assert.is(asked.toGiveWay, 1)
  await step()
  assert.equal(
    done,
    ['files a', 'look all', 'verdicts', 'look all', 'verdicts'],
    'nothing is made ready for',
  )
  await ended(conductor, step)
})

test('when it is overdue follows from what a look costs, as far as that is known', async () => {
  const node = { ...defaultNode, driftInterval: 2000 }
  const { conductor, clock, asked, step } = rig(task => ({ ...gaveWay(task), cost: 500, node }))
  conductor.everything()
  conductor.verdicts([])
  await step()
  await step()
  clock.now += 3 * lookPause(node, 500) - 1
  conductor.everything()
  conductor.verdicts([])
  assert.is(asked.toGiveWay, 2)
  await ended(conductor, step)
})

test('nothing else gives way: neither a look at links nor what changes the kernel', async () => {
  const { conductor, asked, step } = rig()
  conductor.links()
  conductor.verdicts([])
  await step()
  conductor.files(texts('a'))
  await step()
  conductor.verdicts([])
  assert.is(asked.toGiveWay, 0)
  await ended(conductor, step)
})

test.run()
