/** `slb run` in a bad hour: stopped, kept out of a file, without a module. */
import { mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rounds } from '../rounds.ts'
import {
  lines,
  loggedAfter,
  mail,
  mailLines,
  noFaultOfItsOwn,
  peace,
  sceneOf,
  service,
  web,
  webLines,
} from './daemon-pair.ts'
import { daemonRig, until, untilSaved, withDaemon } from './daemon-rig.ts'
import { loaded, modulesAreOurs, without } from './modules.ts'
import { run } from './namespace.ts'

/** Several looks at everything come soon. */
const often = '[node]\ndrift_interval = "500ms"\n'
const stopped = rounds(1, 100)
const keptOut = rounds(1, 50)

test('stopped for a while, it takes up what happened meanwhile', () =>
  withDaemon({ 'web.toml': web(), 'mail.toml': mail() }, async daemon => {
    for (let round = 1; round <= stopped; round++) {
      daemon.running.process.kill('SIGSTOP')
      daemon.save('web.toml', web(round + 1))
      run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.24:80')
      run(undefined, 'ip', 'address', 'flush', 'dev', 'slb0')
      // Once for so long that peers and watchdogs would have given it up.
      await sleep(round % 100 === 0 ? 30_000 : 1500)
      daemon.save('web.toml', web(round + 2))
      daemon.running.process.kill('SIGCONT')
      await untilSaved(...webLines(round + 2), ...mailLines())
      await until('the addresses', () => {
        const shown = run(undefined, 'ip', '-br', 'address', 'show', 'slb0')
        return shown.includes('192.0.2.23/32') && shown.includes('192.0.2.24/32')
      })
      if (round < stopped) await sleep(peace)
    }
    assert.match((await daemon.slb('plan')).out, /No changes/)
    console.log(`  stopped: ${stopped} times`)
  }))

test('a file that it may not read holds what it said; the others count', async () => {
  // Root reads everything: what keeps it out here is that its capability to do so is gone.
  const daemon = daemonRig({ 'web.toml': web(), 'mail.toml': mail() })
  await daemon.start({ under: ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] })
  try {
    const path = join(daemon.folder, 'web.toml')
    for (let round = 1; round <= keptOut; round++) {
      const logged = daemon.log().length
      run(undefined, 'chown', '65534', path)
      run(undefined, 'chmod', '600', path)
      await loggedAfter(daemon, logged, /web\.toml cannot be read: what it said before still holds/)
      writeFileSync(path, web(round + 1))
      daemon.save('mail.toml', mail(round + 1))
      await untilSaved(...webLines(round), ...mailLines(round + 1))
      run(undefined, 'chmod', '644', path)
      await untilSaved(...webLines(round + 1), ...mailLines(round + 1))
    }
    noFaultOfItsOwn(daemon)
    console.log(`  a file that it may not read (EACCES): ${keptOut} times`)
  } finally {
    await daemon.stop('SIGKILL')
  }
})

test('a record that cannot be read is no fault of slb, and goes on when it can', async () => {
  const daemon = daemonRig({ 'web.toml': web() })
  await daemon.start()
  await daemon.stop('SIGKILL')
  const journal = join(sceneOf(daemon), 'journal.json')
  renameSync(journal, `${journal}.away`)
  mkdirSync(journal)
  try {
    daemon.launch()
    await daemon.logged(/cannot read .*journal\.json: .*EISDIR/)
    await sleep(1500)
    assert.not.match(daemon.text(), /"ready/)
    rmdirSync(journal)
    renameSync(`${journal}.away`, journal)
    await daemon.logged(/^ready: 1 service as configured/)
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
