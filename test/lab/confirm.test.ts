/** Trials on the real kernel: undone at their deadline by whoever is left. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openHost } from '../../src/host.ts'
import { textsFingerprint } from '../../src/state/hold.ts'
import { program, web } from '../cli/slb.ts'
import { run } from './namespace.ts'
import { freshRig, type LabRig, type Running, running } from './rig.ts'
import { traced } from './trace.ts'

/** The VIP moves away: who reaches the machine by it is cut off. */
const moved = web.replace('192.0.2.10', '192.0.2.20').replace('"10.0.0.11:8080", ', '')

/** A fresh namespace in which slb has applied `web.toml`. */
async function scene(): Promise<{ rig: LabRig; moved: string; before: string }> {
  const rig = freshRig()
  const file = rig.file('web.toml', web)
  assert.is((await rig.here('apply', '-c', file)).status, 0)
  return { rig, moved: rig.file('moved/web.toml', moved), before: live() }
}

/** What the kernel has. */
function live(): string {
  const addresses = run(undefined, 'ip', '-o', 'addr', 'show', 'dev', 'slb0', 'scope', 'global')
  const found = [...addresses.matchAll(/inet \S+/g)].map(([one]) => one)
  return `${run(undefined, 'ipvsadm', '-Sn')}${found.join('\n')}\n`
}

function trialOf({ stateDir }: LabRig): string | undefined {
  const [folder = ''] = readdirSync(stateDir)
  const paths = ['trial.json', 'trial-undoing.json'].map(name => join(stateDir, folder, name))
  return paths.find(path => existsSync(path))
}

/** Process numbers of the guardians of a rig, which stand in /proc for all to see. */
function guardians({ stateDir }: LabRig): readonly number[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return pids.filter(pid => isGuardian(commandLine(pid), stateDir)).map(Number)
}

function isGuardian(line: string, stateDir: string): boolean {
  return line.includes('guardian.js') && line.includes(stateDir)
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Sees in so many seconds that it is so. */
async function within(seconds: number, holds: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(50))
    if (holds()) return
  assert.unreachable(`${what}: not within ${seconds} s`)
}

