/** Trials and holds on the command line: `apply --confirm`, `commit`, `rollback`, `resume`. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { textsFingerprint } from '../../src/state/hold.ts'
import { openTrials } from '../../src/state/trial.ts'
import { faultsOf } from '../status/document.ts'
import { type CliRig, withRig } from './rig.ts'
import { web } from './slb.ts'

const files = {
  'web.toml': web,
  'less.toml': web.replace('"10.0.0.11:8080", ', ''),
  'more.toml': web.replace('["', '["10.0.0.13:8080", "'),
  'strict.toml': `${web.replace('"10.0.0.11:8080", ', '')}[guard]\nmax_remove = 0\n`,
  'other.toml': web.replace('.10"', '.20"').replace('"10.0.0.11:8080", ', ''),
}
const forwarding = 'sysctl net.ipv4.ip_forward = 1\n'

const backends = ({ table }: CliRig): number | undefined =>
  table.state().service.get('tcp 192.0.2.10:80')?.destinations.length

/** A rig on which `web.toml` is applied: two backends. */
function applied(work: (rig: CliRig) => Promise<void>): Promise<void> {
  return withRig(files, forwarding, async rig => {
    assert.is((await rig.slb('apply', '-c', 'web.toml')).status, 0)
    await work(rig)
  })
}

test('a trial that is committed stays, and is told of until then', () =>
  applied(async rig => {
    const { slb, clock } = rig
    const begun = await slb('apply', '-c', 'more.toml', '--confirm', '60s')
    assert.is(begun.status, 0)
    assert.match(begun.err, /^on trial: the apply of \S+ \S+ by ada is undone in 60s$/m)
    assert.is(rig.guardians, 1)
    clock.pass(20_500)
    for (const look of ['plan', 'status', 'history']) {
      const { err } = await slb(look, '-c', 'more.toml')
      assert.match(err, /^on trial: .* is undone in 40s\nhint: slb commit keeps it/m, look)
    }
    const json = JSON.parse((await slb('status', '-c', 'more.toml', '-o', 'json')).out)
    assert.is(json.trial.user, 'ada')
    assert.is(faultsOf(json), undefined)
    assert.is(json.trial.overdue, false)
    assert.is(json.held, null)
    assert.match((await slb('commit')).out, /^Kept: the apply of .* by ada\.\n$/)
    clock.pass(1e9)
    assert.is((await slb('apply', '-c', 'more.toml')).out.slice(0, 11), 'No changes.')
    assert.is(backends(rig), 3)
    const again = await slb('commit')
    assert.is(again.status, 4)
    assert.match(again.err, 'refused: nothing is on trial\n')
  }))

test('the usual trial lasts a minute; one without an end or a unit is wrong usage', () =>
  applied(async ({ slb }) => {
    const begun = await slb('apply', '-c', 'more.toml', '--confirm')
    assert.match(begun.err, 'is undone in 60s\n')
    for (const time of ['0s', '60', 'web.toml'])
      assert.is((await slb('apply', '--confirm', time)).status, 64, time)
  }))

test('the next command that writes undoes a trial that is overdue, and holds that state', () =>
  applied(async rig => {
    const { slb, clock } = rig
    await slb('apply', '-c', 'other.toml', '--confirm', '30s', '--yes-remove', '9')
    assert.is(backends(rig), undefined)
    clock.pass(30_000)
    assert.match((await slb('plan', '-c', 'web.toml')).err, /^overdue: .* is not undone yet$/m)
    assert.is(backends(rig), undefined, 'looking changes nothing')
    const done = await slb('rollback')
    assert.is(done.status, 0)
    assert.match(done.err, /^undone: the apply of .* by ada was not committed in time$/m)
    assert.is(backends(rig), 2)
    const [undo] = JSON.parse((await slb('history', '-o', 'json')).out).applies
    assert.equal(undo.cause, { kind: 'operator', command: 'undo', user: 'ada', files: [] })
    const held = /^held: .* an apply that was not committed was undone: the files are not applied/m
    assert.match((await slb('plan', '-c', 'other.toml')).err, held)
    assert.not.match((await slb('plan', '-c', 'web.toml')).err, held, 'other files are not held')
  }))

