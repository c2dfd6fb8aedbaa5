/** What goes wrong outside: that key fails alone, it is said what to do, and nothing is lost. */
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { jobOf } from '../../src/cli/job.ts'
import { load } from '../../src/config/load.ts'
import { reconcile } from '../../src/engine/reconcile.ts'
import { openHost } from '../../src/host.ts'
import { changeKey } from '../../src/model/change.ts'
import { namespaceId } from '../../src/netlink/namespace.ts'
import { takeLock } from '../../src/state/lock.ts'
import type { Ran } from '../cli/slb.ts'
import { saved } from './ipvsadm.ts'
import { freshNamespace, inside, ip, run } from './namespace.ts'
import { freshRig, type LabRig, labRig } from './rig.ts'
import { withNetwork } from './topology.ts'
import { sends, traced } from './trace.ts'

const service = (name: string, port: number, more = ''): string =>
  `[service.${name}]\nvip = "192.0.2.${port}"\nport = ${port}\n${more}\nbackends = ["10.0.0.1"]\n`

function expect(ran: Ran, status: number, words = /(?:)/): void {
  assert.is(ran.status, status, ran.out + ran.err)
  assert.match(ran.err, words)
}

/** All that stands, as other programs show it. */
function standing(): string {
  return `${saved().join('\n')}\n${run(undefined, 'ip', '-br', 'address')}`
}

const apply = (rig: LabRig, text: string): Promise<Ran> =>
  rig.here('apply', '-c', rig.file('slb.toml', text))

test('a link that vanishes after the plan fails its addresses alone', async () => {
  const rig = freshRig()
  ip(undefined, 'link add eth7 type dummy', 'link set eth7 up')
  const text = service('gone', 80, 'link = "eth7"') + service('web', 90)
  const host = openHost({ stateDirectory: rig.stateDir })
  const { desired } = await load([{ file: 'slb.toml', text: Buffer.from(text) }])
  assert.ok(desired)
  const { failures } = await reconcile(jobOf(desired, {}), host, {
    journal: host.journal,
    history: host.history,
    cause: { kind: 'operator' as const, command: 'apply', user: 'test', files: [] },
    keep: 50,
    wait: 0,
    planned: async () => ip(undefined, 'link delete eth7'),
  })
  host.close()
  assert.equal(
    failures.map(({ change, error }) => [changeKey(change), error.code, error.errno]),
    [['address eth7 192.0.2.80/32', 'missing', 'ENODEV']],
  )
  assert.match(failures[0]?.error.message ?? '', 'there is no link eth7')
  assert.match(run(undefined, 'ip', '-br', 'address'), '192.0.2.90/32')
  assert.is(saved().length, 4, 'both services')
  expect(
    await apply(rig, text),
    1,
    /error: create address eth7 192\.0\.2\.80\/32: there is no link eth7/,
  )
  ip(undefined, 'link add eth7 type dummy', 'link set eth7 up')
  expect(await apply(rig, text), 0)
  assert.match(run(undefined, 'ip', '-br', 'address'), /^eth7 .*192\.0\.2\.80\/32/m)
})

test('names of links that the kernel cannot have are faults of the file', async () => {
  const rig = freshRig()
  for (const link of ['sixteen_letters_', 'a/b', 'a b', '']) {
    expect(await apply(rig, service('web', 80, `link = "${link}"`)), 3, /slb\.toml:4/)
    assert.equal(saved(), [])
  }
  expect(await apply(rig, service('a-name-of-sixteen', 80, 'link = "@service"')), 3, /15/)
  assert.equal(saved(), [])
})

test('a full disk at the journal is met before the kernel is touched', async () => {
  const rig = freshRig()
  mkdirSync(rig.stateDir)
  run(undefined, 'mount', '-t', 'tmpfs', '-o', 'size=16k', 'full', rig.stateDir)
  const filler = join(rig.stateDir, 'filler')
  const before = standing()
  assert.throws(() => writeFileSync(filler, Buffer.alloc(64 << 10)), /ENOSPC/)
  expect(await apply(rig, service('web', 80)), 1, /journal\.json: .*ENOSPC.*\nhint: make room/)
  assert.is(standing(), before)
  assert.ok(existsSync(filler), 'nothing of anybody else is removed')
  writeFileSync(filler, '')
  expect(await apply(rig, service('web', 80)), 0)
  assert.throws(() => writeFileSync(filler, Buffer.alloc(64 << 10)), /ENOSPC/)
  const full = standing()
  expect(await apply(rig, service('web', 80) + service('more', 90)), 1, /ENOSPC/)
  assert.is(standing(), full)
  assert.match((await rig.here('plan', '-c', `${rig.directory}/slb.toml`)).out, /Plan: 3 to add/)
  run(undefined, 'umount', rig.stateDir)
})

