/** `slb metrics`: the status in the text format of Prometheus, with a daemon and without one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DaemonCall, ProcessEnds } from '../../src/cli/context.ts'
import { projectFolder } from '../project.ts'
import { type CliRig, withRig } from './rig.ts'

const web = `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.1:8080", { address = "10.0.0.2:8080", weight = 3 }]
`

const applied = (work: (rig: CliRig) => Promise<void>): Promise<void> =>
  withRig({ 'slb.toml': web }, '', async rig => {
    await rig.slb('apply', '-c', 'slb.toml')
    await work(rig)
  })

/** The samples of a metric. */
function samples(text: string, name: string): readonly string[] {
  return text.split('\n').filter(line => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
}

const at = 'service="web",virtual_service="tcp 192.0.2.10:80"'

test('each backend with its state, its weight and its connections', () =>
  applied(async rig => {
    rig.connections.set('tcp 192.0.2.10:80 -> 10.0.0.1:8080', {
      active: 7,
      inactive: 2,
      persistent: 0,
    })
    const { status, out } = await rig.slb('metrics', '-c', 'slb.toml')
    assert.is(status, 0)
    assert.equal(samples(out, 'slb_backend_weight'), [
      `slb_backend_weight{${at},backend="10.0.0.1:8080"} 1`,
      `slb_backend_weight{${at},backend="10.0.0.2:8080"} 3`,
    ])
    assert.equal(samples(out, 'slb_backend_active_connections'), [
      `slb_backend_active_connections{${at},backend="10.0.0.1:8080"} 7`,
    ])
    assert.equal(samples(out, 'slb_in_sync'), ['slb_in_sync 1'])
    assert.equal(samples(out, 'slb_checked'), ['slb_checked 0'])
    assert.equal(samples(out, 'slb_backend_up'), [], 'nobody checks')
    assert.match(out, /^# TYPE slb_backend_weight gauge$/m)
  }))

test('what operators have asked for: who, why, from when, until when', () =>
  applied(async rig => {
    const why = ['--for', '2h', '--reason', 'a "new" kernel']
    await rig.slb('drain', 'web/10.0.0.2', '-c', 'slb.toml', ...why)
    await rig.slb('weight', 'web/10.0.0.1', '5', '-c', 'slb.toml')
    const { out } = await rig.slb('metrics', '-c', 'slb.toml')
    assert.equal(samples(out, 'slb_override_info'), [
      'slb_override_info{target="web/10.0.0.2",ask="drain",by="ada",reason="a \\"new\\" kernel"} 1',
      'slb_override_info{target="web/10.0.0.1",ask="weight",by="ada",reason=""} 1',
    ])
    assert.equal(samples(out, 'slb_override_weight'), [
      'slb_override_weight{target="web/10.0.0.2"} 0',
      'slb_override_weight{target="web/10.0.0.1"} 5',
    ])
    const moment = (name: string): number[] =>
      samples(out, name).map(line => Number(line.split(' ').at(-1)))
    const [begin = 0] = moment('slb_override_begin_timestamp_seconds')
    assert.equal(moment('slb_override_end_timestamp_seconds'), [begin + 7200])
  }))

test('faulty files are a sample, not the end of them all', () =>
  applied(async rig => {
    const { status, out, err } = await rig.slb('metrics', '-c', 'gone.toml')
    assert.is(status, 0)
    assert.equal(samples(out, 'slb_config_valid'), ['slb_config_valid 0'])
    assert.match(err, 'gone.toml')
  }))

/** A process beside a daemon that answers so. */
const beside = (askDaemon: ProcessEnds['askDaemon']): ProcessEnds => ({
  environment: {},
  onSignals() {},
  logStream: process.stderr,
  askDaemon,
})

test('a daemon is asked for its status, which is made into text here', () =>
  applied(async rig => {
    const { out: document } = await rig.slb('status', '-c', 'slb.toml', '-o', 'json')
    const calls: DaemonCall[] = []
    rig.process = beside(async call => {
      calls.push(call)
      await call.outlet?.out(document.replace('"in_sync": true', '"in_sync": false'))
      return 0
    })
    const { out } = await rig.slb('metrics', '-c', 'slb.toml')
    assert.equal(
      calls.map(({ argv }) => argv.join(' ')),
      ['status --output json'],
    )
    assert.equal(samples(out, 'slb_in_sync'), ['slb_in_sync 0'])
  }))

test('a daemon that cannot say is not spoken for', () =>
  applied(async rig => {
    rig.process = beside(async () => 1)
    assert.equal(await rig.slb('metrics', '-c', 'slb.toml'), { status: 1, out: '', err: '' })
  }))

/** The names of metrics on a page. */
function namesOn(page: string): ReadonlySet<string> {
  const text = readFileSync(join(projectFolder, page), 'utf8')
  return new Set(text.match(/\bslb_[a-z_]+/g))
}

test('the pages name every metric, and none that is not there', () =>
  applied(async rig => {
    const { out } = await rig.slb('metrics', '-c', 'slb.toml')
    const names = [...out.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name)
    assert.equal([...namesOn('docs/commands.md')].sort(), [...names].sort())
    assert.ok([...namesOn('docs/operate.md')].every(name => names.includes(name)))
  }))

test.run()
