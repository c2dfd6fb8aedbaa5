/** `slb run` in a bad hour: stopped, out of files or room, without a module, under a clock that jumps. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type DaemonRig, daemonRig, until, untilSaved, withDaemon } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { loaded, modulesAreOurs, without } from './modules.ts'
import { run } from './namespace.ts'
import { labRig } from './rig.ts'
import { times } from './rounds.ts'
import { withNetwork } from './topology.ts'
import { connect, serveTcp } from './traffic.ts'

const service = (name: string, weight = 1, more = 'drain = "0s"'): string => `[service.${name}]
vip = "192.0.2.${20 + name.length}"
port = 80
${more}
backends = [{ address = "10.0.0.11", weight = ${weight} }]
`
const lines = (name: string, weight = 1, scheduler = 'wrr'): string[] => [
  `-A -t 192.0.2.${20 + name.length}:80 -s ${scheduler}`,
  `-a -t 192.0.2.${20 + name.length}:80 -r 10.0.0.11:80 -m -w ${weight}`,
]
const web = (weight?: number): string => service('web', weight)
const mail = (weight?: number): string => service('mail', weight)
const webLines = (weight?: number): string[] => lines('web', weight)
const mailLines = (weight?: number): string[] => lines('mail', weight)

/** Several looks at everything come soon. */
const often = '[node]\ndrift_interval = "500ms"\n'

/** It never calls what happened to it a fault in slb itself. */
function noFaultOfItsOwn(daemon: DaemonRig): void {
  const bugs = daemon.log().filter(({ message }) => /fault in slb/.test(message))
  assert.equal(bugs, [])
}

/** Every service and every address that the kernel has of ours stands in the journal. */
function journalKnowsAll(daemon: DaemonRig): void {
  const [scene = ''] = readdirSync(daemon.rig.stateDir).filter(name => name.startsWith('namesp'))
  const journal = JSON.parse(readFileSync(join(daemon.rig.stateDir, scene, 'journal.json'), 'utf8'))
  const known = journal.services.map(([key]: [string]) => key)
  for (const line of saved()) {
    const [, at] = /^-A -t (\S+)/.exec(line) ?? []
    if (at !== undefined) assert.ok(known.includes(`tcp ${at}`), `the journal knows ${at}`)
  }
}

test('stopped for a while, it takes up what happened meanwhile', () =>
  withDaemon({ 'web.toml': web(), 'mail.toml': mail() }, async daemon => {
    for (let round = 1; round <= times; round++) {
      daemon.running.process.kill('SIGSTOP')
      daemon.save('web.toml', web(round + 1))
      run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.24:80')
      run(undefined, 'ip', 'address', 'flush', 'dev', 'slb0')
      await sleep(1500)
      daemon.save('web.toml', web(round + 2))
      daemon.running.process.kill('SIGCONT')
      await untilSaved(...webLines(round + 2), ...mailLines())
      await until('the addresses', () => {
        const shown = run(undefined, 'ip', '-br', 'address', 'show', 'slb0')
        return shown.includes('192.0.2.23/32') && shown.includes('192.0.2.24/32')
      })
      // No fight: longer than the time in which three repairs would be one.
      if (round < times) await sleep(4000)
    }
    assert.match((await daemon.slb('plan')).out, /No changes/)
  }))

test('out of file descriptors it holds, says so, and goes on by itself', () =>
  withDaemon({ 'web.toml': web(), 'mail.toml': mail() }, async daemon => {
    const limit = (files: string): void => {
      const pid = String(daemon.running.process.pid)
      execFileSync('prlimit', ['--pid', pid, `--nofile=${files}`])
    }
    for (let round = 1; round <= times; round++) {
      const logged = daemon.log().length
      limit('3:20000')
      daemon.save('web.toml', web(round + 1))
      run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.24:80')
      await until('a word in the log', () => daemon.log().slice(logged).some(isEmfile))
      limit('20000:20000')
      await untilSaved(...webLines(round + 1), ...mailLines())
      journalKnowsAll(daemon)
      if (round < times) await sleep(4000)
    }
    assert.match((await daemon.slb('plan')).out, /No changes/)
  }))

function isEmfile(line: object): boolean {
  return JSON.stringify(line).includes('EMFILE')
}