test('a commit that comes too late is refused, and undoes', () =>
  applied(async rig => {
    await rig.slb('apply', '-c', 'more.toml', '--confirm', '30s')
    rig.clock.pass(30_000)
    const late = await rig.slb('commit')
    assert.is(late.status, 4)
    assert.match(late.err, /^refused: too late: the time of the apply of .* is over/m)
    assert.is(backends(rig), 2)
    assert.is((await rig.slb('commit')).status, 4)
  }))

test('a commit needs no lock until the time is over, and is too late after that', () =>
  applied(async rig => {
    await rig.slb('apply', '-c', 'more.toml', '--confirm', '30s')
    rig.holder = 'slb apply, pid 42'
    rig.clock.pass(30_000)
    assert.match((await rig.slb('commit')).err, /^refused: too late/m)
    rig.clock.pass(-1)
    assert.is((await rig.slb('commit')).status, 0)
    assert.is(backends(rig), 3)
  }))

test('an apply that finds an overdue trial undoes it and goes on', () =>
  applied(async rig => {
    await rig.slb('apply', '-c', 'more.toml', '--confirm', '30s')
    rig.clock.pass(30_000)
    const done = await rig.slb('apply', '-c', 'less.toml')
    assert.is(done.status, 0)
    assert.match(done.err, /^undone: /m)
    assert.is(backends(rig), 1)
    assert.not.match((await rig.slb('history')).err, 'held', 'an apply by hand ends the hold')
  }))

test('while a trial runs a plain apply is refused, and --confirm goes on with it', () =>
  applied(async rig => {
    await rig.slb('apply', '-c', 'more.toml', '--confirm', '30s')
    const plain = await rig.slb('apply', '-c', 'less.toml')
    assert.is(plain.status, 4)
    assert.match(plain.err, /^refused: the apply of .* is on trial\nhint: slb commit keeps it/m)
    assert.is(backends(rig), 3)
    rig.clock.pass(20_000)
    const next = await rig.slb('apply', '-c', 'less.toml', '--confirm', '30s', '--yes-remove', '9')
    assert.is(next.status, 0)
    assert.is(backends(rig), 1)
    rig.clock.pass(20_000)
    assert.match((await rig.slb('history')).err, /is undone in \d+s$/m)
    rig.clock.pass(20_000)
    await rig.slb('rollback')
    assert.is(backends(rig), 2, 'back to before the first')
  }))

test('a rollback without a number takes a trial back at once, guard or not', () =>
  withRig(files, forwarding, async rig => {
    await rig.slb('apply', '-c', 'web.toml', '--confirm', '30s')
    assert.is((await rig.slb('rollback', '1')).status, 4, 'the guard keeps the last service')
    const dry = await rig.slb('rollback', '--dry-run')
    assert.match(dry.err, /^on trial: /m)
    assert.is(dry.status, 0)
    const back = await rig.slb('rollback')
    assert.is(back.status, 0, back.err)
    assert.is(rig.table.state().service.size, 0)
    assert.is((await rig.slb('commit')).status, 4)
    rig.clock.pass(1e6)
    assert.not.match((await rig.slb('apply', '-c', 'web.toml')).err, 'undone')
  }))

test('a rollback that comes after the undo does not bring the trial back', () =>
  applied(async rig => {
    await rig.slb('apply', '-c', 'more.toml', '--confirm', '30s')
    rig.clock.pass(30_000)
    await rig.slb('commit')
    const back = await rig.slb('rollback')
    assert.is(back.status, 4)
    assert.match(back.err, /^refused: the apply on trial was undone already, at /m)
    assert.is(backends(rig), 2)
    assert.is((await rig.slb('rollback', '1')).status, 0)
    assert.is(backends(rig), 3)
  }))

test('a rollback by number that comes after the deadline is refused: the numbers have moved', () =>
  applied(async rig => {
    await rig.slb('apply', '-c', 'more.toml', '--confirm', '30s')
    rig.clock.pass(30_000)
    const back = await rig.slb('rollback', '1')
    assert.is(back.status, 4)
    assert.match(back.err, 'refused: the history has moved by that\n')
    assert.is(backends(rig), 2)
  }))

