import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SlbError } from '../../src/model/error.ts'
import { takeLock } from '../../src/state/lock.ts'

/** By each of four. */
const takes = 50

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

test('however many race for it, two never hold it at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slb-lock-'))
  const url = new URL('../../src/state/lock.js', import.meta.url)
  // Making a folder fails where it is there already.
  const code = `const { takeLock } = await import(${JSON.stringify(url.href)})
    const { mkdirSync, rmdirSync } = await import('node:fs')
    let refused = 0
    for (let taken = 0; taken < ${takes}; ) {
      const lock = await takeLock('racer').catch(error => {
        if (error.code !== 'locked') throw error
        refused++
      })
      if (lock === undefined) continue
      mkdirSync('held')
      await new Promise(resolve => setImmediate(resolve))
      rmdirSync('held')
      await lock.release()
      taken++
    }
    console.log(refused)`
  const racers = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', chunk => {
      said += chunk
    })
    return once(child, 'close').then(([status]) => ({ status, refused: Number(said) }))
  })
  const ended = await Promise.all(racers)
  assert.equal(
    ended.map(({ status }) => status),
    [0, 0, 0, 0],
  )
  assert.ok(ended.reduce((sum, { refused }) => sum + refused, 0) > 0, 'they met')
  rmSync(folder, { recursive: true })
})

test.run()
