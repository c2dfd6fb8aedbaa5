/** Whatever way a file is saved, its final text is told, once, and never a part of it. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Sources } from '../../src/config/read.ts'
import { makeRig, type Rig, settle, textsOf } from './rig.ts'

const service = (name: string, port: number): string =>
  `[service.${name}]\nvip      = "192.0.2.10"\nport     = ${port}\nbackends = ["10.0.0.11:8080"]\n`
const before = { 'a.toml': service('web', 80), 'b.toml': service('mail', 25) }
/** Of the same length, which a size alone would not tell. */
const saved = service('web', 81)
const after = { ...before, 'a.toml': saved }

const test = suite<{ rig: Rig }>('files')
test.before.each(context => {
  context.rig = makeRig(before)
})
test.after.each(({ rig }) => rig.close())

const pieces = async (path: string, text: string, cut: number): Promise<void> => {
  const file = openSync(path, 'w')
  writeSync(file, text.slice(0, cut))
  await sleep(settle / 2)
  writeSync(file, text.slice(cut))
  closeSync(file)
}

type Save = (path: string, text: string) => void | Promise<void>

const styles: Readonly<Record<string, Save>> = {
  'in place': (path, text) => writeFileSync(path, text),
  'in place, truncated first and written in two pieces': (path, text) => pieces(path, text, 30),
  'rename over': (path, text) => {
    writeFileSync(`${path}.tmp`, text)
    renameSync(`${path}.tmp`, path)
  },
  'vim: the old file becomes the backup, a new one is written': (path, text) => {
    writeFileSync(join(dirname(path), '4913'), '')
    unlinkSync(join(dirname(path), '4913'))
    renameSync(path, `${path}~`)
    writeFileSync(path, text)
    unlinkSync(`${path}~`)
  },
  'vim with backupcopy=yes': (path, text) => {
    copyFileSync(path, `${path}~`)
    truncateSync(path)
    writeFileSync(path, text)
    unlinkSync(`${path}~`)
  },
  'unlink, and create 50 ms later': async (path, text) => {
    unlinkSync(path)
    await sleep(50)
    writeFileSync(path, text)
  },
  'unlink, and create in two pieces': async (path, text) => {
    unlinkSync(path)
    await pieces(path, text, 40)
  },
  'cp over it': (path, text) => {
    writeFileSync(join(dirname(path), 'text'), text)
    execFileSync('cp', [join(dirname(path), 'text'), path])
  },
  'install over it': (path, text) => {
    writeFileSync(join(dirname(path), 'text'), text)
    execFileSync('install', ['-m', '0644', join(dirname(path), 'text'), path])
  },
  'sed -i': path => {
    execFileSync('sed', ['-i', 's/80$/81/', path])
  },
  'rsync: a hidden file with the sender’s times, renamed over': (path, text) => {
    const part = join(dirname(path), '.a.toml.x4Vq2Z')
    writeFileSync(part, text)
    utimesSync(part, 1_000_000_000, 1_000_000_000)
    renameSync(part, path)
  },
  'rsync --inplace --times: the times are as they were': (path, text) => {
    writeFileSync(path, text, { flag: 'r+' })
    utimesSync(path, 1_000_000_000, 1_000_000_000)
  },
}

for (const [style, save] of Object.entries(styles))
  test(`is noticed: ${style}`, async ({ rig }) => {
    const path = join(rig.dir, 'a.toml')
    utimesSync(path, 1_000_000_000, 1_000_000_000)
    await rig.follow({ poll: 60_000 })
    assert.equal(textsOf(rig.told[0]), before)
    const kept = rig.told[0]?.sources[1]
    await save(path, saved)
    await rig.until(after)
    assert.is(rig.told.length, 2, 'one word, of the final text')
    assert.is(rig.told[1]?.sources[1], kept, 'what is as it was is the same object')
  })

test('is noticed: git checkout, both files at once', async ({ rig }) => {
  const git = (...args: readonly string[]): void => {
    const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org']
    execFileSync('git', ['-C', rig.dir, ...who, ...args], { stdio: 'ignore' })
  }
  git('init', '-b', 'one')
  git('add', '.')
  git('commit', '-m', 'one')
  git('checkout', '-b', 'two')
  const moved = { 'a.toml': '# moved\n', 'b.toml': `${before['b.toml']}${before['a.toml']}` }
  for (const [name, text] of Object.entries(moved)) writeFileSync(join(rig.dir, name), text)
  git('commit', '-a', '-m', 'two')
  git('checkout', 'one')
  await rig.follow({ poll: 60_000 })
  git('checkout', 'two')
  await rig.until(moved)
  assert.is(rig.told.length, 2, 'not one of them before the other')
})

