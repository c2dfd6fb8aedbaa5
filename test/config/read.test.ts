import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { maxBytes } from '../../src/config/limits.ts'
import { readSources, stdinName } from '../../src/config/read.ts'

const test = suite('read', { dir: '' })
test.before.each(context => {
  context.dir = mkdtempSync(join(tmpdir(), 'slb-read-'))
})
test.after.each(({ dir }) => {
  rmSync(dir, { recursive: true })
})

test('a directory is read in byte order, without leftovers and hidden files', ({ dir }) => {
  for (const name of [
    'b.toml',
    'B.toml',
    'a.yaml',
    '10.yml',
    '9.toml',
    '\u00e9.toml',
    '.hidden.toml',
    '#edited.toml#',
    '#edited.toml',
    'b.toml~',
    '.b.toml.swp',
    'b.toml.dpkg-new',
    'b.toml.rpmsave',
    'README',
  ])
    writeFileSync(join(dir, name), '# text')
  mkdirSync(join(dir, 'folder.toml'))
  symlinkSync('b.toml', join(dir, 'link.toml'))
  const { sources, diagnostics } = readSources([dir])
  assert.equal(
    sources.map(({ file }) => basename(file)),
    ['10.yml', '9.toml', 'B.toml', 'a.yaml', 'b.toml', 'link.toml', '\u00e9.toml'],
  )
  assert.equal(diagnostics, [])
})

test('files are taken by any name, in the order given, once', ({ dir }) => {
  const paths = ['z.conf', 'a.toml'].map(name => join(dir, name))
  for (const path of paths) writeFileSync(path, '# text')
  const { sources } = readSources([...paths, dir])
  assert.equal(
    sources.map(({ file }) => file),
    paths,
  )
})

test('- is standard input', () => {
  const { sources } = readSources(['-', '-'], () => Buffer.from('service: {}'))
  assert.equal(
    sources.map(({ file, text }) => [file, `${text}`]),
    [[stdinName, 'service: {}']],
  )
})

test('what cannot be read is said, and the rest is read', ({ dir }) => {
  writeFileSync(join(dir, 'good.toml'), '# text')
  writeFileSync(join(dir, 'big.toml'), '')
  writeFileSync(join(dir, 'big.toml'), Buffer.alloc(maxBytes + 1))
  symlinkSync('nowhere', join(dir, 'broken.toml'))
  symlinkSync('circle.toml', join(dir, 'circle.toml'))
  mkdirSync(join(dir, 'empty'))
  const { sources, diagnostics } = readSources([
    dir,
    join(dir, 'empty'),
    join(dir, 'missing'),
    join(dir, 'good.toml', 'below'),
  ])
  assert.equal(
    sources.map(({ file }) => basename(file)),
    ['good.toml'],
  )
  assert.equal(
    diagnostics.map(({ code, message }) => [code, message.replaceAll(dir, 'DIR')]),
    [
      ['too-big', `DIR/big.toml has ${maxBytes + 1} bytes, over the limit of ${maxBytes}`],
      ['missing-file', 'cannot read DIR/broken.toml: there is no such file or directory'],
      ['unreadable-file', 'cannot read DIR/circle.toml: its symbolic links go round in circles'],
      [
        'empty-directory',
        'no configuration in DIR/empty: none of its files is called *.toml, *.yaml or *.yml',
      ],
      ['missing-file', 'cannot read DIR/missing: there is no such file or directory'],
      ['unreadable-file', 'cannot read DIR/good.toml/below: a part of the path is not a directory'],
    ],
  )
})

/** What an ordinary user gets: permissions do not hold for root. */
function asNobody<T>(work: () => T): T {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65534)
  try {
    return work()
  } finally {
    process.seteuid?.(0)
  }
}

test('an empty directory says how one says that nothing is wanted', ({ dir }) => {
  const [fault] = readSources([dir]).diagnostics
  assert.match(fault?.suggestion ?? '', /in a file that holds a comment/)
})

test('a file without permission is said to be so', ({ dir }) => {
  const path = join(dir, 'secret.toml')
  writeFileSync(path, '# text')
  chmodSync(dir, 0o755)
  chmodSync(path, 0)
  assert.equal(
    asNobody(() => readSources([path])).diagnostics.map(({ message }) => message),
    [`cannot read ${path}: this user may not read it`],
  )
})

test.run()
