/** Going back while backends are down: who is down is left out, and comes back when it is up again. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Backend, startBackends } from './backends.ts'
import { type DaemonRig, daemonRig, reboot, until, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { run } from './namespace.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'

const web = (scheduler: string, ...backends: string[]): string => `[service.web]
vip = "192.0.2.10"
port = 80
scheduler = "${scheduler}"
drain = "0s"
backends = [${backends.join(', ')}]
check = { interval = "200ms", timeout = "150ms", rise = 1, fall = 2 }
`
const backend = (number: number, weight: number): string =>
  `{ address = "10.2.0.1${number}:8080", weight = ${weight} }`

/** The whole table: weights by backend. */
const table = (scheduler: string, ...weights: readonly (number | undefined)[]): string[] => [
  `-A -t 192.0.2.10:80 -s ${scheduler}`,
  ...weights.flatMap((weight, index) =>
    weight ? [`-a -t 192.0.2.10:80 -r 10.2.0.1${index + 1}:8080 -m -w ${weight}`] : [],
  ),
]

const before = web('wrr', backend(1, 1), backend(2, 3))
const after = web('rr', backend(1, 5), backend(2, 7))

function withBackends(
  work: (daemon: DaemonRig, one: Backend, two: Backend) => Promise<void>,
): Promise<void> {
  return withNetwork(2, async network => {
    const [one, two] = await startBackends(network)
    if (one === undefined || two === undefined) throw new Error('there are two')
    const daemon = daemonRig({ 'slb.toml': before }, labRig())
    await daemon.start()
    try {
      await untilSaved(...table('wrr', 1, 3))
      await work(daemon, one, two)
      assert.not.match(daemon.text(), /fault in slb/)
    } catch (error) {
      throw new Error(`${(error as Error).message}\nThe log:\n${daemon.text()}`)
    } finally {
      await daemon.stop('SIGKILL')
    }
  })
}

async function slb(daemon: DaemonRig, ...args: string[]): Promise<void> {
  const { status, out, err } = await daemon.slb(...args)
  assert.is(status, 0, out + err)
}

test('a rollback goes back to what was written, not to what was up', () =>
  withBackends(async (daemon, one, two) => {
    await two.kill()
    await untilSaved(...table('wrr', 1))
    daemon.save('slb.toml', after)
    await untilSaved(...table('rr', 5))
    await slb(daemon, 'rollback')
    assert.equal(saved(), table('wrr', 1).sort(), 'nobody is sent to what is down')
    await two.start()
    await untilSaved(...table('wrr', 1, 3))
    await one.kill()
    await untilSaved(...table('wrr', undefined, 3))
    await daemon.stop('SIGKILL')
    await daemon.start()
    await one.start()
    await untilSaved(...table('wrr', 1, 3))
    await slb(daemon, 'resume')
    await untilSaved(...table('rr', 5, 7))
  }))

test('a backend that a rollback brings back is sent nothing while it is down', () =>
  withBackends(async (daemon, _, two) => {
    await two.kill()
    await untilSaved(...table('wrr', 1))
    daemon.save('slb.toml', web('wrr', backend(1, 2)))
    await untilSaved(...table('wrr', 2))
    await slb(daemon, 'rollback')
    await untilSaved(...table('wrr', 1))
    await two.start()
    await untilSaved(...table('wrr', 1, 3))
    await two.kill()
    await untilSaved(...table('wrr', 1))
    await two.start()
    daemon.save('slb.toml', web('wrr', backend(1, 4)))
    await untilSaved(...table('wrr', 4))
    await slb(daemon, 'rollback')
    await untilSaved(...table('wrr', 1, 3))
  }))

test('the undo of a trial takes nobody for gone who was down when it began, or is when it ends', () =>
  withBackends(async (daemon, one, two) => {
    const trial = async (): Promise<void> => {
      daemon.save('slb.toml', after)
      await until('the new file', () => saved().some(line => line.endsWith('-s rr')))
      await slb(daemon, 'rollback')
      await slb(daemon, 'apply', '--confirm', '3s')
    }
    await two.kill()
    await untilSaved(...table('wrr', 1))
    await trial()
    await untilSaved(...table('rr', 5))
    await two.start()
    await untilSaved(...table('rr', 5, 7))
    await untilSaved(...table('wrr', 1, 3))
    await slb(daemon, 'apply', '--confirm', '3s')
    await untilSaved(...table('rr', 5, 7))
    await one.kill()
    await untilSaved(...table('rr', undefined, 7))
    await untilSaved(...table('wrr', undefined, 3))
    await one.start()
    await untilSaved(...table('wrr', 1, 3))
  }))

test('restarted and booted under a hold, it checks what just the past has', () =>
  withBackends(async (daemon, one, two) => {
    daemon.save('slb.toml', web('wrr', backend(1, 2)))
    await untilSaved(...table('wrr', 2))
    await slb(daemon, 'rollback')
    await untilSaved(...table('wrr', 1, 3))
    await daemon.stop('SIGKILL')
    await daemon.start()
    await two.kill()
    await untilSaved(...table('wrr', 1))
    await daemon.stop('SIGKILL')
    await daemon.start()
    await two.start()
    await untilSaved(...table('wrr', 1, 3))
    await two.kill()
    await untilSaved(...table('wrr', 1))
    await daemon.stop('SIGKILL')
    reboot(daemon)
    try {
      await daemon.start()
      await untilSaved(...table('wrr', 1))
      await two.start()
      await untilSaved(...table('wrr', 1, 3))
      await one.kill()
      await untilSaved(...table('wrr', undefined, 3))
      await one.start()
      // Or the other would be the last that serves, and the guard would not let it go.
      await untilSaved(...table('wrr', 1, 3))
      await slb(daemon, 'resume')
      await untilSaved(...table('wrr', 2))
    } finally {
      run(undefined, 'umount', '/proc/sys/kernel/random/boot_id')
    }
  }))

test('a rollback after a restart, or without a daemon, knows how to check what it brings back', () =>
  withBackends(async (daemon, _, two) => {
    daemon.save('slb.toml', web('wrr', backend(1, 2)))
    await untilSaved(...table('wrr', 2))
    await daemon.stop('SIGKILL')
    await daemon.start()
    await slb(daemon, 'rollback')
    await untilSaved(...table('wrr', 1, 3))
    await two.kill()
    await untilSaved(...table('wrr', 1))
    await slb(daemon, 'resume')
    await untilSaved(...table('wrr', 2))
    await daemon.stop('SIGKILL')
    await slb(daemon, 'rollback', '-c', daemon.folder)
    await daemon.start()
    await untilSaved(...table('wrr', 1))
    await two.start()
    await untilSaved(...table('wrr', 1, 3))
  }))

test.run()
