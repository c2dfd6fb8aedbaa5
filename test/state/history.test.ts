import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  entriesAfter,
  type HistoryEntry,
  newestEntries,
  openHistory,
} from '../../src/state/history.ts'

const test = suite<{ directory: string }>('history')
const entry = {
  at: '2026-01-01T00:00:00.000Z',
  cause: { kind: 'operator' as const, command: 'apply', user: 'ops', files: ['/etc/slb/web.toml'] },
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

/** A history of so many entries, and the folder that they stand in. */
function filled(directory: string, count: number) {
  const history = openHistory(directory)
  for (let i = 0; i < count; i++) history.end(history.begin(entry, 50), 'done')
  return { history, file: (number: number) => join(directory, 'history', `00000${number}.json`) }
}

const numbers = (entries: readonly HistoryEntry[]) => entries.map(one => one.number)

test('ignores files that are not entries, and tells which are damaged', ({ directory }) => {
  const { history, file } = filled(directory, 4)
  writeFileSync(join(directory, 'history', 'notes.txt'), 'mine')
  assert.equal(numbers(history.list()), [4, 3, 2, 1])
  for (const [index, text] of ['{', 'null', '{"version":1}'].entries())
    writeFileSync(file(index + 2), text)
  const damaged: string[] = []
  assert.equal(numbers(history.list(({ path }) => damaged.push(path))), [1])
  assert.equal(damaged, [file(4), file(3), file(2)])
})

test('going back takes whole entries, up to the end of the history', ({ directory }) => {
  const { history } = filled(directory, 3)
  assert.equal(numbers(newestEntries(history, 2)), [3, 2])
  assert.equal(numbers(newestEntries(history, 9)), [3, 2, 1])
  assert.equal(newestEntries(openHistory(join(directory, 'none')), 1), [])
})

test('repairs of drift are taken along, and not counted', ({ directory }) => {
  const { history } = filled(directory, 2)
  const drift = { ...entry, cause: { ...entry.cause, kind: 'drift' as const } }
  for (const one of [drift, entry, drift]) history.end(history.begin(one, 50), 'done')
  assert.equal(numbers(newestEntries(history, 1)), [5, 4])
  assert.equal(numbers(newestEntries(history, 2)), [5, 4, 3, 2])
  assert.equal(numbers(entriesAfter(history, 2)), [5, 4, 3])
})

test('going back stops at an entry that is damaged or missing', ({ directory }) => {
  const { history, file } = filled(directory, 5)
  rmSync(file(3))
  assert.equal(numbers(newestEntries(history, 2)), [5, 4])
  assert.throws(() => newestEntries(history, 3), /entry 3 of the history is missing/)
  writeFileSync(file(4), '{')
  assert.equal(numbers(newestEntries(history, 1)), [5])
  assert.throws(() => newestEntries(history, 2), /000004\.json is damaged/)
  writeFileSync(file(5), '')
  assert.throws(() => newestEntries(history, 1), /000005\.json is damaged/)
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
