/** The real program on the real kernel, as an operator meets it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { program, type Ran, slb, web, withFiles } from '../cli/slb.ts'
import { enterFreshNamespace, run } from './namespace.ts'
import { withNetwork } from './topology.ts'
import { connect, serveTcp } from './traffic.ts'

const ipvsadm = (line: string): string => run(undefined, 'ipvsadm', ...line.split(' '))

/** Commands in a directory of these files, with a state directory of their own. */
function desk(
  files: Record<string, string>,
  work: (slb: (...args: string[]) => Ran, directory: string) => Promise<void> | void,
): Promise<void> {
  return withFiles(files, cwd =>
    work((...args) => slb([...args, '--state-dir', `${cwd}/state`], { cwd }), cwd),
  )
}

const less = web.replace('"10.0.0.11:8080", ', '')

test('plan, apply, and there is nothing left to do', () => {
  enterFreshNamespace()
  return desk({ 'web.toml': web }, slb => {
    const planned = slb('plan', '-c', 'web.toml')
    assert.is(planned.status, 0)
    const applied = slb('apply', '-c', 'web.toml')
    assert.equal([applied.status, applied.out], [0, planned.out])
    assert.is(
      ipvsadm('-Sn'),
      `-A -t 192.0.2.10:80 -s wrr
-a -t 192.0.2.10:80 -r 10.0.0.11:8080 -m -w 1
-a -t 192.0.2.10:80 -r 10.0.0.12:8080 -m -w 1
`,
    )
    assert.is(
      slb('apply', '-c', 'web.toml').out,
      'No changes. The live state matches the configuration.\n',
    )
    assert.is(slb('plan', '-c', 'web.toml', '--detailed-exitcode').status, 0)
  })
})

test('what hands changed is shown as drift and put back; what others made stays', () => {
  enterFreshNamespace()
  return desk({ 'web.toml': web }, slb => {
    slb('apply', '-c', 'web.toml')
    ipvsadm('-e -t 192.0.2.10:80 -r 10.0.0.11:8080 -m -w 9')
    ipvsadm('-A -t 198.51.100.1:80 -s rr')
    const plan = slb('plan', '-c', 'web.toml', '--detailed-exitcode')
    assert.is(plan.status, 2)
    assert.match(plan.out, /^ {6}!~ 10\.0\.0\.11:8080 {2}weight 9 -> 1 \(changed outside slb\)$/m)
    assert.match(plan.out, 'not made by slb, left alone\n     tcp 198.51.100.1:80\n')
    assert.is(slb('apply', '-c', 'web.toml').status, 0)
    assert.match(ipvsadm('-Sn'), '-r 10.0.0.11:8080 -m -w 1\n')
    assert.match(ipvsadm('-Sn'), '-A -t 198.51.100.1:80 -s rr\n')
  })
})

test('a drain waits for its connections; an interrupt leaves the rest to the next apply', () =>
  withNetwork(2, async network => {
    await serveTcp(network, network.backends, 8080)
    const names = network.backends.map(({ ipv4 }) => `"${ipv4}:8080"`)
    const file = (backends: readonly string[]): string =>
      `[service.web]\nvip = "192.0.2.10"\nport = 80\nscheduler = "rr"\nbackends = [${backends}]\n`
    await desk(
      { 'both.toml': file(names), 'one.toml': file(names.slice(1)) },
      async (slb, directory) => {
        assert.is(slb('apply', '-c', 'both.toml').status, 0)
        const flows = [
          await connect(network.client, '192.0.2.10', 80),
          await connect(network.client, '192.0.2.10', 80),
        ]
        assert.match(slb('plan', '-c', 'one.toml').out, /> \S+ {2}1 active: wait up to 60s/)
        const waiting = start(['apply', '-c', 'one.toml', '--state-dir', 'state'], directory)
        await until(() => /-w 0$/m.test(ipvsadm('-Sn')))
        for (const flow of flows) assert.is(await flow.echo('still here'), 'still here')
        waiting.child.kill('SIGINT')
        const ended = await waiting.ended
        assert.is(ended.status, 1)
        assert.match(ended.err, 'interrupted: the next apply does what is left\n')
        assert.match(slb('plan', '-c', 'one.toml').out, /^not finished\n.* draining, \d+s left$/m)
        assert.match(slb('status', '-c', 'one.toml').out, / draining +0 +1 /)
        for (const flow of flows) flow.close()
        assert.is(slb('apply', '-c', 'one.toml').status, 0)
        assert.not.match(ipvsadm('-Sn'), '-w 0')
      },
    )
  }))

test('two at a time: one of them is refused or comes after, and both end well', () => {
  enterFreshNamespace()
  return desk({ 'web.toml': web }, async (_, directory) => {
    const args = ['apply', '-c', 'web.toml', '--state-dir', 'state']
    const both = [start(args, directory), start(args, directory)]
    const ends = await Promise.all(both.map(({ ended }) => ended))
    assert.ok(ends.some(({ status }) => status === 0))
    for (const { status, err } of ends)
      if (status !== 0) {
        assert.is(status, 4)
        assert.match(err, /^error: another slb is at work .*(slb apply, pid \d+|too busy to say)/)
      }
  })
})

