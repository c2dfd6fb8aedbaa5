/** Thousands of edits, good and bad: `slb run` takes no more memory at their end than when it was warm. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rounds } from '../rounds.ts'
import { type DaemonRig, until, withDaemon } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'

const edits = rounds(20, 400)
/** Until here caches fill and code is compiled. */
const warm = Math.max(10, edits / 10)
/** What a heap may swing by between two collections, in MiB. */
const swing = 40

const service = (name: string, weight: number): string => `[service.${name}]
vip = "192.0.2.${20 + name.length}"
port = 80
drain = "0s"
backends = [{ address = "10.0.0.11", weight = ${weight} }, "10.0.0.12"]
`
const others = Object.fromEntries(
  Array.from({ length: 20 }, (_, at) => [`${at}.toml`, service('x'.repeat(5 + at), 1)]),
)

/** Resident memory in MiB (VmRSS of proc_pid_status(5)). */
function resident({ running }: DaemonRig): number {
  const status = readFileSync(`/proc/${running.process.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024
}

async function edit(daemon: DaemonRig, round: number): Promise<void> {
  const weight = 2 + (round % 1000)
  daemon.save('web.toml', service('web', weight))
  await until('the edit', () =>
    saved().includes(`-a -t 192.0.2.23:80 -r 10.0.0.11:80 -m -w ${weight}`),
  )
  if (round % 5 === 0) {
    const from = daemon.text().length
    daemon.save('web.toml', `${service('web', weight)}nonsense = ${round}\n`)
    await until('a word of the fault', () => daemon.text().includes('web.toml is invalid', from))
  }
  if (round % 7 === 0) assert.match((await daemon.slb('status')).out, '192.0.2.23:80')
}

test(`${edits} edits leave no memory behind`, () =>
  withDaemon({ 'web.toml': service('web', 1), ...others }, async daemon => {
    for (let round = 0; round < warm; round++) await edit(daemon, round)
    const before = resident(daemon)
    for (let round = 0; round < edits; round++) await edit(daemon, warm + round)
    const after = resident(daemon)
    assert.ok(after <= before + swing, `${before} MiB warm, ${after} MiB after ${edits} edits`)
    console.log(`  ${before.toFixed(0)} MiB warm, ${after.toFixed(0)} MiB after ${edits} edits`)
  }))

test.run()
