import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openHistory } from '../../src/state/history.ts'

const test = suite<{ directory: string }>('history')
const entry = {
  at: '2026-01-01T00:00:00.000Z',
  cause: { command: 'apply', user: 'ops', files: ['/etc/slb/web.toml'] },
  revision: 'abc',
  summary: { add: 1, change: 0, drain: 0, remove: 0 },
  before: '',
  absent: ['tcp 192.0.2.10:80'],
  policies: {},
}

test.before.each(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'slb-history-'))
})
test.after.each(context => rmSync(context.directory, { recursive: true }))

test('lists the newest first, each with how it ended', ({ directory }) => {
  const history = openHistory(directory)
  assert.equal(history.list(), [])
  const first = history.begin(entry, 50)
  history.end(first, 'done')
  const second = history.begin(entry, 50)
  history.end(second, 'failed')
  history.begin(entry, 50)
  assert.equal(
    history.list().map(one => [one.number, one.outcome]),
    [
      [3, 'begun'],
      [2, 'failed'],
      [1, 'done'],
    ],
  )
})

test('keeps as many entries as it is told, and goes on counting', ({ directory }) => {
  const history = openHistory(directory)
  for (let i = 0; i < 5; i++) history.begin(entry, 2)
  assert.equal(
    history.list().map(one => one.number),
    [5, 4],
  )
})

test('ignores files that are not entries, and names a damaged one', ({ directory }) => {
  const history = openHistory(directory)
  history.begin(entry, 50)
  const folder = join(directory, 'history')
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  assert.is(history.list().length, 1)
  const name = readdirSync(folder).find(one => one.endsWith('.json')) ?? ''
  writeFileSync(join(folder, name), '{')
  assert.throws(() => history.list(), /000001\.json is damaged/)
})

test('removes what a killed apply left half written', ({ directory }) => {
  const history = openHistory(directory)
  history.begin(entry, 50)
  const folder = join(directory, 'history')
  writeFileSync(join(folder, '000001.json.tmp'), '{"vers')
  history.begin(entry, 50)
  assert.equal(readdirSync(folder).sort(), ['000001.json', '000002.json'])
})

test.run()