test('is noticed: the directory is replaced, and what is done in the new one', async ({ rig }) => {
  await rig.follow({ poll: 60_000 })
  renameSync(rig.dir, `${rig.dir}.old`)
  mkdirSync(rig.dir)
  for (const [name, text] of Object.entries(after)) writeFileSync(join(rig.dir, name), text)
  await rig.until(after)
  assert.is(rig.told.length, 2)
  writeFileSync(join(rig.dir, 'a.toml'), before['a.toml'])
  await rig.until(before)
})

test('is noticed: the directory vanishes, and returns', async ({ rig }) => {
  await rig.follow({ poll: 300 })
  renameSync(rig.dir, `${rig.dir}.old`)
  await rig.until({})
  assert.equal(
    rig.told.at(-1)?.diagnostics.map(({ code }) => code),
    ['missing-file'],
  )
  assert.equal(rig.told.at(-1)?.unreadable, [])
  renameSync(`${rig.dir}.old`, rig.dir)
  await rig.until(before)
  assert.equal(rig.told.at(-1)?.diagnostics, [])
})

test('is noticed: a file that is deleted, and restored', async ({ rig }) => {
  await rig.follow({ poll: 60_000 })
  renameSync(join(rig.dir, 'a.toml'), join(rig.dir, 'a.toml.save'))
  await rig.until({ 'b.toml': before['b.toml'] })
  renameSync(join(rig.dir, 'a.toml.save'), join(rig.dir, 'a.toml'))
  await rig.until(before)
})

/** As kubelet does it: the links stay, and one link behind them is replaced. */
const publish = (dir: string, version: number, texts: Readonly<Record<string, string>>): void => {
  const folder = `..version_${version}`
  mkdirSync(join(dir, folder))
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(dir, folder, name), text)
  symlinkSync(folder, join(dir, '..data_tmp'))
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'))
  if (version > 0) rmSync(join(dir, `..version_${version - 1}`), { recursive: true })
}

for (const single of [false, true])
  test(`is noticed: a ConfigMap's swap, 100 times, ${single ? 'one file' : 'the directory'} followed`, async ({
    rig,
  }) => {
    for (const name of Object.keys(before)) {
      unlinkSync(join(rig.dir, name))
      symlinkSync(join('..data', name), join(rig.dir, name))
    }
    publish(rig.dir, 0, before)
    const path = join(rig.dir, 'a.toml')
    await rig.follow({ poll: 60_000, settleNew: 10 }, single ? [path] : [rig.dir])
    for (let version = 1; version <= 100; version++) {
      const texts = { ...before, 'a.toml': service('web', 8000 + version) }
      publish(rig.dir, version, texts)
      await rig.until(single ? { 'a.toml': texts['a.toml'] } : texts)
    }
    assert.is(rig.told.length, 101)
  })

test('is noticed: a link to a file elsewhere that is replaced, and one that points elsewhere', async ({
  rig,
}) => {
  const [path, one, two] = ['a.toml', '../one', '../two'].map(name => join(rig.dir, name))
  if (path === undefined || one === undefined || two === undefined) return
  renameSync(path, one)
  symlinkSync(one, path)
  await rig.follow({ poll: 60_000 })
  writeFileSync(two, saved)
  renameSync(two, one)
  await rig.until(after)
  writeFileSync(two, before['a.toml'])
  unlinkSync(path)
  symlinkSync(two, path)
  await rig.until(before)
  writeFileSync(two, saved)
  await rig.until(after)
})

test('is noticed without any event, as on a mount that has none', async ({ rig }) => {
  await rig.follow({ events: false, poll: 100 })
  writeFileSync(join(rig.dir, 'a.toml.tmp'), saved)
  renameSync(join(rig.dir, 'a.toml.tmp'), join(rig.dir, 'a.toml'))
  await rig.until(after)
  await pieces(join(rig.dir, 'a.toml'), before['a.toml'], 50)
  await rig.until(before)
  assert.is(rig.told.length, 3)
})

/** Permissions do not hold for root. */
const asNobody = async (dir: string, work: () => Promise<void>): Promise<void> => {
  if (process.getuid?.() !== 0) return work()
  chmodSync(dirname(dir), 0o755)
  for (const path of [dir, ...Object.keys(before).map(name => join(dir, name))])
    chownSync(path, 65_534, 65_534)
  process.seteuid?.(65_534)
  try {
    await work()
  } finally {
    process.seteuid?.(0)
  }
}

test('a file and a directory that may not be read are told of, until they may again', ({ rig }) =>
  asNobody(rig.dir, async () => {
    await rig.follow({ poll: 300 })
    for (const [path, left, mode] of [
      [join(rig.dir, 'a.toml'), { 'b.toml': before['b.toml'] }, 0o644],
      [rig.dir, {}, 0o755],
    ] as const) {
      chmodSync(path, 0)
      await rig.until(left)
      assert.equal(rig.told.at(-1)?.unreadable, [path])
      chmodSync(path, mode)
      await rig.until(before)
      assert.equal(rig.told.at(-1)?.diagnostics, [])
    }
  }))

