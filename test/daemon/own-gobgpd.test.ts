/** A gobgpd that does not come up holds nobody up for long, and is told of once. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OwnGobgpd, type OwnGobgpdEnds } from '../../src/daemon/own-gobgpd.ts'

const shell = (script: string): ChildProcess => spawn('sh', ['-c', script])
const listening = (path: string): ChildProcess =>
  spawn(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(path)})`])

async function withOwn(
  begin: (path: string, time: number) => ChildProcess,
  work: (own: OwnGobgpd, api: string, notes: string[], answers: () => number) => Promise<void>,
  more: Partial<OwnGobgpdEnds> = {},
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'slb-own-gobgpd-'))
  const path = join(directory, 'api')
  const notes: string[] = []
  let [answered, time] = [0, 0]
  const own = new OwnGobgpd({
    note: (level, message, { why = '' } = {}) => notes.push(`${level} ${message} ${why}`),
    answers: () => void answered++,
    begin: () => begin(path, time++),
    ...more,
  })
  try {
    await work(own, `unix:${path}`, notes, () => answered)
  } finally {
    await own.close()
    rmSync(directory, { recursive: true })
  }
}

const errors = (notes: readonly string[]): readonly string[] =>
  notes.filter(note => note.startsWith('error'))
const until = async (what: string, is: () => boolean): Promise<void> => {
  for (let tries = 0; !is(); tries++) {
    if (tries > 1000) throw new Error(`never came: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

test('whoever has to tell it something waits until it answers', () =>
  withOwn(listening, async (own, api, notes, answers) => {
    await own.ready()
    own.want(api)
    await own.ready()
    await own.ready()
    assert.equal(notes, ['info gobgpd is begun '])
    assert.is(answers(), 0, 'who waits knows')
  }))

test('one that cannot be begun is told of once, however often that is tried, and waited for once', () => {
  let begun = 0
  const begin = (): ChildProcess => {
    begun++
    return shell('echo failed to execute gobgpd >&2; exit 127')
  }
  return withOwn(begin, async (own, api, notes) => {
    own.want(api)
    await own.ready()
    const said = [
      'error gobgpd has ended (127): it is begun again: nothing is announced by it failed to execute gobgpd',
    ]
    assert.equal(errors(notes), said)
    await own.ready()
    await until('the end of another try', () => begun > 2)
    await own.ready()
    assert.equal(errors(notes), said)
  })
})

test('one that hangs is given up for now, once; when it answers at last that is told to whoever can use it', () =>
  withOwn(
    path =>
      shell(
        `sleep 1; exec ${process.execPath} -e "require('net').createServer().listen('${path}')"`,
      ),
    async (own, api, notes, answers) => {
      own.want(api)
      await own.ready()
      assert.is(errors(notes).length, 1)
      assert.match(notes.join(), 'gobgpd does not answer 0.2 s after its start')
      await until('an answer', () => answers() === 1)
      await own.ready()
      assert.is(errors(notes).length, 1)
    },
    { patience: 200 },
  ))

test('one that dies is waited for when it is begun again', () =>
  withOwn(
    (path, time) =>
      time === 0
        ? spawn(process.execPath, [
            '-e',
            `const s = require('net').createServer().listen(${JSON.stringify(path)}); s.once('connection', () => setTimeout(() => process.exit(3), 50))`,
          ])
        : listening(path),
    async (own, api, notes, answers) => {
      own.want(api)
      await own.ready()
      await until('its end', () => errors(notes).length > 0)
      await own.ready()
      assert.match(notes.join(), 'error gobgpd has ended (3): it is begun again')
      assert.is(answers(), 0)
      assert.is(notes.filter(note => note.startsWith('info')).length, 2)
    },
  ))

test('nobody waits for one that is not wanted any more', () =>
  withOwn(
    () => shell('exec sleep 60'),
    async (own, api) => {
      own.want(api)
      const ready = own.ready()
      own.want(undefined)
      await ready
      await own.ready()
    },
  ))

test.run()