test('a read-only file system is named as what it is', async () => {
  const rig = freshRig()
  mkdirSync(rig.stateDir)
  run(undefined, 'mount', '-t', 'tmpfs', '-o', 'ro', 'none', rig.stateDir)
  const before = standing()
  const ran = await apply(rig, service('web', 80))
  expect(ran, 1, /journal\.json: .*\(EROFS\)\nhint: the file system is read-only/)
  assert.is(standing(), before)
  run(undefined, 'umount', rig.stateDir)
})

test('a disk that fills up in the middle loses nothing: the next apply goes on', async () => {
  const rig = freshRig()
  const file = rig.file('slb.toml', service('web', 80))
  const journal = join(rig.stateDir, `namespace-${namespaceId()}`, 'journal.json.tmp')
  const inject = 'inject=write:error=ENOSPC:when=2+'
  const ran = await traced(
    rig,
    ['apply', '-c', file],
    '-P',
    journal,
    '-e',
    'trace=write',
    '-e',
    inject,
  )
  expect(ran, 1, /journal\.json: .*ENOSPC/)
  assert.is(saved().length, 2, 'the kernel has it')
  expect(await rig.here('apply', '-c', file), 0)
  expect(await rig.here('plan', '-c', file, '--detailed-exitcode'), 0)
})

test('a file that is not there, not whole or not readable changes nothing', async () => {
  const rig = freshRig()
  expect(await apply(rig, service('web', 80)), 0)
  const before = standing()
  mkdirSync(join(rig.directory, 'none'))
  const missing = join(rig.directory, 'missing.toml')
  expect(await rig.here('apply', '-c', missing), 3, /missing\.toml: there is no such file/)
  expect(await rig.here('apply', '-c', join(rig.directory, 'none')), 3, /no configuration in/)
  expect(await apply(rig, ''), 3, /slb\.toml is empty/)
  expect(await apply(rig, '# nothing\n'), 4, /refused: .*--yes-remove/)
  expect(await apply(rig, service('web', 80).slice(0, 40)), 3)
  expect(await rig.here('apply', '-c', rig.file('slb.yaml', '{}\n')), 4)
  assert.is(standing(), before)
})

test('one writer: the second is told who the first is, others are not held up', async () => {
  const rig = freshRig()
  const elsewhere = freshNamespace()
  const file = rig.file('slb.toml', service('web', 80))
  const lock = await takeLock('slb apply, pid 4242')
  expect(await rig.slb('apply', '-c', file), 4, /another slb is at work .*\(slb apply, pid 4242\)/)
  assert.equal(saved(), [])
  expect(await rig.slb('plan', '-c', file), 0)
  const there = inside(elsewhere, () => rig.start(['apply', '-c', file]))
  expect(await there.ended, 0)
  const named = rig.start(['apply', '-c', file, '--netns', elsewhere.path])
  expect(await named.ended, 0)
  assert.equal(saved(), [])
  await lock.release()
  expect(await rig.slb('apply', '-c', file), 0)
  assert.equal(saved(), inside(elsewhere, saved))
  elsewhere.close()
})

test('two applies at once: one does it, the other is refused or finds it done', async () => {
  const rig = freshRig()
  const file = rig.file('slb.toml', service('web', 80))
  const both = await Promise.all([rig.slb('apply', '-c', file), rig.slb('apply', '-c', file)])
  const statuses = both.map(({ status }) => status).sort()
  assert.ok(statuses[0] === 0 && (statuses[1] === 0 || statuses[1] === 4), String(statuses))
  expect(await rig.here('plan', '-c', file, '--detailed-exitcode'), 0)
  assert.is(saved().length, 2)
})

test('CAP_NET_ADMIN is enough, and without it nothing happens', async () => {
  const rig = freshRig()
  const file = rig.file('slb.toml', service('web', 80))
  chmodSync(rig.directory, 0o755)
  mkdirSync(rig.stateDir)
  chownSync(rig.stateDir, 65_534, 65_534)
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
  const before = standing()
  const without = await rig.start(['apply', '-c', file], { under: nobody }).ended
  expect(without, 1, /not permitted \(EPERM\)\nhint: .*CAP_NET_ADMIN/)
  assert.is(standing(), before)
  const under = [...nobody, '--inh-caps=+net_admin', '--ambient-caps=+net_admin']
  expect(await rig.start(['apply', '-c', file], { under }).ended, 0)
  assert.is(saved().length, 2)
  expect(await rig.here('plan', '-c', file, '--detailed-exitcode'), 0)
})

