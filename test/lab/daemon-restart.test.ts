/** `slb run` dies and comes back: nothing is written that is there already, and no flow is cut. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { countWrites, type Sends, straceOptions } from '../../bench/writes.ts'
import { rounds } from '../rounds.ts'
import type { Churned } from './churner.ts'
import { type DaemonRig, daemonRig, reboot, until, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { run } from './namespace.ts'
import { randomFrom, seed } from './random.ts'
import { labRig, running } from './rig.ts'
import { type Network, withNetwork } from './topology.ts'
import { connect, type Flow, serveTcp } from './traffic.ts'

const flowCount = 1000
/** Longer than the pause between two looks at everything, in milliseconds. */
const aLook = 2600

const balanced = (more = ''): string => `[service.web]
vip = ["192.0.2.10", "2001:db8::10"]
port = 8080
backends = ["10.2.0.11", "10.2.0.12", "10.2.0.13", "fd02::11"]
${more}`

const plain = (name: string, weight = 1): string => `[service.${name}]
vip = "192.0.2.${20 + name.length}"
port = 80
drain = "0s"
backends = [{ address = "10.0.0.11", weight = ${weight} }]
`

/** Connections through NAT, as many as there must be, all made by way of the first VIP. */
async function openFlows(network: Network): Promise<readonly Flow[]> {
  const flows: Flow[] = []
  while (flows.length < flowCount) {
    const some = Array.from({ length: 50 }, () =>
      connect(network.client, '192.0.2.10', 8080, 30_000),
    )
    for (const flow of await Promise.all(some)) {
      network.open.push(flow)
      flows.push(flow)
    }
  }
  assert.is(new Set(flows.map(flow => flow.backend)).size, 3)
  return flows
}

async function cut(flows: readonly Flow[], word: string): Promise<number> {
  const answers = await Promise.allSettled(flows.map(flow => flow.echo(word)))
  return answers.filter(one => one.status === 'rejected' || one.value !== word).length
}

/** Starts it under strace, lets it look at everything once more, and counts what all threads sent. */
async function tracedStart(daemon: DaemonRig): Promise<Sends> {
  const log = join(daemon.rig.directory, `trace-${process.hrtime.bigint()}`)
  await daemon.start({
    under: ['strace', '-ff', '-qq', '--seccomp-bpf', ...straceOptions, '-o', log],
  })
  await sleep(aLook)
  const parts = readdirSync(dirname(log)).filter(name => name.startsWith(`${basename(log)}.`))
  const counts = parts.map(name => countWrites(readFileSync(join(dirname(log), name), 'utf8')))
  return {
    reads: counts.reduce((sum, { reads }) => sum + reads, 0),
    writes: counts.reduce((sum, { writes }) => sum + writes, 0),
  }
}

/** Ends the program itself, where strace was started in its place. */
async function end({ running }: DaemonRig, signal: NodeJS.Signals): Promise<void> {
  const children = spawnText('pgrep', '-P', String(running.process.pid)).split('\n')
  const pid = Number(children[0] || running.process.pid)
  process.kill(pid, signal)
  await running.ended
}

function spawnText(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8' })
  } catch {
    return ''
  }
}

function historyOf({ rig }: DaemonRig): readonly string[] {
  return readdirSync(rig.stateDir, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.includes('history'),
  )
}

test('killed and started again, it writes nothing, and a thousand flows live on', () =>
  withNetwork(3, async network => {
    // The strictest setting: a packet of a flow that lost its backend is answered with a reset.
    writeFileSync('/proc/sys/net/ipv4/vs/expire_nodest_conn', '1')
    await serveTcp(network, network.backends, 8080)
    const daemon = daemonRig({ 'web.toml': balanced(), 'api.toml': plain('api') }, labRig())
    await daemon.start()
    const flows = await openFlows(network)
    const table = saved()
    const history = historyOf(daemon)
    let restarts = 0
    const again = async (signal: NodeJS.Signals, strictly: boolean): Promise<void> => {
      await end(daemon, signal)
      if (strictly) {
        const { reads, writes } = await tracedStart(daemon)
        assert.is(writes, 0, `${signal}: netlink writes`)
        assert.ok(reads > 0, 'strace has seen the reads')
      } else await daemon.start()
      restarts++
      assert.is(await cut(flows, `${signal} ${restarts}`), 0, `${signal}: flows cut`)
      assert.equal(saved(), table)
      assert.equal(historyOf(daemon), history, 'nothing was applied')
    }
    await again('SIGKILL', true)
    await again('SIGTERM', true)
    for (let kill = 1; kill < rounds(2, 25); kill++) await again('SIGKILL', false)
    await end(daemon, 'SIGTERM')
    console.log(`  ${flows.length} flows, ${restarts} restarts, 0 writes, 0 cut`)
  }))