/** The same command in a session with a terminal of its own, which goes on with `sleep`. */
function inTerminal(rig: LabRig, ...args: string[]): Running {
  const line = [process.execPath, program, ...args, '--state-dir', rig.stateDir].join(' ')
  const shell = `${line}; echo asleep; exec sleep 1000`
  return running(
    spawn('script', ['-qec', shell, '/dev/null'], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
}

test('a commit keeps it, and the guardian goes', async () => {
  const { rig, moved, before } = await scene()
  const begun = await rig.slb('apply', '-c', moved, '--confirm', '300s')
  assert.is(begun.status, 0, begun.err)
  assert.not.equal(live(), before)
  assert.is(guardians(rig).length, 1)
  assert.is((await rig.here('commit')).status, 0)
  await within(5, () => guardians(rig).length === 0, 'the guardian ends')
  assert.match(live(), '192.0.2.20')
})

test('undone at its deadline when the whole session and its terminal are killed', async () => {
  const { rig, moved, before } = await scene()
  const { process: child, ended } = inTerminal(rig, 'apply', '-c', moved, '--confirm', '4s')
  let printed = ''
  child.stdout.on('data', data => {
    printed += data
  })
  await within(20, () => printed.includes('asleep'), 'applied')
  assert.match(printed, 'on trial:')
  assert.not.match(live(), 'inet 192.0.2.10')
  // The shell has become sleep, and leads a session of its own.
  const [leader = ''] = run(undefined, 'pgrep', '-P', String(child.pid)).trim().split('\n')
  run(undefined, 'pkill', '-KILL', '-s', leader)
  child.kill('SIGKILL')
  await ended
  assert.ok(trialOf(rig), 'the time is not over')
  await within(10, () => trialOf(rig) === undefined, 'undone')
  assert.is(live(), before)
  const [undo] = JSON.parse((await rig.here('history', '-o', 'json')).out).applies
  assert.equal([undo.cause.command, undo.cause.user, undo.outcome], ['undo', 'root', 'done'])
  await within(5, () => guardians(rig).length === 0, 'the guardian ends')
})

test('the next command undoes it when the guardian is dead, too', async () => {
  const { rig, moved, before } = await scene()
  const begun = await rig.slb('apply', '-c', moved, '--confirm', '2s')
  assert.is(begun.status, 0, begun.err)
  for (const pid of guardians(rig)) process.kill(pid, 'SIGKILL')
  await sleep(2200)
  assert.match((await rig.here('history')).err, /^overdue: /m)
  assert.not.equal(live(), before)
  const late = await rig.here('commit')
  assert.is(late.status, 4)
  assert.match(late.err, /^undone: .*\nrefused: too late/m)
  assert.is(live(), before)
})

/** As a killed apply leaves it: what it changed is on trial, the time is over, and nobody watches. */
async function overdue(): Promise<{ rig: LabRig; before: string }> {
  const { rig, moved, before } = await scene()
  assert.is((await rig.here('apply', '-c', moved)).status, 0)
  const host = openHost({ stateDirectory: rig.stateDir })
  host.trials.begin({
    deadline: host.clock.monotonic(),
    lasts: 1000,
    after: 1,
    at: host.clock.wall().toISOString(),
    user: 'ada',
    files: [moved],
    fingerprint: textsFingerprint([]),
  })
  host.close()
  return { rig, before }
}

test('an undo that is killed on the way is done by the next command', async () => {
  const { rig } = await overdue()
  const { calls } = await traced(rig, ['commit'], '-e', 'trace=sendto,rename')
  const count = (call: string): number => calls.filter(line => line.startsWith(call)).length
  // The trial claimed, the hold, the journal, the history, and their ends; and the kernel's work.
  assert.ok(count('rename') >= 6, calls.join('\n'))
  const renames = Array.from({ length: count('rename') }, (_, index) => ['rename', index + 1])
    // Every other one: all of them take half a minute.
    .filter((_, index) => index % 2 === 0)
  const points = [...renames, ['sendto', count('sendto') - 2]] as [string, number][]
  for (const [call, when] of points) {
    const { rig, before } = await overdue()
    const inject = `inject=${call}:signal=KILL:when=${when}`
    const killed = await traced(rig, ['commit'], '-e', `trace=${call}`, '-e', inject)
    assert.is(killed.signal, 'SIGKILL', `${call} ${when}`)
    assert.ok(trialOf(rig), `${call} ${when}: the trial stands`)
    assert.is((await rig.here('rollback')).status, 0, `${call} ${when}`)
    assert.is(live(), before, `${call} ${when}`)
    assert.is(trialOf(rig), undefined, `${call} ${when}`)
    assert.match((await rig.here('history')).err, /^held: /m, `${call} ${when}`)
  }
})

test('the guardian of a command with --netns works in that namespace', async () => {
  const { rig } = await scene()
  run(undefined, 'ip', 'netns', 'add', 'slb-confirm')
  run(undefined, 'ip', '-n', 'slb-confirm', 'link', 'set', 'lo', 'up')
  try {
    const there = (): string => run(undefined, 'ip', '-n', 'slb-confirm', '-o', 'addr')
    const file = join(rig.directory, 'web.toml')
    const begun = await rig.slb('apply', '-c', file, '--confirm', '2s', '--netns', 'slb-confirm')
    assert.is(begun.status, 0, begun.err)
    assert.match(there(), 'inet 192.0.2.10')
    await within(10, () => !there().includes('inet 192.0.2.10'), 'undone')
    assert.match(live(), 'inet 192.0.2.10', 'and here nothing was')
  } finally {
    run(undefined, 'ip', 'netns', 'delete', 'slb-confirm')
  }
})

test('a clock that is set forward or back does not move the deadline', async () => {
  const { rig, moved, before } = await scene()
  const begun = await rig.slb('apply', '-c', moved, '--confirm', '4s')
  assert.is(begun.status, 0, begun.err)
  const end = performance.now() + 10_000
  execFileSync('date', ['-s', '+1 hour'])
  try {
    await sleep(1500)
    assert.not.equal(live(), before, 'an hour later by the clock')
    execFileSync('date', ['-s', '-2 hours'])
    await within((end - performance.now()) / 1000, () => trialOf(rig) === undefined, 'undone')
  } finally {
    execFileSync('date', ['-s', '+1 hour'])
  }
  assert.is(live(), before)
})

test('an apply that is stopped with the lock in its hands is no obstacle', async () => {
  const { rig, moved, before } = await scene()
  // Its files: the record of the trial, the journal, the history; then comes the kernel.
  const stop = ['-e', 'trace=rename', '-e', 'inject=rename:signal=STOP:when=3']
  const under = ['strace', '-qq', '-o', '/dev/null', ...stop]
  const stopped = rig.start(['apply', '-c', moved, '--confirm', '1s'], { under })
  await within(20, () => trialOf(rig) !== undefined, 'begun')
  await sleep(1500)
  const barred = await rig.here('apply', '-c', moved)
  assert.is(barred.status, 4)
  assert.match(barred.err, 'another slb is at work')
  await within(10, () => trialOf(rig) === undefined, 'undone')
  await stopped.ended
  assert.is(live(), before)
  assert.is((await rig.here('plan', '-c', moved)).status, 0)
})

test.run()
