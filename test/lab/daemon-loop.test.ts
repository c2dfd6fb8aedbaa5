/** `slb run`: whatever the engine does, the loop that events come to goes on. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Size, writeConfig } from '../../bench/generate.ts'
import { daemonRig } from './daemon-rig.ts'
import { type Gap, now } from './ticker.ts'

const ticker = fileURLToPath(new URL('./ticker.js', import.meta.url))
/** How late an event may be handled, in milliseconds. */
const most = 100
/** A lab is slow: what takes longer has not come. In milliseconds. */
const patience = 120_000

const gapsIn = (file: string): readonly Gap[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map(line => {
      const [from = 0, to = 0] = line.split(' ').map(Number)
      return { from, to }
    })

const overlap = (a: Gap, b: Gap): boolean => a.from < b.to && b.from < a.to

// Before that it has no loop: it loads its modules, and nobody waits for it yet.
for (const [where, files] of [
  ['100 files', 100],
  ['one file', 1],
] as const)
  test(`from its start until 10,000 services of ${where} are applied, the main thread is never late by more than 100 ms`, () =>
    neverLate({ services: 10_000, backends: 2, files, external: true }))

async function neverLate(size: Size): Promise<void> {
  const daemon = daemonRig({})
  const { directory } = daemon.rig
  writeConfig(daemon.folder, size)
  const own = join(directory, 'own')
  const others = join(directory, 'others')
  // What does nothing is late as well on a machine that has much to do: that much is not our doing.
  const idle = spawn(process.execPath, ['--import', ticker, '-e', 'setInterval(() => {}, 1e6)'], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], TICKER: others },
  })
  try {
    daemon.launch({ node: ['--import', ticker], env: { TICKER: own } })
    const wait = async (what: string, so: () => boolean): Promise<number> => {
      const begun = now()
      while (!so()) {
        if (now() - begun > patience) throw new Error(`never came: ${what}\n${daemon.text()}`)
        await sleep(10)
      }
      return now()
    }
    const said = (what: RegExp) => (): boolean =>
      daemon.log().some(({ message }) => what.test(message))
    const from = await wait('the start', said(/^slb run has started/))
    const to = await wait('ready', said(/^ready/))
    await sleep(200)
    assert.ok(existsSync(own) && existsSync(others), 'both have a ticker')
    const lulls = gapsIn(others)
    const late = gapsIn(own)
      .filter(gap => overlap(gap, { from, to }))
      .map(gap => {
        const begun = Math.max(gap.from, from)
        const shared = lulls
          .filter(lull => overlap(lull, gap))
          .map(lull => Math.min(lull.to, gap.to) - Math.max(lull.from, begun))
        return gap.to - begun - shared.reduce((sum, time) => sum + Math.max(0, time), 0)
      })
    const worst = Math.max(0, ...late)
    console.log(`  late by ${worst.toFixed(0)} ms at most`)
    assert.ok(worst <= most, `late by ${worst} ms in ${to - from} ms`)
  } finally {
    idle.kill('SIGKILL')
    await daemon.stop('SIGKILL')
  }
}

test.run()