test('a rollback holds the files as they stand, until they change or resume is said', () =>
  applied(async ({ slb, directory }) => {
    await slb('apply', '-c', 'more.toml')
    await slb('rollback', '-c', 'more.toml')
    const held = /^held: at \S+ \S+ ada rolled back: the files are not applied by themselves\nhint/m
    assert.match((await slb('status', '-c', 'more.toml')).err, held)
    const told = JSON.parse((await slb('status', '-c', 'more.toml', '-o', 'json')).out)
    assert.ok(told.held)
    assert.is(faultsOf(told), undefined)
    const json = JSON.parse((await slb('history', '-o', 'json')).out)
    assert.is(json.held.why, 'rollback')
    writeFileSync(join(directory, 'more.toml'), `${files['more.toml']}# again\n`)
    assert.not.match((await slb('status', '-c', 'more.toml')).err, 'held')
    assert.is((await slb('resume')).out, 'The files hold again: slb apply makes it as they say.\n')
    assert.is((await slb('resume')).out, 'Nothing was held.\n')
  }))

test('an apply that changes nothing, or that the guard refuses, begins no trial', () =>
  applied(async rig => {
    await rig.slb('apply', '-c', 'web.toml', '--confirm')
    const refused = await rig.slb('apply', '-c', 'strict.toml', '--confirm')
    assert.is(refused.status, 4)
    assert.is(rig.guardians, 0)
    assert.is((await rig.slb('commit')).status, 4)
  }))

test('an apply that fails before it changes anything leaves no trial behind', () =>
  applied(async rig => {
    const history = join(rig.directory, 'state', 'history')
    rmSync(history, { recursive: true })
    writeFileSync(history, 'in the way')
    const failed = await rig.slb('apply', '-c', 'more.toml', '--confirm')
    assert.is(failed.status, 1)
    assert.is(backends(rig), 2)
    assert.match((await rig.slb('commit')).err, 'refused: nothing is on trial')
  }))

test('files that were on trial before a reboot are told of until somebody applies', () =>
  applied(async ({ slb, directory }) => {
    const scene = { boot: 'before', namespace: '1' }
    const sources = [{ file: 'web.toml', text: Buffer.from(files['web.toml']) }]
    openTrials(join(directory, 'state'), scene).begin({
      deadline: 1,
      lasts: 60_000,
      after: 0,
      at: '2027-01-01T00:00:00.000Z',
      user: 'bob',
      files: ['web.toml'],
      fingerprint: textsFingerprint(sources),
    })
    const left =
      /^warning: these files were never confirmed: .* apply of 2027-01-01 00:00:00Z by bob/
    assert.match((await slb('status', '-c', 'web.toml')).err, left)
    assert.is((await slb('status', '-c', 'more.toml')).err, '', 'these are others')
    assert.is((await slb('commit')).status, 4)
    assert.is((await slb('apply', '-c', 'web.toml')).status, 0)
    assert.is((await slb('status', '-c', 'web.toml')).err, '')
  }))

test('a trial outlasts a history that keeps only one apply', () =>
  withRig(files, forwarding, async rig => {
    for (const name of ['web.toml', 'more.toml', 'less.toml']) {
      const short = `${files[name as keyof typeof files]}[state]\nhistory = 1\n`
      writeFileSync(join(rig.directory, name), short)
    }
    await rig.slb('apply', '-c', 'web.toml')
    await rig.slb('apply', '-c', 'more.toml', '--confirm')
    await rig.slb('apply', '-c', 'less.toml', '--confirm', '--yes-remove', '9')
    assert.is((await rig.slb('rollback')).status, 0)
    assert.is(backends(rig), 2)
  }))

test('a trial whose history is damaged can be kept, or be left behind by an apply', () =>
  applied(async rig => {
    const damage = async (number: number): Promise<void> => {
      await rig.slb('apply', '-c', 'more.toml', '--confirm', '30s')
      rig.clock.pass(30_000)
      const path = join(rig.directory, 'state', 'history', `00000${number}.json`)
      assert.ok(existsSync(path))
      writeFileSync(path, '{')
    }
    await damage(2)
    const kept = await rig.slb('commit')
    assert.is(kept.status, 0)
    assert.match(kept.err, /^error: the history entry .* is damaged/m)
    await rig.slb('apply', '-c', 'web.toml')
    await damage(4)
    const done = await rig.slb('apply', '-c', 'less.toml', '--yes-remove', '9')
    assert.match(done.err, /^error: the history entry .* is damaged/m)
    assert.is(done.status, 0)
    assert.is(backends(rig), 1)
    assert.is((await rig.slb('commit')).status, 4)
  }))

test.run()
