import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Source } from '../../src/config/load.ts'
import { SlbError } from '../../src/model/error.ts'
import { openLastGood } from '../../src/state/last-good.ts'

const test = suite<{ directory: string }>('last-good')
test.before.each(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'slb-last-good-'))
})
test.after.each(context => rmSync(context.directory, { recursive: true }))

const sources = (texts: Readonly<Record<string, string>>): readonly Source[] =>
  Object.entries(texts).map(([file, text]) => ({ file, text: Buffer.from(text) }))

const texts = (kept: ReadonlyMap<string, Uint8Array>): readonly (readonly [string, string])[] =>
  [...kept].map(([file, text]) => [file, `${Buffer.from(text)}`])

const two = { '/etc/slb/a.toml': '# a\n', '/etc/slb/b.toml': '# b\r\n\u00e4' }

const inodes = (directory: string): readonly number[] =>
  readdirSync(join(directory, 'last-good'))
    .sort()
    .map(name => statSync(join(directory, 'last-good', name)).ino)

test('another process reads what was accepted, byte by byte, in the order of reading', ({
  directory,
}) => {
  openLastGood(directory, ['/etc/slb']).accept(sources(two).toReversed())
  assert.equal(texts(openLastGood(directory, ['/etc/slb']).read()), Object.entries(two))
})

test('nothing is kept before the first text is accepted', ({ directory }) => {
  assert.equal(texts(openLastGood(directory, ['/etc/slb']).read()), [])
  assert.equal(readdirSync(directory), [])
})

test('only what changed is written', ({ directory }) => {
  const store = openLastGood(directory, ['/etc/slb'])
  store.accept(sources(two))
  const before = inodes(directory)
  store.accept(sources(two))
  assert.equal(inodes(directory), before)
  openLastGood(directory, ['/etc/slb']).accept(sources({ ...two, '/etc/slb/a.toml': '# new\n' }))
  assert.is(inodes(directory).filter(inode => before.includes(inode)).length, 1)
})

test('what is no longer accepted is forgotten', ({ directory }) => {
  const store = openLastGood(directory, ['/etc/slb'])
  store.accept(sources(two))
  store.accept(sources({ '/etc/slb/b.toml': '# b\n' }))
  assert.equal(texts(store.read()), [['/etc/slb/b.toml', '# b\n']])
  assert.is(readdirSync(join(directory, 'last-good')).length, 1)
})

test('other paths in the same store are neither seen nor touched', ({ directory }) => {
  const one = openLastGood(directory, ['/etc/slb'])
  const other = openLastGood(directory, ['/srv/slb', '/etc/slb.toml'])
  one.accept(sources(two))
  other.accept(sources({ '/srv/slb/a.toml': '# srv\n', '/etc/slb.toml': '# file\n' }))
  other.accept(sources({ '/etc/slb.toml': '# file\n' }))
  assert.equal(texts(one.read()), Object.entries(two))
  assert.equal(texts(other.read()), [['/etc/slb.toml', '# file\n']])
  assert.equal(texts(openLastGood(directory, ['/etc/slb/b.toml']).read()), [
    ['/etc/slb/b.toml', two['/etc/slb/b.toml']],
  ])
})

test('a file is the same by whatever path it is named, and has the name of that path', ({
  directory,
}) => {
  openLastGood(directory, ['/etc/slb']).accept(sources(two))
  const path = relative('.', '/etc/slb')
  const store = openLastGood(directory, [path])
  assert.equal(
    [...store.read().keys()],
    Object.keys(two).map(file => relative('.', file)),
  )
  const before = inodes(directory)
  store.accept(sources(two).map(({ file, text }) => ({ file: relative('.', file), text })))
  assert.equal(inodes(directory), before)
})

test('standard input is not kept', ({ directory }) => {
  openLastGood(directory, ['-']).accept(sources({ '<stdin>': '# in\n' }))
  assert.equal(readdirSync(directory), [])
})

test('a damaged file counts as absent, is told of, and does not hide the others', ({
  directory,
}) => {
  openLastGood(directory, ['/etc/slb']).accept(sources(two))
  const folder = join(directory, 'last-good')
  const [name = ''] = readdirSync(folder).filter(one =>
    readFileSync(join(folder, one), 'utf8').includes('# a'),
  )
  const path = join(folder, name)
  const whole = readFileSync(path)
  const damages: (() => void)[] = [
    () => truncateSync(path, whole.length - 1),
    () => truncateSync(path, 10),
    () => truncateSync(path, 0),
    () => writeFileSync(path, whole.toString().replace('# a', '# x')),
    () => writeFileSync(path, whole.toString().replace('a.toml', 'b.toml')),
    () => writeFileSync(path, '{}\n'),
    () => writeFileSync(path, 'null\n'),
  ]
  for (const damage of damages) {
    writeFileSync(path, whole)
    damage()
    const told: string[] = []
    const store = openLastGood(directory, ['/etc/slb'])
    assert.equal(
      [...store.read(found => told.push(found)).keys()],
      ['/etc/slb/b.toml'],
      `${damage}`,
    )
    assert.equal(told, [path])
    store.accept(sources(two))
    const again = openLastGood(directory, ['/etc/slb'])
    assert.equal(texts(again.read()), Object.entries(two), 'and is written again')
  }
})

test('only the owner writes and only the group reads; nothing is left half-written', ({
  directory,
}) => {
  const store = openLastGood(directory, ['/etc/slb'])
  store.accept(sources(two))
  const folder = join(directory, 'last-good')
  writeFileSync(join(folder, 'killed.good.tmp'), '')
  store.accept(sources({ ...two, '/etc/slb/a.toml': '# new\n' }))
  for (const name of readdirSync(folder)) {
    assert.match(name, /\.good$/)
    assert.is(statSync(join(folder, name)).mode & 0o777 & ~0o640, 0)
  }
})

test('a store that cannot be written is an error with its path, and changes nothing', ({
  directory,
}) => {
  writeFileSync(join(directory, 'last-good'), '')
  const store = openLastGood(directory, ['/etc/slb'])
  assert.throws(
    () => store.accept(sources(two)),
    (error: unknown) => error instanceof SlbError && /last-good/.test(error.message),
  )
})

test('after a write that failed the next one knows what stands on disk', ({ directory }) => {
  const store = openLastGood(directory, ['/etc/slb'])
  store.accept(sources({ '/etc/slb/a.toml': '# a\n' }))
  const [name = ''] = readdirSync(join(directory, 'last-good'))
  const path = join(directory, 'last-good', name)
  const obstacle = (file: string): string =>
    `${join(directory, 'last-good', createHash('sha256').update(file).digest('hex').slice(0, 32))}.good.tmp`
  mkdirSync(obstacle('/etc/slb/b.toml'))
  const both = { '/etc/slb/a.toml': '# new\n', '/etc/slb/b.toml': '# b\n' }
  assert.throws(() => store.accept(sources(both)), 'is a directory')
  assert.match(readFileSync(path, 'utf8'), '# new', 'the first of them was written')
  rmdirSync(obstacle('/etc/slb/b.toml'))
  store.accept(sources({ '/etc/slb/a.toml': '# a\n' }))
  assert.equal(texts(openLastGood(directory, ['/etc/slb']).read()), [['/etc/slb/a.toml', '# a\n']])
})

test.run()
