/** `slb run`: edit and save; what others change is repaired; nothing bad is ever applied. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { until, untilSaved, withDaemon } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { runHere } from './rig.ts'

const web = (weight = 1): string => `[service.web]
vip = "192.0.2.10"
port = 80
drain = "0s"
backends = [{ address = "10.0.0.11:8080", weight = ${weight} }]
`
const db = (weight = 1): string => `[service.db]
vip = "192.0.2.20"
port = 5432
drain = "0s"
backends = [{ address = "10.0.0.21:5432", weight = ${weight} }]
`
const webLines = (weight = 1): string[] => [
  '-A -t 192.0.2.10:80 -s wrr',
  `-a -t 192.0.2.10:80 -r 10.0.0.11:8080 -m -w ${weight}`,
]
const dbLines = (weight = 1): string[] => [
  '-A -t 192.0.2.20:5432 -s wrr',
  `-a -t 192.0.2.20:5432 -r 10.0.0.21:5432 -m -w ${weight}`,
]

function addresses(): string {
  return run(undefined, 'ip', '-o', 'addr', 'show', 'dev', 'slb0')
}

function hasBoth(): boolean {
  try {
    const there = addresses()
    return ['192.0.2.10/32', '192.0.2.20/32'].every(address => there.includes(` ${address} `))
  } catch {
    return false // no such link
  }
}

test('an edit is live when it is saved', () =>
  withDaemon({ 'web.toml': web(), 'db.toml': db() }, async daemon => {
    await untilSaved(...webLines(), ...dbLines())
    daemon.save('web.toml', web(7))
    await untilSaved(...webLines(7), ...dbLines())
    const { out } = await daemon.slb('history')
    assert.match(out, /file/)
  }))

test('a broken file changes nothing, says where, and holds nobody else up', () =>
  withDaemon({ 'web.toml': web(), 'db.toml': db() }, async daemon => {
    daemon.save('web.toml', web(3).replace('wrr', 'x').replace('port', 'prot'))
    const { faults } = await daemon.logged(/web\.toml is invalid/)
    assert.match(String(faults), /web\.toml:3:1/)
    daemon.save('db.toml', db(9))
    await untilSaved(...webLines(), ...dbLines(9))
    const { out, err } = await daemon.rig.slb('status', '--socket', daemon.socket)
    assert.match(out + err, /web\.toml/)
    daemon.save('web.toml', web(4))
    await untilSaved(...webLines(4), ...dbLines(9))
  }))

test('what others change in the kernel is repaired', () =>
  withDaemon({ 'web.toml': web(), 'db.toml': db() }, async daemon => {
    run(undefined, 'ipvsadm', '-A', '-t', '203.0.113.1:99')
    const foreign = '-A -t 203.0.113.1:99 -s wlc'
    run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
    await untilSaved(...webLines(), ...dbLines(), foreign)
    await daemon.logged(/repaired drift/)
    run(undefined, 'ipvsadm', '-E', '-t', '192.0.2.10:80', '-s', 'rr')
    await untilSaved(...webLines(), ...dbLines(), foreign)
    run(undefined, 'ipvsadm', '-C')
    await untilSaved(...webLines(), ...dbLines())
    ip(undefined, 'addr flush dev slb0')
    await until('the addresses', hasBoth)
    ip(undefined, 'link del slb0')
    await until('the link', hasBoth)
  }))

test('a file that is gone holds its services until that is consented to', () =>
  withDaemon({ 'web.toml': web(), 'db.toml': db() }, async daemon => {
    daemon.remove('web.toml')
    await daemon.logged(/web\.toml is gone/)
    await untilSaved(...webLines(), ...dbLines())
    const { status, out, err } = await daemon.rig.slb(
      'apply',
      '--yes-remove',
      '1',
      '--socket',
      daemon.socket,
    )
    assert.is(status, 0, out + err)
    await untilSaved(...dbLines())
  }))

test('commands go through the daemon, and others are refused', () =>
  withDaemon({ 'web.toml': web() }, async daemon => {
    const plan = await daemon.slb('plan')
    assert.match(plan.out, /No changes/)
    const other = daemon.rig.file('other.toml', db())
    const refused = await daemon.slb('apply', '-c', other)
    assert.is(refused.status, 4, refused.out + refused.err)
    assert.match(refused.err, /follows .*etc/)
    const records = ['--state-dir', `${daemon.folder}/state`]
    const elsewhere = await runHere(['apply', '--socket', daemon.socket, ...records], {
      asking: true,
    })
    assert.is(elsewhere.status, 4, elsewhere.out + elsewhere.err)
    assert.match(elsewhere.err, /keeps its records in .*\nhint: leave .* --state-dir away/)
    const second = await daemon.rig.slb('run', '-c', other, '--socket', `${daemon.socket}2`)
    assert.is(second.status, 4, second.err)
    assert.match(second.err, /slb run, pid/)
    await untilSaved(...webLines())
  }))

test('after a rollback the state is held until a file changes', () =>
  withDaemon({ 'web.toml': web() }, async daemon => {
    daemon.save('web.toml', web(5))
    await untilSaved(...webLines(5))
    const back = await daemon.slb('rollback')
    assert.is(back.status, 0, back.out + back.err)
    await untilSaved(...webLines(1))
    daemon.running.process.kill('SIGHUP')
    await daemon.logged(/is held/)
    assert.equal(saved(), webLines(1))
    daemon.save('web.toml', web(6))
    await untilSaved(...webLines(6))
  }))

test('stopping keeps everything', () =>
  withDaemon({ 'web.toml': web() }, async daemon => {
    const { status } = await daemon.stop()
    assert.is(status, 0)
    assert.equal(saved(), webLines())
    assert.match(addresses(), /192\.0\.2\.10/)
  }))

test('stopping with a drain is taken back by the next start, and is nothing to roll back to', () =>
  withDaemon({ 'slb.toml': `[node]\non_stop = "drain"\n${web()}` }, async daemon => {
    daemon.save('slb.toml', `[node]\non_stop = "drain"\n${web(5)}`)
    await untilSaved(...webLines(5))
    await daemon.stop()
    assert.equal(saved(), webLines(0))
    await daemon.start()
    await untilSaved(...webLines(5))
    const { status, err } = await daemon.slb('rollback')
    assert.is(status, 0, err)
    await untilSaved(...webLines(1))
  }))

test('stopping can withdraw everything', () =>
  withDaemon({ 'slb.toml': `[node]\non_stop = "withdraw"\n${web()}` }, async daemon => {
    const { status } = await daemon.stop()
    assert.is(status, 0)
    assert.equal(saved(), [])
    assert.throws(addresses)
  }))

test('drift can be left as it is, and is told', () =>
  withDaemon({ 'slb.toml': `[node]\ndrift = "alert"\n${web()}` }, async daemon => {
    run(undefined, 'ipvsadm', '-e', '-t', '192.0.2.10:80', '-r', '10.0.0.11:8080', '-m', '-w', '9')
    const { found } = await daemon.logged(/drift, left as it is/)
    assert.match(String(found), /update destination tcp 192\.0\.2\.10:80 -> 10\.0\.0\.11:8080/)
    assert.equal(saved(), webLines(9))
    daemon.save('slb.toml', web(2))
    await untilSaved(...webLines(2))
  }))

test.run()
