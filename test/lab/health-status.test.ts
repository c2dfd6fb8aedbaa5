/** `slb status` beside `slb run`: what checks have found and what operators asked for, at a glance. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checked, close, one, row, serve, two, vip, web } from './checked.ts'
import { type DaemonRig, daemonRig, until, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'

const statusOf = async (daemon: DaemonRig): Promise<string> => (await daemon.slb('status')).out

test('a backend that is out is listed, with what was found, since when and why', () =>
  checked(web('type = "tcp"'), async ({ network, daemon, servers }) => {
    await close(servers[1])
    await untilSaved(row, one)
    const text = await statusOf(daemon)
    assert.match(text, /^ {4}10\.2\.0\.11:8080 +ok +up \d+s +1 /m)
    assert.match(text, /^ {4}10\.2\.0\.12:8080 +out +down \d+s +0 .* \S.*refused/m)
    assert.match(text, 'Health: 1 of 2 backends is up, 1 down.')
    // It stays down for another reason: that of the newest answer is shown.
    const [, second] = network.backends
    if (second === undefined) throw new Error('there are two')
    ip(second.namespace, 'link set eth0 down')
    let newest = text
    for (let time = 0; time < 100 && newest.includes('refused'); time++) {
      await sleep(200)
      newest = await statusOf(daemon)
    }
    assert.match(
      newest,
      /^ {4}10\.2\.0\.12:8080 +out +down \d+s +0 .* (no connection|host unreach)/m,
    )
    await daemon.slb('drain', 'web/10.2.0.11', '--reason', 'kernel update', '--no-wait')
    await untilSaved(row)
    assert.match(
      await statusOf(daemon),
      /10\.2\.0\.11:8080 +out .* drained by \S+: kernel update$/m,
    )
    const { health, overrides } = JSON.parse((await daemon.slb('status', '-o', 'json')).out)
    const counts = { checked: true, backends: 2, up: 1, down: 1, unknown: 0, suspect: null }
    assert.equal(health, counts)
    assert.is(overrides[0].target, 'web/10.2.0.11')
    // Programs get the same: by HTTP, and as metrics.
    const got = run(undefined, 'curl', '-s', '--unix-socket', daemon.socket, 'http://slb/v1/status')
    assert.equal(JSON.parse(got).overrides, overrides)
    const { out: metrics } = await daemon.rig.slb('metrics', '--socket', daemon.socket)
    assert.match(metrics, /^slb_backend_up\{.*,backend="10\.2\.0\.11:8080"\} 1$/m)
    assert.match(metrics, /^slb_backend_up\{.*,backend="10\.2\.0\.12:8080"\} 0$/m)
    const override = 'target="web/10.2.0.11",ask="drain",by=".+",reason="kernel update"'
    assert.match(metrics, new RegExp(`^slb_override_info{${override}} 1$`, 'm'))
  }))

test('restarted, the daemon soon knows again why a backend is down', () =>
  checked(web('type = "tcp"'), async ({ daemon, servers }) => {
    await close(servers[1])
    await untilSaved(row, one)
    await daemon.stop('SIGKILL')
    await daemon.start()
    let text = await statusOf(daemon)
    // The thread that checks is begun with the daemon, and asks within an interval from then on.
    for (let time = 0; time < 20 && !text.includes('refused'); time++) {
      await sleep(100)
      text = await statusOf(daemon)
    }
    assert.match(text, /^ {4}10\.2\.0\.12:8080 +out +down \d+s +0 .* \S.*refused/m)
  }))

const unrelated = [1, 2, 3].map(
  n => `[service.s${n}]
vip = "${vip}"
port = ${80 + n}
backends = ["10.2.0.1${n}:8080"]
check = { interval = "300ms", timeout = "200ms" }
`,
)

test('when all fail at once status has an alert, and holds what was found before', () =>
  withNetwork(3, async network => {
    const servers = await Promise.all(network.backends.map(backend => serve(backend)))
    const daemon = daemonRig({ 'slb.toml': unrelated.join('') }, labRig())
    try {
      await daemon.start()
      await until('all backends', () => saved().filter(line => line.includes('-w 1')).length === 3)
      await Promise.all(servers.map(close))
      await daemon.logged(/fail at once/)
      const text = await statusOf(daemon)
      assert.match(text, /^Alert: \d of 3 backends .* verdicts before it hold\.$/m)
      assert.match(text, 'Health: 3 of 3 backends are up.')
      network.open.push(...(await Promise.all(network.backends.map(backend => serve(backend)))))
      await daemon.logged(/to be believed again/)
      assert.not.match(await statusOf(daemon), 'Alert')
    } finally {
      await daemon.stop()
    }
  }))

test('--watch shows it as it changes, and goes on while the daemon is away', () =>
  checked(web('type = "tcp"'), async ({ network, daemon, servers }) => {
    const args = ['status', '--watch', '1', '-c', daemon.folder, '--socket', daemon.socket]
    const watching = daemon.rig.start(args)
    let shown = ''
    watching.process.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString()
    })
    const shows = (text: string): Promise<void> => {
      shown = ''
      return until(`${text} in the status`, () => shown.includes(text))
    }
    await shows('2 of 2 backends are up')
    await close(servers[1])
    await shows('1 of 2 backends is up, 1 down')
    await daemon.stop()
    await shows('nobody checks')
    await daemon.start()
    const backend = network.backends[1]
    if (backend === undefined) throw new Error('there are two')
    network.open.push(await serve(backend))
    await untilSaved(row, one, two)
    await shows('2 of 2 backends are up')
    watching.process.kill('SIGINT')
    const { status, err } = await watching.ended
    assert.is(status, 0, err)
    assert.not.match(err, /Warning/)
  }))

test.run()
