/** Trials with a daemon at work: it undoes them itself, and takes nothing that was undone for wanted. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { namespaceId } from '../../src/netlink/namespace.ts'
import { textsFingerprint } from '../../src/state/hold.ts'
import { openTrials } from '../../src/state/trial.ts'
import { daemonRig, reboot, until, untilSaved, withDaemon } from './daemon-rig.ts'
import { run } from './namespace.ts'

const web = (weight: number, backends = '"10.0.0.12:8080", '): string => `[service.web]
vip = "192.0.2.10"
port = 80
drain = "0s"
backends = [${backends}{ address = "10.0.0.11:8080", weight = ${weight} }]

[guard]
max_remove = 0
`
const two = [
  '-A -t 192.0.2.10:80 -s wrr',
  '-a -t 192.0.2.10:80 -r 10.0.0.11:8080 -m -w 1',
  '-a -t 192.0.2.10:80 -r 10.0.0.12:8080 -m -w 1',
]
const one = (weight: number): string[] => [
  '-A -t 192.0.2.10:80 -s wrr',
  `-a -t 192.0.2.10:80 -r 10.0.0.11:8080 -m -w ${weight}`,
]

test('what the daemon has applied of the files can be put on trial afterwards', () =>
  withDaemon({ 'web.toml': web(1) }, async daemon => {
    await untilSaved(...two)
    daemon.save('web.toml', web(7))
    await untilSaved(two[0] ?? '', ...one(7).slice(1), two[2] ?? '')
    const begun = await daemon.slb('apply', '--confirm', '2s')
    assert.is(begun.status, 0, begun.err)
    assert.match(begun.err, /^on trial: /m)
    await daemon.logged(/was not committed in time: it is undone/)
    await untilSaved(...two)
    daemon.save('web.toml', web(8))
    await untilSaved(two[0] ?? '', ...one(8).slice(1), two[2] ?? '')
    await daemon.slb('apply', '--confirm', '300s')
    const kept = await daemon.slb('commit')
    assert.is(kept.status, 0, kept.err)
    const nothing = await daemon.slb('commit')
    assert.is(nothing.status, 4, nothing.out)
  }))

test('the guard refuses a file, it is tried with consent, and committed or undone', () =>
  withDaemon({ 'web.toml': web(1) }, async daemon => {
    await untilSaved(...two)
    daemon.save('web.toml', web(1, ''))
    await daemon.logged(/^the plan removes/)
    const begun = await daemon.slb('apply', '--confirm', '300s', '--yes-remove', '1')
    assert.is(begun.status, 0, begun.err)
    assert.match(begun.err, /^on trial: /m)
    await untilSaved(...one(1))
    daemon.save('web.toml', web(5, ''))
    await daemon.logged(/^an apply is on trial/)
    assert.is((await daemon.slb('rollback')).status, 0)
    await untilSaved(...two)
    await sleep(2500)
    await untilSaved(...two)
    await daemon.stop('SIGKILL')
    await daemon.start()
    await daemon.logged(/is held/)
    await untilSaved(...two)

    const again = await daemon.slb('apply', '--confirm', '3s', '--yes-remove', '1')
    assert.is(again.status, 0, again.err)
    await untilSaved(...one(5))
    await daemon.logged(/was not committed in time: it is undone/)
    await untilSaved(...two)
    run(undefined, 'ipvsadm', '-e', '-t', '192.0.2.10:80', '-r', '10.0.0.11:8080', '-m', '-w', '9')
    await daemon.logged(/^repaired drift/)
    await untilSaved(...two)
    assert.match((await daemon.slb('status')).err, /^held: .* an apply that was not committed/m)

    assert.is((await daemon.slb('apply', '--confirm', '--yes-remove', '1')).status, 0)
    daemon.save('web.toml', web(7, ''))
    assert.is((await daemon.slb('commit')).status, 0)
    await untilSaved(...one(7))
  }))

test('a daemon that is killed leaves the undo to the guardian; the next one holds', async () => {
  const daemon = daemonRig({ 'web.toml': web(1) })
  await daemon.start()
  try {
    await untilSaved(...two)
    daemon.save('web.toml', web(1, ''))
    await daemon.logged(/^the plan removes/)
    await daemon.slb('apply', '--confirm', '3s', '--yes-remove', '1')
    await untilSaved(...one(1))
    await daemon.stop('SIGKILL')
    await untilSaved(...two)
    await daemon.start()
    await until('held', () => daemon.log().some(({ message }) => /is held/.test(message)))
    await untilSaved(...two)
    assert.match((await daemon.slb('history')).out, /undo/)
  } finally {
    await daemon.stop('SIGKILL')
  }
})

test('after a reboot files that were never confirmed are not applied by themselves', async () => {
  const daemon = daemonRig({ 'web.toml': web(1) })
  await daemon.start()
  try {
    await untilSaved(...two)
    await daemon.stop('SIGKILL')
    // As a reboot leaves it: nothing in the kernel, and on disk a trial of another boot.
    run(undefined, 'ipvsadm', '-C')
    run(undefined, 'ip', 'link', 'delete', 'slb0')
    daemon.save('web.toml', web(5, ''))
    const scene = { boot: 'before', namespace: namespaceId() }
    openTrials(daemon.rig.stateDir, scene).begin({
      deadline: 1,
      lasts: 60_000,
      after: 1,
      at: '2027-01-01T00:00:00.000Z',
      user: 'ada',
      files: ['web.toml'],
      fingerprint: textsFingerprint([{ file: 'web.toml', text: Buffer.from(web(5, '')) }]),
    })
    for (const _ of ['at boot', 'and after a restart']) {
      await daemon.start()
      await untilSaved(...two)
      await daemon.stop('SIGKILL')
    }
    await daemon.start()
    assert.match((await daemon.slb('status')).err, /^held: /m)
    assert.is((await daemon.slb('apply', '--yes-remove', '1')).status, 0)
    await untilSaved(...one(5))
  } finally {
    await daemon.stop('SIGKILL')
  }
})

test('what a rollback holds is what was before it, after a restart and after a reboot', async () => {
  const daemon = daemonRig({ 'web.toml': web(1) })
  await daemon.start()
  try {
    daemon.save('web.toml', web(7))
    await untilSaved(two[0] ?? '', ...one(7).slice(1), two[2] ?? '')
    assert.is((await daemon.slb('rollback')).status, 0)
    await untilSaved(...two)
    await daemon.stop('SIGKILL')
    run(undefined, 'ipvsadm', '-e', '-t', '192.0.2.10:80', '-r', '10.0.0.11:8080', '-m', '-w', '9')
    await daemon.start()
    await untilSaved(...two)
    await daemon.stop('SIGKILL')
    reboot(daemon)
    for (const _ of ['at boot', 'and after a restart']) {
      await daemon.start()
      await untilSaved(...two)
      await daemon.stop('SIGKILL')
    }
    await daemon.start()
    assert.match((await daemon.slb('status')).err, /^held: /m)
    assert.is((await daemon.slb('resume')).status, 0)
    await untilSaved(two[0] ?? '', ...one(7).slice(1), two[2] ?? '')
  } finally {
    await daemon.stop('SIGKILL')
    run(undefined, 'umount', '/proc/sys/kernel/random/boot_id')
  }
})

test.run()