test('what is no regular file is not waited for', async ({ rig }) => {
  execFileSync('mkfifo', [join(rig.dir, 'fifo.toml')])
  await rig.follow()
  assert.equal(textsOf(rig.told[0]), before)
  assert.equal(rig.told[0]?.unreadable, [join(rig.dir, 'fifo.toml')])
})

test('a file that is always written to keeps its last text, and the others go on', async ({
  rig,
}) => {
  await rig.follow({ limit: 500 })
  const loud = join(rig.dir, 'b.toml')
  const noise = setInterval(() => appendFileSync(loud, '# more\n'), 20)
  try {
    await rig.when('a warning', () => rig.told.length > 1)
    assert.equal(textsOf(rig.told.at(-1)), before)
    assert.equal(
      rig.told.at(-1)?.diagnostics.map(({ severity, code }) => [severity, code]),
      [['warning', 'restless-file']],
    )
    writeFileSync(join(rig.dir, 'a.toml'), saved)
    await rig.until(after)
  } finally {
    clearInterval(noise)
  }
  writeFileSync(loud, before['b.toml'])
  await rig.when('silence', () => rig.told.at(-1)?.diagnostics.length === 0)
  assert.equal(textsOf(rig.told.at(-1)), after)
})

test('files that are written to in turns, so that one always moves, do not hold up the rest', async ({
  rig,
}) => {
  for (let index = 0; index < 5; index++)
    writeFileSync(join(rig.dir, `turn-${index}.toml`), '# none\n')
  await rig.follow({ limit: 500 })
  let turn = 0
  const noise = setInterval(() => {
    turn++
    writeFileSync(join(rig.dir, `turn-${turn % 5}.toml`), `# ${turn}\n`)
  }, settle / 3)
  try {
    writeFileSync(join(rig.dir, 'a.toml'), saved)
    await rig.when('the rest', () => textsOf(rig.told.at(-1))['a.toml'] === saved)
  } finally {
    clearInterval(noise)
  }
})

test('one that was never still is told of as unreadable', async ({ rig }) => {
  const loud = join(rig.dir, 'b.toml')
  const noise = setInterval(() => appendFileSync(loud, '# more\n'), 20)
  try {
    await rig.follow({ limit: 500 })
  } finally {
    clearInterval(noise)
  }
  assert.equal(textsOf(rig.told[0]), { 'a.toml': before['a.toml'] })
  assert.equal(rig.told[0]?.unreadable, [loud])
  await rig.when('its text', () => textsOf(rig.told.at(-1))['b.toml'] !== undefined)
})

test('what does not change the text is not told: touch, chmod, a leftover of an editor', async ({
  rig,
}) => {
  const watch = await rig.follow()
  const path = join(rig.dir, 'a.toml')
  utimesSync(path, 1_000_000_000, 1_000_000_000)
  chmodSync(path, 0o600)
  writeFileSync(join(rig.dir, '.a.toml.swp'), 'swap')
  await sleep(3 * settle)
  assert.is(rig.told.length, 1)
  watch.again()
  await rig.when('a second word', () => rig.told.length > 1)
  assert.is(rig.told[1]?.sources[0], rig.told[0]?.sources[0], 'asked for, it is told again')
})

test('asked in the midst of a change it tells the change', async ({ rig }) => {
  const watch = await rig.follow()
  writeFileSync(join(rig.dir, 'a.toml'), saved)
  watch.again()
  await rig.when('a second word', () => rig.told.length > 1)
  assert.equal(textsOf(rig.told[1]), after)
})

test('a file put in place whole is foretold, with the very text that is told', async ({ rig }) => {
  const coming: Sources[] = []
  await rig.follow({ coming: now => coming.push(now) })
  const path = join(rig.dir, 'a.toml')
  await styles['rename over']?.(path, saved)
  await rig.until(after)
  assert.equal(coming.map(textsOf), [after])
  assert.is(coming[0]?.sources[0], rig.told.at(-1)?.sources[0])
  // What is written in place may be half of it, and what is gone says nothing.
  writeFileSync(path, service('web', 82))
  await rig.until({ ...before, 'a.toml': service('web', 82) })
  unlinkSync(path)
  await rig.until({ 'b.toml': before['b.toml'] })
  assert.is(coming.length, 1)
})

test('nothing is told after the end', async ({ rig }) => {
  const watch = await rig.follow()
  writeFileSync(join(rig.dir, 'a.toml'), saved)
  await watch.close()
  watch.again()
  await sleep(2 * settle)
  assert.is(rig.told.length, 1)
})

test.run()