test('with a full disk it holds, says so, and goes on by itself', async () => {
  const daemon = daemonRig({ 'web.toml': web(), 'mail.toml': mail() })
  const { stateDir } = daemon.rig
  mkdirSync(stateDir, { recursive: true })
  run(undefined, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', stateDir)
  try {
    await daemon.start()
    for (let round = 1; round <= times; round++) {
      const before = saved()
      const logged = daemon.log().length
      fill(join(stateDir, 'full'))
      daemon.save('web.toml', web(round + 1))
      daemon.save('more.toml', service('another', round))
      await until('a word in the log', () =>
        daemon
          .log()
          .slice(logged)
          .some(line => JSON.stringify(line).includes('ENOSPC')),
      )
      await sleep(4000)
      const told = daemon
        .log()
        .slice(logged)
        .filter(({ message }) => /^(?!over).*ENOSPC/.test(message))
      assert.is(told.length, 1, JSON.stringify(told))
      journalKnowsAll(daemon)
      assert.equal(saved(), before, 'nothing was changed that could not be written down')
      rmSync(join(stateDir, 'full'))
      await untilSaved(...webLines(round + 1), ...mailLines(), ...lines('another', round))
      journalKnowsAll(daemon)
      await daemon.logged(/^over: .*ENOSPC/)
    }
    assert.match((await daemon.slb('plan')).out, /No changes/)
    noFaultOfItsOwn(daemon)
  } finally {
    await daemon.stop('SIGKILL')
    run(undefined, 'umount', '-l', stateDir)
  }
})

/** Writes until there is no room for a single byte more. */
function fill(path: string): void {
  let size = 0
  for (const step of [65_536, 4096, 1]) {
    try {
      for (;;) {
        writeFileSync(path, Buffer.alloc(step), { flag: 'a' })
        size += step
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  assert.ok(size > 0)
}

test('a file that it may not read holds what it said; the others count', async () => {
  // Root reads everything: what keeps it out here is that its capability to do so is gone.
  const daemon = daemonRig({ 'web.toml': web(), 'mail.toml': mail() })
  await daemon.start({ under: ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] })
  try {
    const path = join(daemon.folder, 'web.toml')
    run(undefined, 'chown', '65534', path)
    run(undefined, 'chmod', '600', path)
    await daemon.logged(/web\.toml cannot be read: what it said before still holds/)
    writeFileSync(path, web(7))
    daemon.save('mail.toml', mail(3))
    await untilSaved(...webLines(), ...mailLines(3))
    run(undefined, 'chmod', '644', path)
    await untilSaved(...webLines(7), ...mailLines(3))
    noFaultOfItsOwn(daemon)
  } finally {
    await daemon.stop('SIGKILL')
  }
})

test('a clock that is set forward or back moves neither drains nor trials', () =>
  withNetwork(2, async network => {
    await serveTcp(network, network.backends, 8080)
    const balanced = (backends: string, more = ''): string =>
      `[service.web]\nvip = "192.0.2.10"\nport = 8080\ndrain = "5s"\nbackends = [${backends}]\n${more}`
    const two = '"10.2.0.11", "10.2.0.12"'
    const daemon = daemonRig({ 'web.toml': balanced(two), 'mail.toml': mail() }, labRig())
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
      for (let round = 0; round < times; round++) {
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
      noFaultOfItsOwn(daemon)
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

const spec = modulesAreOurs ? test : test.skip

spec(
  'without the module of a scheduler the other services are applied, and it is made up for',
  () =>
    withDaemon({ 'slb.toml': often, 'web.toml': web() }, async daemon => {
      const [module = ''] = loaded('ip_vs_lblcr')
      assert.ok(module)
      await without([module], async () => {
        daemon.save('odd.toml', service('odder', 1, 'drain = "0s"\nscheduler = "lblcr"'))
        daemon.save('web.toml', web(4))
        const { hint } = await daemon.logged(/the kernel has no .*lblcr/)
        assert.match(String(hint), /modprobe .*ip_vs_lblcr/)
        await untilSaved(...webLines(4))
        // Several looks later it is no fight, and the address of a service that is not there is not, too.
        await sleep(3500)
        const strange = daemon.log().filter(({ message }) => /somebody else|repaired/.test(message))
        assert.equal(strange, [])
        assert.not.match(run(undefined, 'ip', '-br', 'address', 'show', 'slb0'), '192.0.2.25')
      })
      await untilSaved(...webLines(4), ...lines('odder', 1, 'lblcr'))
    }),
)

test.run()
