/** What the daemon does for whoever may use its socket, and what it does for nobody. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Io } from '../../src/cli/context.ts'
import { runProgram } from '../../src/cli/program.ts'
import { Sink } from '../../src/cli/sink.ts'
import type { CommandSide } from '../../src/daemon/command-side.ts'

/** A program inside a daemon whose host nobody should come to. */
async function inDaemon(...argv: string[]) {
  let text = ''
  const stream = {
    on() {},
    write(more: string, done: (error?: Error | null) => void) {
      text += more
      done()
    },
  }
  const never = (): never => {
    throw new Error('the daemon went about it')
  }
  const io: Io = {
    out: new Sink(stream, 'standard output', false),
    err: new Sink(stream, 'standard error', false),
    openHost: never,
    openMachine: never,
    takeLock: never,
    operator: never,
    hostname: () => 'lb1',
    interrupted: never,
    startGuardian: never,
    daemon: { configuration: never } as unknown as CommandSide,
    attached: {},
  }
  return { status: await runProgram(argv, io), text }
}

test('it writes and reads no files for others, and does nothing that has no end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slb-others-'))
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'hunter2')
  try {
    for (const argv of [
      ['plan', '--out', join(folder, 'made')],
      ['apply', '--dry-run', '--out', join(folder, 'made')],
      ['plan', '--out', ''],
      ['plan', '--against', secret],
      ['status', '--watch'],
      ['apply', secret],
      ['apply', '-'],
      ['apply', 'constructor'],
      ['validate', '-c', secret],
      ['config', 'show', '-c', secret],
      ['import'],
      ['run'],
    ]) {
      const { status, text } = await inDaemon(...argv)
      assert.is(status, 64, `${argv.join(' ')}: ${text}`)
      assert.not.match(text, /hunter2|went about/)
    }
    assert.not(existsSync(join(folder, 'made')))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what it is there for, it goes about', async () => {
  for (const argv of [['plan'], ['status'], ['get'], ['history'], ['resume'], ['rollback', '2']]) {
    const { text } = await inDaemon(...argv)
    assert.match(text, /the daemon went about it/, argv.join(' '))
  }
})

test.run()
