/** `slb run` under a clock that jumps: what it waits for is measured by another. */
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rounds } from '../rounds.ts'
import { type DaemonRig, daemonRig, until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'
import { connect, serveTcp } from './traffic.ts'

const mail = (weight: number): string => `[service.mail]
vip = "192.0.2.24"
port = 80
drain = "0s"
backends = [{ address = "10.0.0.11", weight = ${weight} }]
`

test('a clock that is set forward or back moves neither drains nor trials', () =>
  withNetwork(2, async network => {
    await serveTcp(network, network.backends, 8080)
    const balanced = (backends: string, more = ''): string =>
      `[service.web]\nvip = "192.0.2.10"\nport = 8080\ndrain = "5s"\nbackends = [${backends}]\n${more}`
    const two = '"10.2.0.11", "10.2.0.12"'
    const daemon = daemonRig({ 'web.toml': balanced(two), 'mail.toml': mail(1) }, labRig())
    await daemon.start()
    let moved = 0
    const clock = (hours: number): void => {
      moved += hours
      execFileSync('date', ['-s', `${hours > 0 ? '+' : '-'}${Math.abs(hours)} hours`])
    }
    try {
      // Flows on both backends, so that what drains has to wait to its deadline.
      for (let index = 0; index < 4; index++)
        network.open.push(await connect(network.client, '192.0.2.10', 8080, 20_000))
      for (let round = 0; round < rounds(1, 10); round++) {
        daemon.save('web.toml', balanced('"10.2.0.11"'))
        await until('draining', () => saved().some(line => line.endsWith('10.2.0.12:8080 -m -w 0')))
        const begun = performance.now()
        for (const hours of [2, -5]) {
          clock(hours)
          await sleep(1500)
          assert.ok(destinations().includes('10.2.0.12'), `${hours} h: not before its time`)
        }
        await untilDestinations('10.2.0.11')
        const took = (performance.now() - begun) / 1000
        assert.ok(took > 4 && took < 15, `drained in ${took} s`)
        console.log(`  2 h forward and 5 h back: a drain of 5 s took ${took.toFixed(1)} s`)
        clock(3)
        daemon.save('web.toml', balanced(two))
        await untilDestinations('10.2.0.11', '10.2.0.12')
      }
      await trialUnder(daemon, clock)
      assert.not.match(daemon.text(), /fault in slb/)
    } finally {
      await daemon.stop('SIGKILL')
      if (moved !== 0) clock(-moved)
    }
  }))

function destinations(): readonly string[] {
  return saved().flatMap(line => /^-a -t 192\.0\.2\.10:8080 -r ([\d.]+):/.exec(line)?.[1] ?? [])
}

function untilDestinations(...wanted: string[]): Promise<void> {
  return until(`backends ${wanted}`, () => destinations().join() === wanted.join())
}

/** What a rollback took back is applied again on trial, and nobody commits it. */
async function trialUnder(daemon: DaemonRig, clock: (hours: number) => void): Promise<void> {
  const weight = (): string => saved().find(line => line.includes('192.0.2.24:80 -r')) ?? ''
  daemon.save('mail.toml', mail(9))
  await until('weight 9', () => weight().endsWith('-w 9'))
  assert.is((await daemon.slb('rollback')).status, 0)
  assert.match(weight(), /-w 1$/)
  const begun = performance.now()
  const trial = await daemon.slb('apply', '--confirm', '5s')
  assert.is(trial.status, 0, trial.out + trial.err)
  assert.match(weight(), /-w 9$/)
  clock(2)
  await sleep(1000)
  assert.match(weight(), /-w 9$/, 'two hours later by the clock')
  clock(-5)
  await until('the undo', () => weight().endsWith('-w 1'))
  const took = (performance.now() - begun) / 1000
  assert.ok(took > 4.5 && took < 15, `undone in ${took} s`)
  console.log(`  a trial of 5 s was undone after ${took.toFixed(1)} s, the command included`)
}

test.run()