test('--netns works in another namespace, with a journal of its own', () => {
  enterFreshNamespace()
  run(undefined, 'ip', 'netns', 'add', 'slb-cli')
  run(undefined, 'ip', '-n', 'slb-cli', 'link', 'set', 'lo', 'up')
  return desk({ 'web.toml': web }, slb => {
    assert.is(slb('apply', '-c', 'web.toml', '--netns', 'slb-cli').status, 0)
    assert.is(ipvsadm('-Sn'), '')
    assert.match(
      run(undefined, 'ip', 'netns', 'exec', 'slb-cli', 'ipvsadm', '-Sn'),
      '192.0.2.10:80',
    )
    assert.match(slb('plan', '-c', 'web.toml', '--netns', 'slb-cli').out, 'No changes.')
    assert.match(slb('plan', '-c', 'web.toml').out, 'Plan: 5 to add')
    const missing = slb('plan', '-c', 'web.toml', '--netns', 'none')
    assert.is(missing.status, 1)
    assert.match(missing.err, '/run/netns/none does not exist')
    run(undefined, 'ip', 'netns', 'delete', 'slb-cli')
  })
})

test('without privileges the missing one is named; validate needs none', () => {
  enterFreshNamespace()
  return desk({ 'web.toml': web, 'deaf.toml': web }, (_, directory) => {
    chmodSync(directory, 0o755)
    chmodSync(`${directory}/deaf.toml`, 0o600)
    const nobody = (...args: string[]): Ran => slb(args, { cwd: directory, user: 65_534 })
    assert.is(nobody('validate', '-c', 'web.toml').status, 0)
    const plan = nobody('plan', '-c', 'web.toml', '--state-dir', 'state')
    assert.is(plan.status, 1)
    assert.match(plan.err, /not permitted \(EPERM\)\nhint: .*CAP_NET_ADMIN/)
    const deaf = nobody('validate', '-c', 'deaf.toml')
    assert.is(deaf.status, 3)
    assert.match(deaf.err, 'cannot read deaf.toml: this user may not read it')
  })
})

test('a kernel without the scheduler fails that key alone, and says which module', () => {
  enterFreshNamespace()
  const files = { 'web.toml': web, 'odd.toml': web.replace('web', 'odd').replace('.10"', '.20"') }
  return desk({ ...files, 'odd.toml': `${files['odd.toml']}scheduler = "zzz"\n` }, slb => {
    const { status, err } = slb('apply', '-c', 'web.toml', '-c', 'odd.toml')
    assert.is(status, 1)
    assert.match(err, /^error: .*tcp 192\.0\.2\.20:80.*no scheduler zzz/m)
    assert.match(err, /^hint: .*modprobe.*ip_vs_zzz/m)
    assert.match(ipvsadm('-Sn'), '-A -t 192.0.2.10:80 -s wrr\n')
  })
})

test('history and rollback go back through what was applied', () => {
  enterFreshNamespace()
  return desk({ 'web.toml': web, 'less.toml': less }, slb => {
    slb('apply', '-c', 'web.toml')
    const full = ipvsadm('-Sn')
    slb('apply', '-c', 'less.toml')
    assert.not.equal(ipvsadm('-Sn'), full)
    assert.is(slb('rollback').status, 0)
    assert.is(ipvsadm('-Sn'), full)
    assert.match(slb('history').out, /^1 .* rollback 1 .*\n2 .* apply .*\n3 .* apply /m)
  })
})

test('import of a hand-made table is a file that adopts it without a change', () => {
  enterFreshNamespace()
  ipvsadm('-A -t 192.0.2.10:80 -s sh -p 300')
  ipvsadm('-a -t 192.0.2.10:80 -r 10.0.0.11:8080 -m -w 3')
  ipvsadm('-A -u 192.0.2.10:53 -s wlc')
  const before = ipvsadm('-Sn')
  return desk({}, async (slb, directory) => {
    const { writeFileSync } = await import('node:fs')
    writeFileSync(`${directory}/imported.toml`, slb('import').out)
    const applied = slb('apply', '-c', 'imported.toml')
    assert.is(applied.status, 0, applied.err)
    assert.match(applied.out, 'Plan: 0 to add, 0 to change, 0 to drain, 0 to remove.\n')
    assert.is(ipvsadm('-Sn'), before)
    assert.match(slb('apply', '-c', 'imported.toml').out, 'No changes.')
  })
})

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
}

function start(args: readonly string[], cwd: string): Started {
  const child = spawn(process.execPath, [program, ...args], { cwd })
  let out = ''
  let err = ''
  child.stdout.on('data', data => {
    out += data
  })
  child.stderr.on('data', data => {
    err += data
  })
  const ended = once(child, 'close').then(([status]) => ({ status, out, err }))
  return { child, ended }
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (holds()) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error('waited in vain')
}

test.run()
