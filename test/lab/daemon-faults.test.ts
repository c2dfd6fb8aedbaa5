/** `slb run` in a bad hour: stopped, out of files or room, without a module. */
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
import { times } from './rounds.ts'

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

test('with a full disk from the start it is not ready before it has done something', async () => {
  const daemon = daemonRig({ 'web.toml': web() })
  const { stateDir } = daemon.rig
  mkdirSync(stateDir, { recursive: true })
  run(undefined, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', stateDir)
  try {
    fill(join(stateDir, 'full'))
    daemon.launch()
    await daemon.logged(/ENOSPC/)
    await sleep(1500)
    assert.not.match(daemon.text(), /"ready/)
    assert.equal(saved(), [])
    rmSync(join(stateDir, 'full'))
    await daemon.logged(/^ready: 1 service as configured/)
    assert.equal(saved(), webLines())
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
