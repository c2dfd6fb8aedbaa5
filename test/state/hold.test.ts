import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openHolds, textsFingerprint } from '../../src/state/hold.ts'
import { sceneDirectory } from '../../src/state/journal.ts'

const test = suite<{ directory: string }>('hold')
const scene = { boot: 'b1', namespace: '7' }
const hold = {
  why: 'undo',
  at: '2026-01-01T00:00:00.000Z',
  user: 'ada',
  fingerprint: 'abc',
} as const

test.before.each(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'slb-hold-'))
})
test.after.each(context => rmSync(context.directory, { recursive: true }))

test('a hold lasts until it is cleared', ({ directory }) => {
  const holds = openHolds(directory, scene)
  assert.is(holds.read(), undefined)
  assert.not(holds.clear())
  holds.set(hold)
  assert.equal(openHolds(directory, scene).read(), { version: 1, boot: 'b1', ...hold })
  assert.ok(holds.clear())
  assert.is(holds.read(), undefined)
})

test('after a reboot it is void, and told of', ({ directory }) => {
  openHolds(directory, scene).set(hold)
  const now = openHolds(directory, { ...scene, boot: 'b2' })
  assert.is(now.read(), undefined)
  assert.is(now.left()?.why, 'undo')
  assert.not(now.clear())
  assert.is(now.left(), undefined)
})

test('what was killed while it was written is cleared away, too', ({ directory }) => {
  const folder = sceneDirectory(directory, scene)
  mkdirSync(folder, { recursive: true })
  for (const name of ['hold.json.tmp', 'hold-image.json.tmp'])
    writeFileSync(join(folder, name), '{')
  assert.not(openHolds(directory, scene).clear())
  assert.equal(readdirSync(folder), [])
})

const text = (words: string): Uint8Array => Buffer.from(words)
const web = { file: '/etc/slb/web.toml', text: text('a') }
const dns = { file: '/etc/slb/dns.toml', text: text('b') }

test('texts are told apart by names and bytes', () => {
  const same = textsFingerprint([web, dns])
  assert.match(same, /^[0-9a-f]{64}$/)
  for (const other of [
    [web],
    [],
    [{ ...web, text: text('A') }, dns],
    [{ ...web, file: '/etc/slb/www.toml' }, dns],
    [
      { ...web, text: dns.text },
      { ...dns, text: web.text },
    ],
    [web, web, dns],
  ])
    assert.is.not(textsFingerprint(other), same)
})

test('neither their order nor the way to their directory matters', () => {
  const same = textsFingerprint([web, dns])
  assert.is(textsFingerprint([dns, web]), same)
  assert.is(textsFingerprint([{ ...web, file: 'web.toml' }, dns]), same)
})

test.run()