const lines = (name: string, weight: number): string[] => [
  `-A -t 192.0.2.${20 + name.length}:80 -s wrr`,
  `-a -t 192.0.2.${20 + name.length}:80 -r 10.0.0.11:80 -m -w ${weight}`,
]

test('after a reboot with a broken file everything comes up, and of that file what it said last', async () => {
  const daemon = daemonRig({ 'web.toml': plain('web'), 'mail.toml': plain('mail') })
  await daemon.start()
  daemon.save('web.toml', plain('web', 5))
  await untilSaved(...lines('web', 5), ...lines('mail', 1))
  // Held when the power goes: what a rollback kept is gone with the kernel's tables.
  assert.is((await daemon.slb('rollback')).status, 0)
  await untilSaved(...lines('web', 1), ...lines('mail', 1))
  await daemon.stop('SIGKILL')
  daemon.save('web.toml', '[service.web\n')
  daemon.save('mail.toml', plain('mail', 8))
  reboot(daemon)
  try {
    await daemon.start()
    await untilSaved(...lines('web', 5), ...lines('mail', 8))
    await daemon.logged(/web\.toml is invalid: what it said before still holds/)
    const shown = run(undefined, 'ip', '-br', 'address', 'show', 'slb0')
    for (const address of ['192.0.2.23/32', '192.0.2.24/32']) assert.match(shown, address)
    await daemon.stop('SIGKILL')
  } finally {
    run(undefined, 'umount', '/proc/sys/kernel/random/boot_id')
  }
})

const churner = fileURLToPath(new URL('./churner.js', import.meta.url))
const names = ['a', 'bb', 'ccc', 'dddd']
const isTheirs = (line: string): boolean => line.includes('198.51.100.1:')

/** Another program at work on the same table; `end` tells what it met. */
async function otherWriter(): Promise<{ end(): Promise<Churned> }> {
  const victims = names.map(name => `192.0.2.${20 + name.length}:80`).join(',')
  const other = running(
    spawn(process.execPath, [churner, victims], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  await once(other.process.stdout, 'data')
  return {
    async end() {
      other.process.kill('SIGTERM')
      const { out, err } = await other.ended
      assert.is(err, '')
      return JSON.parse(out.slice(out.indexOf('\n')))
    },
  }
}

test('killed at any moment while files change and others write, the next start gets there', async () => {
  console.log(`  SLB_SEED=${seed}`)
  const below = randomFrom(seed)
  const daemon = daemonRig(Object.fromEntries(names.map(name => [`${name}.toml`, plain(name)])))
  const weights = new Map(names.map(name => [name, 1]))
  const edit = (): void => {
    const name = names[below(names.length)] ?? ''
    weights.set(name, 1 + below(100))
    daemon.save(`${name}.toml`, plain(name, weights.get(name)))
  }
  await daemon.start()
  const kills = rounds(2, 50)
  const other = await otherWriter()
  for (let kill = 0; kill < kills; kill++) {
    for (const end = performance.now() + below(1500); performance.now() < end; ) {
      edit()
      await sleep(below(200))
    }
    daemon.running.process.kill('SIGKILL')
    await daemon.running.ended
    edit()
    // Most of them are killed before it is ready.
    if (kill % 3 < 1) await daemon.start()
    else daemon.launch()
  }
  const churned = await other.end()
  const theirs = saved().filter(isTheirs)
  // What it fought over with the other one, it leaves alone for a while: a start forgets that.
  await daemon.stop('SIGKILL')
  await daemon.start()
  const ours = names.flatMap(name => lines(name, weights.get(name) ?? 0))
  await untilSaved(...ours, ...theirs)
  assert.match((await daemon.slb('plan')).out, /No changes/)
  assert.equal(churned.wronged, [], 'what others own was changed')
  await until('the temporary files are gone', () => leftovers(daemon).length === 0)
  await daemon.stop('SIGKILL')
  const { wronged, ...counts } = churned
  console.log(`  ${kills} kills beside ${JSON.stringify(counts)}`)
})

function leftovers({ rig }: DaemonRig): readonly string[] {
  const files = readdirSync(rig.stateDir, { recursive: true, encoding: 'utf8' })
  return files.filter(file => file.endsWith('.tmp'))
}

test.run()
