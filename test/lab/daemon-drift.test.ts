/** `slb run` and what others do to the kernel: once, or again and again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isSoak, rounds } from '../rounds.ts'
import { type DaemonRig, until, untilSaved } from './daemon-rig.ts'
import {
  api,
  back,
  foreignIsWhole,
  foreignService,
  peace,
  show,
  withUplink,
} from './daemon-uplink.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { running } from './rig.ts'

/** Of four meddlings each. */
const meddled = rounds(1, 25)

/** What the table is without the rows of others. */
function ours(): readonly string[] {
  return saved().filter(line => !line.includes('203.0.113.1:'))
}

test('whatever others do to ours once is repaired, and theirs stays theirs', () =>
  withUplink(async daemon => {
    const table = ours()
    const meddling: readonly (readonly [string, () => void])[] = [
      [
        'ipvsadm -C',
        () => {
          run(undefined, 'ipvsadm', '-C')
          for (const line of foreignService) run(undefined, 'ipvsadm', ...line.split(' '))
        },
      ],
      ['ipvsadm -E', () => run(undefined, 'ipvsadm', '-E', '-t', '192.0.2.20:80', '-s', 'lc')],
      [
        'ipvsadm -d',
        () => run(undefined, 'ipvsadm', '-d', '-t', '192.0.2.10:80', '-r', '10.0.0.11:80'),
      ],
      ['ip address flush', () => ip(undefined, 'address flush dev slb0')],
    ]
    const took: number[] = []
    for (let round = 0; round < meddled; round++) {
      for (const [, meddle] of meddling) {
        meddle()
        const begun = performance.now()
        await back('slb0')
        await untilSaved(...table, ...foreignService)
        took.push(performance.now() - begun)
      }
      if (round + 1 < meddled) await sleep(peace)
    }
    show('ipvsadm -C, -E, -d, ip address flush', took)
    foreignIsWhole()
    assert.ok(daemon.log().every(({ message }) => !/somebody else/.test(message)))
  }))

test('a rollback and an undo go back behind an edit, and never back to damage', () =>
  withUplink(async daemon => {
    const before = ours()
    daemon.save('api.toml', `${api}scheduler = "rr"\n`)
    const rr = before.map(line => line.replace(/^(-A .*(?:2\.20|::20)\]?:80 -s) wrr/, '$1 rr'))
    await untilSaved(...rr, ...foreignService)
    run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
    await untilSaved(...rr, ...foreignService)
    const back = await daemon.slb('rollback')
    assert.is(back.status, 0, back.out + back.err)
    assert.equal(ours(), before, 'what was repaired before stays')
    await daemon.slb('resume')
    await untilSaved(...rr, ...foreignService)
    run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
    assert.is((await daemon.slb('rollback')).status, 0)
    assert.equal(ours(), before, 'what is not repaired yet is repaired first')
    const trial = await daemon.slb('apply', '--confirm', '3s')
    assert.is(trial.status, 0, trial.out + trial.err)
    assert.equal(ours(), rr)
    run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
    await daemon.logged(/it is undone/)
    await untilSaved(...before, ...foreignService)
    assert.is((await daemon.slb('resume')).status, 0)
    await untilSaved(...rr, ...foreignService)
  }))

/** Another program that does not want what slb wants. */
function rival(command: string): { end(): Promise<void> } {
  const loop = `trap 'exit 0' TERM; echo; while :; do ${command} 2>/dev/null; sleep 0.2; done`
  const other = running(spawn('bash', ['-c', loop], { stdio: ['ignore', 'pipe', 'pipe'] }))
  return {
    async end() {
      other.process.kill('SIGTERM')
      if (other.process.exitCode === null) await once(other.process, 'exit')
    },
  }
}

function applies(daemon: DaemonRig): number {
  return daemon.log().filter(({ message }) => message === 'repaired drift').length
}

test('a key that is fought over is left alone, the log says so, and others stay served', () =>
  withUplink(async daemon => {
    const other = rival('ipvsadm -D -t 192.0.2.20:80; ip address del 192.0.2.20/32 dev slb0')
    try {
      await daemon.logged(/somebody else changes tcp 192\.0\.2\.20:80 back/)
      await daemon.logged(/somebody else changes address slb0 192\.0\.2\.20\/32 back/)
      const { err } = await daemon.slb('status')
      assert.match(err, /slb run: somebody else changes .*tcp 192\.0\.2\.20:80.* back/)
      const repairs = applies(daemon)
      await sleep(2500)
      assert.is(applies(daemon), repairs, 'no more repairs')
      // What nobody fights over is repaired meanwhile.
      run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
      await until('the other service', () => saved().some(line => line.includes('192.0.2.10:80')))
      foreignIsWhole()
    } finally {
      await other.end()
    }
    if (isSoak) await sleep(35_000)
    // Whoever does not want to wait saves a file, or says apply.
    else assert.is((await daemon.slb('apply')).status, 0)
    assert.ok(saved().includes('-A -t 192.0.2.20:80 -s wrr'))
    await back('slb0')
  }, '[node]\ndrift_interval = "500ms"\n'))

test.run()
