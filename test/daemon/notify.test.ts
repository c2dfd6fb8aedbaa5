import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openNotifier } from '../../src/daemon/notify.ts'
import { libc } from '../../src/netlink/libc.ts'

const folder = mkdtempSync(join(tmpdir(), 'slb-notify-'))
test.after(() => rmSync(folder, { recursive: true }))

interface Manager {
  /** The next datagram. */
  next(): Promise<string>
  stop(): Promise<void>
}

/** What systemd has: a datagram socket, here in a process of its own that prints what comes. */
async function manager(name: string): Promise<Manager> {
  const notify = new URL('./receiver.js', import.meta.url).pathname
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [notify, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => JSON.parse((await lines.next()).value)
  assert.is(await next(), 'listening')
  return {
    next,
    async stop() {
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill()
      await ended
    },
  }
}

for (const name of [join(folder, 'path'), `@slb-test-${process.pid}`])
  test(`${name[0]}: every message arrives as the service manager wants it`, async () => {
    const { next, stop } = await manager(name)
    const environment = { NOTIFY_SOCKET: name, PATH: '/bin' }
    const notifier = openNotifier(environment, { monotonic: () => 123_456n })
    assert.equal(environment, { PATH: '/bin' } as never)
    notifier.status('reading the\nREADY=1')
    assert.is(await next(), 'STATUS=reading the READY=1')
    notifier.ready()
    assert.is(await next(), 'READY=1')
    notifier.reloading()
    assert.is(await next(), 'RELOADING=1\nMONOTONIC_USEC=123456')
    notifier.alive()
    assert.is(await next(), 'WATCHDOG=1')
    notifier.stopping()
    assert.is(await next(), 'STOPPING=1')
    notifier.stopping(45_000)
    assert.is(await next(), 'STOPPING=1\nEXTEND_TIMEOUT_USEC=45000000')
    notifier.close()
    notifier.ready()
    await stop()
  })

test('the time of a reload is that of the monotonic clock', async () => {
  const name = join(folder, 'clock')
  const { next, stop } = await manager(name)
  const before = process.hrtime.bigint() / 1000n
  const notifier = openNotifier({ NOTIFY_SOCKET: name })
  notifier.reloading()
  const after = process.hrtime.bigint() / 1000n
  const [, said = ''] = (await next()).split('MONOTONIC_USEC=')
  assert.ok(BigInt(said) >= before && BigInt(said) <= after)
  notifier.close()
  await stop()
})

test('a service manager that comes back is found again; while it is gone nothing fails', async () => {
  const name = join(folder, 'again')
  const first = await manager(name)
  const notifier = openNotifier({ NOTIFY_SOCKET: name })
  notifier.ready()
  assert.is(await first.next(), 'READY=1')
  await first.stop()
  notifier.alive()
  rmSync(name)
  notifier.status('nobody hears this')
  const second = await manager(name)
  notifier.alive()
  assert.is(await second.next(), 'WATCHDOG=1')
  notifier.close()
  await second.stop()
})

test('a manager that does not read is not waited for when it does not matter', () => {
  const { socket, bind, close } = libc()
  const name = `slb-full-${process.pid}`
  const fd = socket(1, 2, 0)
  const address = Buffer.concat([
    new Uint8Array(new Uint16Array([1]).buffer),
    Buffer.from(`\0${name}`),
  ])
  assert.is(bind(fd, address, address.length), 0)
  const notifier = openNotifier({ NOTIFY_SOCKET: `@${name}` })
  for (let i = 0; i < 10_000; i++) notifier.alive()
  notifier.ready()
  notifier.close()
  close(fd)
})

for (const [what, environment] of [
  ['no service manager', {}],
  ['an empty name', { NOTIFY_SOCKET: '' }],
  ['a kind of socket that is not known', { NOTIFY_SOCKET: 'vsock:2:1234' }],
  ['a name that is too long', { NOTIFY_SOCKET: `/${'x'.repeat(200)}` }],
  ['a socket that is not there', { NOTIFY_SOCKET: join(folder, 'missing') }],
] as const)
  test(`${what}: nothing happens`, () => {
    const notifier = openNotifier({ ...environment })
    notifier.ready()
    notifier.status('fine')
    notifier.alive()
    notifier.close()
    assert.is(notifier.pulse, undefined)
  })

test('without a service manager the C library is not even loaded', () => {
  const load = (): never => assert.unreachable() as never
  openNotifier({ WATCHDOG_USEC: '10' }, { libc: load }).ready()
})

test('the pulse is half of the watchdog, if the watchdog is ours', () => {
  const socket = { NOTIFY_SOCKET: join(folder, 'missing') }
  const pulseOf = (environment: Record<string, string>): number | undefined => {
    const notifier = openNotifier({ ...socket, ...environment }, { pid: 42 })
    notifier.close()
    return notifier.pulse
  }
  assert.is(pulseOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '42' }), 15_000)
  assert.is(pulseOf({ WATCHDOG_USEC: '30000000' }), 15_000)
  assert.is(pulseOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '43' }), undefined)
  assert.is(pulseOf({ WATCHDOG_USEC: '0' }), undefined)
  assert.is(pulseOf({ WATCHDOG_USEC: 'often' }), undefined)
  assert.is(pulseOf({}), undefined)
})

test('children get none of it', () => {
  const environment = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '1', WATCHDOG_PID: '1', HOME: '/' }
  openNotifier(environment).close()
  assert.equal(environment, { HOME: '/' } as never)
})

test.run()
