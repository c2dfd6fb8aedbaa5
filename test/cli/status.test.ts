/** `slb status` beside a daemon and without one: who is asked for health. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DaemonCall, ProcessEnds } from '../../src/cli/context.ts'
import { SlbError } from '../../src/model/error.ts'
import { faultsOf } from '../status/document.ts'
import { type CliRig, withRig } from './rig.ts'

const web = `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.1:8080", "10.0.0.2:8080"]

[service.web.check]
type = "http"
path = "/healthz"
`

const applied = (work: (rig: CliRig) => Promise<void>): Promise<void> =>
  withRig({ 'slb.toml': web }, '', async rig => {
    await rig.slb('apply', '-c', 'slb.toml')
    await work(rig)
  })

/** Shows the status three times. */
function thrice(rig: CliRig): void {
  let left = 3
  rig.interrupted = () => {
    const controller = new AbortController()
    rig.clock.sleep = async () => {
      if (--left === 0) controller.abort()
    }
    return controller.signal
  }
}

/** A process beside a daemon that answers so. */
function beside(askDaemon: ProcessEnds['askDaemon']): ProcessEnds {
  return { environment: {}, onSignals() {}, logStream: process.stderr, askDaemon }
}

test('without a daemon, it says of each backend with a check that nobody checks', () =>
  applied(async rig => {
    const { out } = await rig.slb('status', '-c', 'slb.toml')
    assert.match(out, /^ {4}10\.0\.0\.1:8080 +ok +nobody checks +1 /m)
    assert.match(out, 'Health: nobody checks, since no slb run follows these files.')
  }))

test('drained backends are listed, with who has asked for it', () =>
  applied(async rig => {
    const why = ['--for', '2h', '--reason', 'kernel update']
    await rig.slb('drain', 'web/10.0.0.2', '-c', 'slb.toml', ...why)
    const { out } = await rig.slb('status', '-c', 'slb.toml')
    assert.match(out, /^ {4}10\.0\.0\.2:8080 +out .* drained by ada, \d+[mh] left: kernel update$/m)
    assert.match(out, /^ {2}drain web\/10\.0\.0\.2, by ada at .*Z, until .*Z: kernel update$/m)
    const document = JSON.parse((await rig.slb('status', '-c', 'slb.toml', '-o', 'json')).out)
    assert.is(faultsOf(document), undefined)
    const { overrides } = document
    assert.equal(
      [overrides.length, overrides[0].target, overrides[0].ask, overrides[0].by],
      [1, 'web/10.0.0.2', 'drain', 'ada'],
    )
  }))

test('--watch asks the daemon each time, and looks itself while there is none', () =>
  applied(async rig => {
    thrice(rig)
    const calls: DaemonCall[] = []
    rig.process = beside(async call => {
      calls.push(call)
      return calls.length === 2 ? undefined : 3
    })
    const { status, out } = await rig.slb('status', '-c', 'slb.toml', '--watch', '-o', 'json')
    assert.is(status, 3)
    assert.equal(
      calls.map(({ argv, changes }) => [argv.join(' '), changes]),
      Array(3).fill(['status --output json', false]),
    )
    assert.is(out.split('"format_version"').length - 1, 1, out)
  }))

test('a daemon that goes away does not end it', () =>
  applied(async rig => {
    thrice(rig)
    let asked = 0
    rig.process = beside(async () => {
      if (++asked < 3) throw new SlbError('io', 'slb run went away')
      return 0
    })
    const { status, err } = await rig.slb('status', '-c', 'slb.toml', '--watch')
    assert.equal([status, asked], [0, 3])
    assert.match(err, 'slb run went away')
  }))

test('at a terminal each takes the place of the one before, and is no higher', () =>
  applied(async rig => {
    rig.tty = true
    const pictures = async (rows: number): Promise<readonly (readonly string[])[]> => {
      thrice(rig)
      rig.rows = rows
      const { out } = await rig.slb('status', '-c', 'slb.toml', '--watch')
      const [before, ...drawn] = out.split('\u001b[H\u001b[J')
      assert.is(before, '')
      return drawn.map(text => text.trimEnd().split('\n'))
    }
    const [whole = []] = await pictures(50)
    const drawn = await pictures(10)
    assert.is(drawn.length, 3)
    for (const lines of drawn) {
      assert.equal(lines.slice(0, 4), whole.slice(0, 4))
      assert.is(lines[4], `... ${whole.length - 8} more lines, which slb status shows`)
      assert.equal(lines.slice(5), whole.slice(-4))
    }
    assert.match(whole.at(-1) ?? '', 'nobody checks')
  }))

test('at a terminal its lines fit, and elsewhere they are whole', () =>
  applied(async rig => {
    const why = [
      '--for',
      '2h',
      '--reason',
      'a kernel update, with the firmware of the network card',
    ]
    await rig.slb('drain', 'web/10.0.0.2', '-c', 'slb.toml', ...why)
    const lines = async (): Promise<readonly string[]> =>
      (await rig.slb('status', '-c', 'slb.toml')).out.trimEnd().split('\n')
    rig.columns = 80
    const whole = await lines()
    assert.ok(whole.some(line => line.length > 120))
    rig.tty = true
    const fits = await lines()
    assert.ok(
      fits.every(line => line.length <= 80),
      fits.join('\n'),
    )
    assert.match(fits.join('\n'), /^ {4}10\.0\.0\.2:8080 +out .*\n {8}drained by ada/m)
    rig.columns = 300
    assert.equal(await lines(), whole)
  }))

test.run()
