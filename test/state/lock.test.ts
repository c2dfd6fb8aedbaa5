import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SlbError } from '../../src/model/error.ts'
import { takeLock } from '../../src/state/lock.ts'

const refusal = async (): Promise<SlbError> => {
  try {
    const lock = await takeLock('second')
    await lock.release()
  } catch (error) {
    if (error instanceof SlbError) return error
    throw error
  }
  throw new Error('the lock was free')
}

test('one holder at a time, and the refused one learns who it is', async () => {
  const lock = await takeLock('slb apply, pid 1')
  const error = await refusal()
  assert.is(error.code, 'locked')
  assert.match(error.message, /slb apply, pid 1/)
  await lock.release()
  await (await takeLock('third')).release()
})

test('a stranger who keeps the line open does not keep the lock', async () => {
  const lock = await takeLock('slb apply, pid 1')
  const stranger = connect({ path: '\0slb/writer', allowHalfOpen: true })
  stranger.on('error', () => {})
  const [answer] = await once(stranger, 'data')
  assert.is(String(answer), 'slb apply, pid 1\n')
  await lock.release()
  await (await takeLock('next')).release()
  stranger.destroy()
})

test('a killed holder leaves nothing behind', async () => {
  const url = new URL('../../src/state/lock.js', import.meta.url)
  const code = `const { takeLock } = await import(${JSON.stringify(url.href)})
    await takeLock('child'); process.kill(process.pid, 'SIGKILL')`
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', code])
  assert.is(child.signal, 'SIGKILL')
  await (await takeLock('next')).release()
})

test.run()
