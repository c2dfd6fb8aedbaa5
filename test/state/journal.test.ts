import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SlbError } from '../../src/model/error.ts'
import type { Ledger } from '../../src/plan/types.ts'
import { emptyLedger, openJournal, type Scene } from '../../src/state/journal.ts'

const test = suite<{ directory: string }>('journal')
const scene: Scene = { boot: 'one', namespace: '42' }
const ledger: Ledger = {
  service: new Map([['tcp 192.0.2.10:80', { name: 'web', drain: 60_000, hash: 7 }]]),
  address: new Set(['address slb0 192.0.2.10/32']),
  link: new Set(['link slb0']),
  snat: new Set(),
  begun: new Set(['address slb0 192.0.2.10/32']),
  settings: new Map([['sysctl net.ipv4.ip_forward', '{"value":"1"}']]),
  draining: new Map([['tcp 192.0.2.10:80 -> 10.0.0.1:80', 12_345]]),
  gobgpds: new Set(['unix:/run/gobgpd.sock']),
  strict: new Set(['route 192.0.2.10/32']),
  withdrawal: { notice: 2000, settle: 500 },
}

test.before.each(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'slb-journal-'))
})
test.after.each(context => rmSync(context.directory, { recursive: true }))

test('reads back what it wrote', ({ directory }) => {
  openJournal(directory, scene).write(ledger)
  assert.equal(openJournal(directory, scene).read(), ledger)
})

test('reads what an earlier version wrote, which knew no rules of announcements', ({
  directory,
}) => {
  const journal = openJournal(directory, scene)
  const settings = new Map([
    ['route 192.0.2.10/32', '{"speaker":"gobgp","api":"unix:/run/gobgpd.sock"}'],
    ['route 192.0.2.11/32', '{"speaker":"embedded"}'],
    ...ledger.settings,
  ])
  journal.write({ ...ledger, settings })
  const { strict, withdrawal, gobgpds, ...older } = JSON.parse(readFileSync(journal.path, 'utf8'))
  assert.equal(strict, ['route 192.0.2.10/32'])
  assert.ok(withdrawal)
  assert.equal(gobgpds, [...ledger.gobgpds])
  writeFileSync(journal.path, JSON.stringify(older))
  const { withdrawal: _, ...rest } = ledger
  assert.equal(openJournal(directory, scene).read(), { ...rest, settings, strict: new Set() })
})

test('is empty before the first write, and an empty ledger is not worth a file', ({
  directory,
}) => {
  const journal = openJournal(directory, scene)
  assert.equal(journal.read(), emptyLedger)
  assert.is(journal.write(emptyLedger), false)
  assert.equal(readdirSync(directory), [])
})

test('proves nothing after a reboot, and nothing about another namespace', ({ directory }) => {
  openJournal(directory, scene).write(ledger)
  assert.equal(openJournal(directory, { ...scene, boot: 'two' }).read(), emptyLedger)
  assert.equal(openJournal(directory, { ...scene, namespace: '43' }).read(), emptyLedger)
  assert.equal(openJournal(directory, scene).read(), ledger, 'and the others left it alone')
})

test('a file of another namespace in its place proves nothing', ({ directory }) => {
  const theirs = openJournal(directory, scene)
  theirs.write(ledger)
  const ours = openJournal(directory, { ...scene, namespace: '43' })
  mkdirSync(join(ours.path, '..'))
  copyFileSync(theirs.path, ours.path)
  assert.equal(ours.read(), emptyLedger)
})

test('is not written again when it says the same, in whatever order', ({ directory }) => {
  const journal = openJournal(directory, scene)
  assert.is(journal.write(ledger), true)
  const inode = statSync(journal.path).ino
  assert.is(journal.write({ ...ledger, service: new Map([...ledger.service].reverse()) }), false)
  assert.is(statSync(journal.path).ino, inode)
})

test('leaves no temporary file behind', ({ directory }) => {
  const journal = openJournal(directory, scene)
  journal.write(ledger)
  assert.equal(readdirSync(join(journal.path, '..')), ['journal.json'])
})

test('a damaged journal is refused with a way out, never taken for an empty one', ({
  directory,
}) => {
  const journal = openJournal(directory, scene)
  journal.write(ledger)
  const text = readFileSync(journal.path, 'utf8')
  for (const damage of [text.slice(0, 40), '', 'null', '[]', '{"version":2}']) {
    writeFileSync(journal.path, damage)
    assert.throws(
      () => openJournal(directory, scene).read(),
      (error: unknown) => error instanceof SlbError && /damaged/.test(error.message),
      damage,
    )
  }
})

test('a directory that cannot be written is an error with errno, hint and path', ({
  directory,
}) => {
  writeFileSync(join(directory, 'file'), '')
  const journal = openJournal(join(directory, 'file'), scene)
  try {
    journal.write(ledger)
    assert.unreachable()
  } catch (error) {
    assert.instance(error, SlbError)
    assert.is((error as SlbError).code, 'io')
    assert.match((error as SlbError).message, /cannot write .*journal\.json/)
  }
})

test.run()
