/** The engine's thread: it is begun when there is work, and never again after the end. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startEngine } from '../../src/daemon/thread.ts'

const thread = `
import { parentPort } from 'node:worker_threads'
parentPort.postMessage({ kind: 'note', note: { level: 'info', message: 'begun', fields: {} } })
parentPort.on('message', order => {
  if (order.kind === 'task') parentPort.postMessage({ kind: 'report', report: order.task.kind })
})
`
const port = () => new MessageChannel().port1
const silent = {
  note() {},
  print() {},
  ended() {},
  checks: port,
  speaker: port,
  speaking: () => undefined,
  gobgpd: async () => {},
}
const entry = new URL(`data:text/javascript,${encodeURIComponent(thread)}`)

test('hurry does not begin a thread that has ended: it would keep the process', async () => {
  let begun = 0
  const engine = startEngine(entry, {}, { ...silent, note: () => begun++ })
  assert.is(await engine.work({ kind: 'stop' }), 'stop')
  const closing = engine.close()
  engine.hurry()
  await closing
  await new Promise(resolve => setTimeout(resolve, 300))
  assert.is(begun, 1)
})

test('one that dies takes its own task along, and not the next one', async () => {
  const faulty = thread.replace(
    "message', order => {",
    "message', order => { if (order.task.kind === 'look') throw new Error('a fault')",
  )
  const engine = startEngine(
    new URL(`data:text/javascript,${encodeURIComponent(faulty)}`),
    {},
    silent,
  )
  const fault = await engine
    .work({ kind: 'look', at: 'all' })
    .catch((error: Error) => error.message)
  assert.is(fault, 'a fault')
  assert.is(await engine.work({ kind: 'stop' }), 'stop')
  await engine.close()
})

test.run()
