/** A process that is stopped and goes on (SIGSTOP, SIGCONT): what it did not hear is nobody's failure. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

interface Said {
  readonly asked?: number
  readonly bad?: string
  readonly changed?: readonly string[]
  readonly alert?: object
}

test('after standing still nothing is down, though answers were missed', async () => {
  // Answers that take long enough for some to be awaited at any time.
  const server = createServer(socket => {
    socket.on('error', () => {})
    setTimeout(() => socket.end('here'), 150)
  })
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  const script = fileURLToPath(new URL('./stopped-child.js', import.meta.url))
  const child = spawn(process.execPath, [script, String((server.address() as AddressInfo).port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: Said[] = []
  createInterface(child.stdout).on('line', line => said.push(JSON.parse(line)))
  const asked = (): number => said.findLast(one => one.asked !== undefined)?.asked ?? 0
  const until = async (count: number): Promise<void> => {
    while (asked() < count) await sleep(20)
  }
  await until(400)
  child.kill('SIGSTOP')
  await sleep(1000)
  child.kill('SIGCONT')
  await until(asked() + 600)
  child.kill('SIGKILL')
  server.close()
  assert.ok(said.some(one => one.bad !== undefined))
  assert.equal(
    said.filter(one => one.changed !== undefined || one.alert !== undefined),
    [],
  )
})

test.run()
