import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Batch } from '../../src/netlink/batch.ts'
import { errnoName } from '../../src/netlink/errno.ts'
import { startMessage } from '../../src/netlink/message.ts'
import { openNetlink, protocol } from '../../src/netlink/socket.ts'
import { error, type Happening, type Sent, script } from './scripted.ts'

const acknowledge = 0x4

const noop = 1

/** Says yes to whoever asks, and no to the messages of these types. */
function kernel(refused: Readonly<Record<number, string>>) {
  return (messages: readonly Sent[]): Happening[] =>
    messages.flatMap(({ type, flags, sequence }) => {
      const name = refused[type]
      if (name !== undefined) return [error(sequence, name)]
      return (flags & acknowledge) === 0 ? [] : [error(sequence)]
    })
}

function open(answer: (messages: readonly Sent[]) => readonly Happening[], failSend?: string[]) {
  const play = script(answer, failSend)
  const netlink = openNetlink(protocol.generic, { libc: play.libc })
  return { ...play, netlink, batch: netlink.batch<string>() }
}

/** A message of 1 KB. */
function add(batch: Batch<string>, type: number): void {
  startMessage(batch.writer, type)
  batch.writer.bytes.fill(0, batch.writer.at, batch.writer.at + 1008)
  batch.writer.at += 1008
  batch.commit(`message ${type}`)
}

const outcome = (batch: Batch<string>): string[] =>
  batch.failures.map(({ tag, errno }) => `${tag}: ${errnoName(errno)}`)

test('one send, and only its end asks to be acknowledged', async () => {
  const { batch, sends } = open(kernel({}))
  for (const type of [16, 17, 18]) add(batch, type)
  await batch.flush()
  assert.is(sends.length, 1)
  assert.equal(
    sends[0]?.map(({ type, flags }) => [type, flags & acknowledge]),
    [
      [16, 0],
      [17, 0],
      [18, 0],
      [noop, acknowledge],
    ],
  )
  assert.equal(outcome(batch), [])
})

test('an error names the message that failed; those after it have happened', async () => {
  const { batch } = open(kernel({ 17: 'EEXIST', 19: 'ENOENT' }))
  for (const type of [16, 17, 18, 19]) add(batch, type)
  await batch.flush()
  assert.equal(outcome(batch), ['message 17: EEXIST', 'message 19: ENOENT'])
})

test('a full chunk is due; errors of all chunks are kept', async () => {
  const { batch, sends } = open(kernel({ 20: 'EBUSY', 390: 'EPERM' }))
  for (let type = 16; type < 400; type++) {
    if (batch.full()) await batch.flush()
    add(batch, type)
  }
  await batch.flush()
  assert.equal(
    sends.map(messages => messages.length),
    [151, 151, 85],
  )
  assert.equal(outcome(batch), ['message 20: EBUSY', 'message 390: EPERM'])
})

test('other work gets its turn after a chunk', async () => {
  const { batch } = open(kernel({}))
  add(batch, 16)
  let turn = false
  setImmediate(() => {
    turn = true
  })
  await batch.flush()
  assert.ok(turn)
})

test('flushing nothing sends nothing', async () => {
  const { batch, sends } = open(kernel({}))
  await batch.flush()
  add(batch, 16)
  await batch.flush()
  await batch.flush()
  assert.is(sends.length, 1)
})

test('when answers are lost, every message without one is in doubt', async () => {
  const { batch } = open(messages => {
    const second = messages[1]?.sequence ?? 0
    return ['ENOBUFS', error(second, 'EEXIST')]
  })
  for (const type of [16, 17, 18]) add(batch, type)
  await batch.flush()
  assert.equal(outcome(batch), ['message 17: EEXIST', 'message 16: ENOBUFS', 'message 18: ENOBUFS'])
})

test('when answers are lost, what was not said to fail is in doubt even if the end is there', async () => {
  const { batch } = open(messages => [
    'ENOBUFS',
    error(messages[1]?.sequence ?? 0, 'EEXIST'),
    error(messages.at(-1)?.sequence ?? 0),
  ])
  for (const type of [16, 17]) add(batch, type)
  await batch.flush()
  assert.equal(outcome(batch), ['message 17: EEXIST', 'message 16: ENOBUFS'])
})

test('an answer that the kernel leaves out is a success, not a wait', async () => {
  const { batch, sockets } = open(messages => [error(messages.at(-1)?.sequence ?? 0)])
  for (const type of [16, 17]) add(batch, type)
  await batch.flush()
  assert.equal(outcome(batch), [])
  assert.is(sockets.opened, 1)
})

test('no answer in time: in doubt, and the socket is a new one', async () => {
  const { batch, sockets } = open(messages => [error(messages[0]?.sequence ?? 0, 'EEXIST')])
  for (const type of [16, 17]) add(batch, type)
  await batch.flush()
  assert.equal(outcome(batch), ['message 16: EEXIST', 'message 17: ETIMEDOUT'])
  assert.equal(sockets, { opened: 2, closed: 1 })
})

test('a send that fails has done nothing; the next chunk is tried', async () => {
  const { batch, sends } = open(kernel({}), ['ENOBUFS'])
  for (const type of [16, 17]) add(batch, type)
  await batch.flush()
  add(batch, 18)
  await batch.flush()
  assert.equal(outcome(batch), ['message 16: ENOBUFS', 'message 17: ENOBUFS'])
  assert.is(sends.length, 1)
})

test('requests may be made while a chunk is being written', async () => {
  const { batch, netlink, sends } = open(kernel({ 17: 'EEXIST' }))
  add(batch, 16)
  netlink.request('ask', w => startMessage(w, 30))
  add(batch, 17)
  add(batch, 18)
  await batch.flush()
  assert.equal(
    sends.map(messages => messages.map(message => message.type)),
    [[30], [16, 17, 18, noop]],
  )
  assert.equal(outcome(batch), ['message 17: EEXIST'])
})

test.run()
