/** When it is the checker that is cut off, or the clock that jumps: no backend is to blame for either. */
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Backend, startBackends } from './backends.ts'
import { type DaemonRig, daemonRig, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { ip } from './namespace.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'

const numbers = [1, 2, 3] as const

/** Three services that have nothing in common, and one backend each. */
const service = (number: number, more: string): string => `[service.s${number}]
vip = "192.0.2.${number}"
port = 80
scheduler = "rr"
backends = ["10.2.0.1${number}:8080"]
check = { interval = "300ms", timeout = "250ms", rise = 1, fall = 2${more} }
`

const table = (...up: readonly number[]): readonly string[] =>
  numbers.flatMap(number => [
    `-A -t 192.0.2.${number}:80 -s rr`,
    ...(up.includes(number)
      ? [`-a -t 192.0.2.${number}:80 -r 10.2.0.1${number}:8080 -m -w 1`]
      : []),
  ])

function withDaemon(
  more: string,
  work: (daemon: DaemonRig, backends: readonly Backend[]) => Promise<void>,
): Promise<void> {
  return withNetwork(3, async network => {
    const backends = await startBackends(network)
    const text = numbers.map(number => service(number, more)).join('')
    const daemon = daemonRig({ 'slb.toml': text }, labRig())
    await daemon.start()
    try {
      await untilSaved(...table(1, 2, 3))
      await work(daemon, backends)
      assert.not.match(daemon.text(), /fault in slb/)
    } finally {
      await daemon.stop('SIGKILL')
    }
  })
}

/** Everything that the table was within this time, each once. */
async function tablesFor(milliseconds: number): Promise<ReadonlySet<string>> {
  const tables = new Set<string>()
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    tables.add(saved().join('\n'))
    await sleep(20)
  }
  return tables
}

const wires = (state: 'up' | 'down'): readonly string[] =>
  numbers.map(number => `link set backend${number} ${state}`)

test('with all wires down nobody is taken out, and that is told; with one down, one is', () =>
  withDaemon('', async (daemon, backends) => {
    const before = new Set([saved().join('\n')])
    ip(undefined, ...wires('down'))
    assert.equal(await tablesFor(2500), before, 'the last verdicts hold')
    await daemon.logged(
      /[23] of 3 backends that were up, in [23] of 3 unrelated groups, fail at once/,
    )
    ip(undefined, ...wires('up'))
    await daemon.logged(/to be believed again/)
    // No way out at all: the route goes with the link.
    ip(undefined, 'link set backends down')
    assert.equal(await tablesFor(1500), before)
    ip(undefined, 'link set backends up')
    assert.equal(await tablesFor(1000), before)
    await backends[1]?.kill()
    await untilSaved(...table(1, 3))
    await backends[1]?.start()
    await untilSaved(...table(1, 2, 3))
  }))

/** Milliseconds. */
const ban = 2000

test('a clock that is set forward or back moves neither checks nor bans', () =>
  withDaemon(`, ban = { after = 1, time = "${ban}ms" }`, async (_, [one]) => {
    let moved = 0
    const clock = (hours: number): void => {
      moved += hours
      execFileSync('date', ['-s', `${hours > 0 ? '+' : '-'}${Math.abs(hours)} hours`])
    }
    try {
      for (const hours of [2, -4]) {
        const failed = performance.now()
        await one?.kill()
        await untilSaved(...table(2, 3))
        await one?.start()
        clock(hours)
        // It comes while this test has patience, which is shorter than the hours by far.
        await untilSaved(...table(1, 2, 3))
        const took = performance.now() - failed
        assert.ok(took >= ban, `banned for less than ${took} ms`)
      }
      const before = new Set([saved().join('\n')])
      clock(2)
      assert.equal(await tablesFor(1000), before, 'all are up still')
      await one?.kill()
      await untilSaved(...table(2, 3))
    } finally {
      if (moved !== 0) clock(-moved)
    }
  }))

test.run()
