import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ending } from '../lab/kernel/boot.ts'
import type { Lab } from '../lab/kernel/lab.ts'
import { runInLab } from './in-lab.ts'
import type { Outcome } from './outcome.ts'
import { isTaken, take } from './taken.ts'

const ran = (file: string): Outcome => ({
  file,
  passed: 1,
  failed: 0,
  skipped: 0,
  seconds: 0,
  said: '',
})

/** Kernels that run what they take, as `inside.ts` does, until one of `deadly` kills them. */
function labOf(atOnce: number, deadly: readonly string[] = []): Lab & { boots: number } {
  const lab = {
    label: 'kernels of a test',
    atOnce,
    boots: 0,
    async run({ command }: { command: readonly string[] }, _: unknown, { stdout }: Said) {
      lab.boots++
      const [, , , taken = '', ...files] = command
      for (const file of files) {
        await new Promise(resolve => setImmediate(resolve))
        if (!take(taken, file)) continue
        stdout(Buffer.from(`${JSON.stringify({ begin: file })}\n`))
        if (deadly.includes(file)) return { how: 'died', console: 'Oops' } satisfies Ending
        stdout(Buffer.from(`${JSON.stringify(ran(file))}\n`))
      }
      return { how: 'exited', status: 0 } satisfies Ending
    },
  }
  return lab
}

interface Said {
  readonly stdout: (chunk: Buffer) => void
}

const files = Array.from({ length: 12 }, (_, at) => `test/lab/${at}.test.ts`)

async function outcomes(lab: Lab): Promise<readonly string[]> {
  const all: Outcome[] = []
  const run = { timeout: 1, memory: 1, signal: new AbortController().signal }
  await runInLab(lab, files, run, outcome => all.push(outcome))
  return all.map(({ file, failed }) => `${file} ${failed}`).sort()
}

const wanted = (failed: readonly number[] = []): readonly string[] =>
  files.map((file, at) => `${file} ${failed.includes(at) ? 1 : 0}`).sort()

test('a file is taken once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slb-taken-'))
  const [file = ''] = files
  assert.equal(
    [isTaken(folder, file), take(folder, file), take(folder, file), isTaken(folder, file)],
    [false, true, false, true],
  )
  rmSync(folder, { recursive: true })
})

test('each file is run once, by one kernel or by two', async () => {
  assert.equal(await outcomes(labOf(1)), wanted())
  assert.equal(await outcomes(labOf(2)), wanted())
})

test('a file that kills its kernel has failed, and no other', async () => {
  const deadly = [0, 5, 11].map(at => files[at] ?? '')
  for (const atOnce of [1, 2])
    assert.equal(await outcomes(labOf(atOnce, deadly)), wanted([0, 5, 11]))
})

test('kernels that die before they begin anything are not tried for ever', async () => {
  const lab = labOf(2)
  const dead: Lab = { ...lab, run: async () => ({ how: 'died', console: 'no memory' }) }
  assert.equal(await outcomes(dead), files.map(file => `${file} 1`).sort())
})

test.run()
