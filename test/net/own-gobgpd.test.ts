/** A gobgpd that slb runs itself begins and ends with it, whichever way that ends. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OwnGobgpd } from '../../src/daemon/own-gobgpd.ts'
import { gobgpSpeaker } from '../../src/gobgp/speaker.ts'
import { ownDirectory } from './daemon.ts'
import { until } from './until.ts'

const password = async (): Promise<Uint8Array> => new Uint8Array()

/** The process that serves a socket; undefined = none. */
function serverOf(api: string): number | undefined {
  try {
    const path = api.slice('unix:'.length)
    const found = execFileSync('pgrep', ['-f', `^gobgpd --api-hosts unix://${path}`])
    return Number(found.toString().trim().split('\n')[0])
  } catch {
    return undefined
  }
}

/** Waits until a gobgpd answers there, and says which. */
async function answering(api: string, other?: number): Promise<number> {
  await until(
    'gobgpd answers',
    async () => {
      const speaker = gobgpSpeaker({ address: api, password })
      const found = await speaker.read().then(
        () => serverOf(api),
        () => undefined,
      )
      await speaker.close('keep')
      return found
    },
    found => found !== undefined && found !== other,
  )
  return serverOf(api) ?? 0
}

const gone = (api: string): Promise<unknown> =>
  until(
    'gobgpd is gone',
    async () => serverOf(api),
    found => found === undefined,
  )

test('it is begun where it is wanted, begun again when it dies, and ended with its wish', async () => {
  const directory = ownDirectory('own-gobgpd')
  const api = `unix:${join(directory.path, 'api')}`
  const notes: string[] = []
  const own = new OwnGobgpd({ note: (level, message) => notes.push(`${level} ${message}`) })
  try {
    own.want(api)
    own.want(api)
    const first = await answering(api)
    process.kill(first, 'SIGKILL')
    const second = await answering(api, first)
    assert.is.not(second, first)
    assert.match(notes.join('\n'), 'error gobgpd has ended')
    own.want(undefined)
    await gone(api)
    own.want(api)
    await answering(api)
  } finally {
    await own.close()
  }
  assert.is(serverOf(api), undefined)
  assert.is(
    notes.filter(one => one.startsWith('error')).length,
    1,
    'an end that is wanted is no news',
  )
  directory.remove()
})

test('it does not outlive a slb that is killed', async () => {
  const directory = ownDirectory('own-gobgpd')
  const api = `unix:${join(directory.path, 'api')}`
  const script = fileURLToPath(new URL('./own-gobgpd-child.js', import.meta.url))
  const slb = spawn(process.execPath, [script, api], { stdio: 'ignore' })
  await answering(api)
  slb.kill('SIGKILL')
  await gone(api)
  assert.ok(existsSync(directory.path))
  directory.remove()
})

test.run()
