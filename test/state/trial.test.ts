import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Scene } from '../../src/state/journal.ts'
import { isOverdue, openTrials } from '../../src/state/trial.ts'

const test = suite<{ directory: string }>('trial')
const scene: Scene = { boot: 'b1', namespace: '7' }
const trial = {
  deadline: 61_000,
  lasts: 60_000,
  after: 3,
  at: '2026-01-01T00:00:00.000Z',
  user: 'ada',
  files: ['/etc/slb/web.toml'],
  fingerprint: 'abc',
}

test.before.each(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'slb-trial-'))
})
test.after.each(context => rmSync(context.directory, { recursive: true }))

const files = (directory: string): string[] => readdirSync(join(directory, 'namespace-7'))

test('a trial is read by everybody of the same boot and namespace until it ends', ({
  directory,
}) => {
  const trials = openTrials(directory, scene)
  assert.is(trials.read(), undefined)
  trials.begin(trial)
  const other = openTrials(directory, scene)
  assert.equal(other.read(), { version: 1, boot: 'b1', ...trial, undoing: false })
  assert.is(openTrials(directory, { ...scene, namespace: '8' }).read(), undefined)
  other.end()
  assert.is(trials.read(), undefined)
  assert.equal(files(directory), [])
})

test('it is overdue from its deadline on, and as soon as somebody undoes it', ({ directory }) => {
  const trials = openTrials(directory, scene)
  const begun = trials.begin(trial)
  assert.not(isOverdue(begun, 60_999))
  assert.ok(isOverdue(begun, 61_000))
  assert.ok(trials.claim())
  assert.is(trials.read()?.undoing, true)
  assert.ok(isOverdue({ ...begun, undoing: true }, 0))
})

test('of a commit and an undo only the first succeeds', ({ directory }) => {
  const [one, two] = [openTrials(directory, scene), openTrials(directory, scene)]
  one.begin(trial)
  assert.ok(one.commit())
  assert.not(two.claim())
  assert.not(two.commit())
  one.begin(trial)
  assert.ok(two.claim())
  assert.not(one.commit())
  assert.ok(one.claim(), 'an undo that was killed is taken up by the next')
  one.end()
  assert.not(two.claim())
})

test('a reboot ends it, and it can be told which files were not confirmed', ({ directory }) => {
  const before = openTrials(directory, scene)
  before.begin(trial)
  const now = openTrials(directory, { ...scene, boot: 'b2' })
  assert.is(now.read(), undefined)
  assert.is(now.left()?.fingerprint, 'abc')
  assert.is(before.left(), undefined)
  assert.not(now.commit())
  before.claim()
  assert.is(now.left()?.fingerprint, 'abc')
  now.begin({ ...trial, fingerprint: 'def' })
  assert.is(now.read()?.fingerprint, 'def')
  assert.is(now.left(), undefined)
  assert.equal(files(directory), ['trial.json'])
})

test('a damaged record is a fault that names it', ({ directory }) => {
  const trials = openTrials(directory, scene)
  trials.begin(trial)
  for (const text of ['{', 'null', '{"version":1}', '{"version":2}']) {
    writeFileSync(trials.path, text)
    assert.throws(() => trials.read(), /record of the trial .*trial\.json is damaged/)
  }
})

test.run()
