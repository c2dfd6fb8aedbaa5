/** Whoever gives the daemon a command gets an answer, whatever becomes of engine and daemon. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Desk } from '../../src/daemon/desk.ts'
import type { Answer } from '../../src/daemon/session.ts'
import type { CommandLine } from '../../src/daemon/task.ts'

const terminal = { tty: false, colour: false }
const line: CommandLine = { argv: ['plan'], user: 'me', out: terminal, err: terminal, attached: {} }

function rig() {
  const queue: number[] = []
  const desk = new Desk(
    {
      command: id => queue.push(id),
      withdraw(id) {
        const at = queue.indexOf(id)
        if (at >= 0) queue.splice(at, 1)
        return at >= 0
      },
      get waiting() {
        return [...queue]
      },
    },
    20,
  )
  const client = (at: CommandLine = line) => {
    const heard: (Answer | number)[] = []
    const session = {
      print: (answer: Answer) => heard.push(answer),
      end: (status: number) => heard.push(status),
    }
    return { heard, ...desk.take(at, session) }
  }
  return { desk, queue, client }
}

test('what the engine says goes to who has asked, and ends with the exit status', () => {
  const { desk, client } = rig()
  const first = client()
  const second = client()
  desk.print(2, 'out', 'two')
  desk.print(1, 'err', 'one')
  desk.ended(1, 3)
  desk.through(1)
  assert.equal(first.heard, [{ err: 'one' }, 3])
  assert.equal(second.heard, [{ out: 'two' }])
})

test('an engine that is through without an answer is told as a failure', () => {
  const { desk, client } = rig()
  const { heard } = client()
  desk.through(1)
  assert.match(JSON.stringify(heard[0]), /slb run failed/)
  assert.is(heard[1], 1)
})

test('a command is forgotten whose giver leaves before its turn; what has begun goes on', () => {
  const { queue, client } = rig()
  const first = client()
  const second = client()
  queue.shift()
  first.gone()
  second.gone()
  assert.equal(queue, [])
})

test('a daemon that stops says so to all who wait, and to those who come', () => {
  const { desk, queue, client } = rig()
  const begun = client()
  queue.shift()
  const waiting = client()
  desk.close()
  const late = client()
  for (const { heard } of [waiting, late]) {
    assert.match(JSON.stringify(heard[0]), /stopping: this command was not begun/)
    assert.is(heard[1], 1)
  }
  desk.ended(1, 0)
  assert.equal(begun.heard, [0])
  assert.equal(queue, [])
})

test('who waits for a turn at a terminal is told so, until it comes; nobody else is', async () => {
  const { desk, client } = rig()
  const tty = { tty: true, colour: false }
  const [waits, begins, piped] = [
    client({ ...line, err: tty }),
    client({ ...line, err: tty }),
    client(),
  ]
  desk.began(2)
  while (waits.heard.length === 0) await sleep(5)
  assert.match(JSON.stringify(waits.heard[0]), /waiting for what slb run is at/)
  desk.began(1)
  assert.equal(waits.heard.slice(1), [{ err: '\r\u001b[K' }])
  await sleep(60)
  assert.equal([...begins.heard, ...piped.heard], [])
  desk.ended(1, 0)
  assert.is(waits.heard.at(-1), 0)
})

test.run()