test('in a network namespace where nothing is up yet, it is said what to do', async () => {
  const rig = freshRig()
  run(undefined, 'ip', 'netns', 'add', 'bare')
  const args = ['apply', '-c', rig.file('slb.toml', service('web', 80)), '--netns', 'bare']
  expect(await rig.slb(...args), 1, /does not accept 10\.0\.0\.1 .*\nhint: .*ip link set lo up/)
  run(undefined, 'ip', '-n', 'bare', 'link', 'set', 'lo', 'up')
  expect(await rig.slb(...args), 0)
  run(undefined, 'ip', 'netns', 'delete', 'bare')
})

test('a duplicate address is a fault of that address alone, and can be mended', () =>
  withNetwork(0, async ({ client }) => {
    const rig = labRig()
    ip(client.namespace, 'address add 2001:db8::80/64 dev eth0 nodad')
    const text = `${service('web', 90)}
[service.six]
vip = "2001:db8::80"
port = 80
link = "client"
backends = ["fd02::11"]
`
    const words = /error: create address client 2001:db8::80\/128: another host on the link has it/
    expect(await apply(rig, text), 1, words)
    assert.is(saved().length, 4)
    expect(await apply(rig, text), 4)
    const plan = await rig.here('plan', '-c', `${rig.directory}/slb.toml`)
    assert.match(plan.out, /duplicate address detection failed/)
    ip(client.namespace, 'address delete 2001:db8::80/64 dev eth0')
    ip(undefined, 'address delete 2001:db8::80/128 dev client')
    expect(await apply(rig, text), 0)
    expect(await rig.here('plan', '-c', `${rig.directory}/slb.toml`, '--detailed-exitcode'), 0)
  }))

test('a kernel that is busy or interrupted at a write is asked again', async () => {
  for (const errno of ['ENOBUFS', 'EAGAIN', 'EINTR']) {
    const rig = freshRig()
    const file = rig.file('slb.toml', service('web', 80))
    const counted = await writeSend(file)
    const inject = `inject=sendto:error=${errno}:when=${counted}`
    const args = ['apply', '-c', file]
    const ran = await traced(rig, args, '-e', `trace=${sends}`, '-e', inject)
    assert.ok(
      ran.calls.some(call => call.includes(`${errno} `)),
      errno,
    )
    expect(ran, 0)
    expect(await rig.here('plan', '-c', file, '--detailed-exitcode'), 0)
  }
})

test('interrupted system calls are made again', async () => {
  const rig = freshRig()
  const file = rig.file('slb.toml', service('web', 80))
  const calls = 'sendto,recvmmsg,recvmsg,recvfrom'
  const inject = `inject=${calls}:error=EINTR:when=2..8`
  const ran = await traced(rig, ['apply', '-c', file], '-e', `trace=${calls}`, '-e', inject)
  assert.ok(ran.calls.filter(call => call.includes('EINTR ')).length >= 14)
  expect(ran, 0)
  assert.is(saved().length, 2)
})

test('what cannot be read is not guessed: nothing is changed', async () => {
  const rig = freshRig()
  const file = rig.file('slb.toml', service('web', 80))
  const before = standing()
  const inject = 'inject=sendto:error=ENOBUFS:when=4'
  const ran = await traced(rig, ['apply', '-c', file], '-e', `trace=${sends}`, '-e', inject)
  assert.ok(ran.calls.some(call => call.includes('ENOBUFS ')))
  expect(ran, 1, /error: read the IPVS .*ENOBUFS/)
  assert.is(standing(), before)
  expect(await rig.here('apply', '-c', file), 0)
})

/** Which of its sends makes the service: found once in a namespace of its own. */
async function writeSend(file: string): Promise<number> {
  known ??= (async () => {
    const rig = labRig()
    const elsewhere = freshNamespace()
    const ran = await inside(elsewhere, () =>
      traced(rig, ['apply', '-c', file], '-e', `trace=${sends}`),
    )
    elsewhere.close()
    return ran.calls.findIndex(call => /^sendto\(\d+, \[\[/.test(call)) + 1
  })()
  return known
}
let known: Promise<number> | undefined

test.run()
