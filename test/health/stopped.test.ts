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
  /** How many answers it waits for. */
  readonly awaited?: number
  readonly bad?: string
  readonly changed?: readonly string[]
  readonly alert?: object
}

/** Longer than a check's timeout: whatever is awaited is missed. */
const standing = 2000
/** How often it is stopped until it happens that answers are missed. */
const mostStops = 10

test('after standing still nothing is down, though answers were missed', async () => {
  // Answers that take long enough for some to be awaited at nearly any time.
  const server = createServer(socket => {
    socket.on('error', () => {})
    setTimeout(() => socket.end('here'), 300)
  })
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  const script = fileURLToPath(new URL('./stopped-child.js', import.meta.url))
  const child = spawn(process.execPath, [script, String((server.address() as AddressInfo).port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: Said[] = []
  createInterface(child.stdout).on('line', line => said.push(JSON.parse(line)))
  const told = (): Said => said.findLast(one => one.asked !== undefined) ?? {}
  const until = async (so: (told: Said) => boolean): Promise<void> => {
    while (!so(told())) await sleep(5)
  }
  const hasMissed = (): boolean => said.some(one => one.bad !== undefined)
  for (let stops = 0; stops < mostStops && !hasMissed(); stops++) {
    const begun = told().asked ?? 0
    await until(({ asked = 0, awaited = 0 }) => asked > begun + 60 && awaited > 5)
    child.kill('SIGSTOP')
    await sleep(standing)
    child.kill('SIGCONT')
    const stopped = told().asked ?? 0
    await until(({ asked = 0 }) => asked > stopped + 120)
  }
  child.kill('SIGKILL')
  server.close()
  assert.ok(hasMissed(), `no answer was missed in ${mostStops} stops`)
  assert.equal(
    said.filter(one => one.changed !== undefined || one.alert !== undefined),
    [],
  )
})

test.run()
