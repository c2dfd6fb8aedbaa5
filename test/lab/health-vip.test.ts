/** `slb run` checks backends through their VIP: each check reaches its own backend, as clients would. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type DaemonRig, daemonRig, until, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { insideNextTick, ip, run } from './namespace.ts'
import { labRig } from './rig.ts'
import { holdVip, type Machine, type Network, withNetwork } from './topology.ts'

const vip = '192.0.2.10'
const vip6 = '2001:db8::10'

const web = (check = 'via = "vip"', address = vip, backends = '"10.2.0.11", "10.2.0.12"') =>
  `[service.web]
vip = "${address}"
port = 80
forward = "direct"
scheduler = "rr"
drain = "1s"
backends = [${backends}]

[service.web.check]
type = "http"
interval = "500ms"
timeout = "500ms"
rise = 1
fall = 2
${check}
`

const row = `-A -t ${vip}:80 -s rr`
const to = (backend: string): string => `-a -t ${vip}:80 -r ${backend}:80 -g -w 1`

/** What listens on a port of any address of a machine, and who has asked which address there. */
interface Listener {
  readonly server: Server
  readonly seen: string[]
}

async function listen(network: Network, machine: Machine): Promise<Listener> {
  const seen: string[] = []
  const plain = (address = ''): string => address.replace(/^::ffff:/, '')
  const server = createServer(socket => {
    socket.unref()
    socket.on('error', () => socket.destroy())
    socket.once('data', () => {
      // A connection that was reset meanwhile does not tell any more.
      const { remoteAddress, localAddress } = socket
      if (remoteAddress !== undefined)
        seen.push(`${plain(remoteAddress)} asks ${plain(localAddress)}`)
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    })
  })
  await insideNextTick(machine.namespace, () => server.listen(80))
  if (!server.listening) await once(server, 'listening')
  network.open.push(server.unref())
  ip(machine.namespace, 'link set lo up')
  return { server, seen }
}

/** The lines of `ipvsadm -Sn` that are of firewall marks, and those that are not. */
const marked = (): readonly string[] => saved().filter(line => / -f /.test(line))
const plain = (): readonly string[] => saved().filter(line => !/ -f /.test(line))

const untilPlain = (...lines: string[]): Promise<void> =>
  until(`${lines.join('\n')}\nbut:\n${plain().join('\n')}`, () => {
    return plain().join('\n') === lines.sort().join('\n')
  })

interface Scene {
  readonly network: Network
  readonly daemon: DaemonRig
  readonly listeners: readonly Listener[]
  readonly backends: readonly Machine[]
}

function checked(text: string, work: (scene: Scene) => Promise<void>): Promise<void> {
  return withNetwork(2, async network => {
    const { backends } = network
    const listeners: Listener[] = []
    for (const backend of backends) listeners.push(await listen(network, backend))
    const daemon = daemonRig({ 'slb.toml': text }, labRig())
    try {
      await work({ network, daemon, listeners, backends })
    } finally {
      await daemon.stop()
    }
  })
}

test('a backend is up if it answers at the VIP; one that only has its own address is not', () =>
  checked(web(), async ({ network, daemon, listeners: [one, two], backends: [first, second] }) => {
    if (!one || !two || !first || !second) throw new Error('there are two')
    holdVip(network, first, vip)
    await daemon.start()
    await untilPlain(row, to('10.2.0.11'))
    // It has been asked for long: no answer comes from the address that it does have.
    await sleep(1500)
    await untilPlain(row, to('10.2.0.11'))
    assert.is(two.seen.length, 0)
    assert.equal([...new Set(one.seen)], [`10.2.0.1 asks ${vip}`])
    assert.is(marked().length, 4)

    holdVip(network, second, vip)
    await untilPlain(row, to('10.2.0.11'), to('10.2.0.12'))
    assert.equal([...new Set(two.seen)], [`10.2.0.1 asks ${vip}`])
  }))

test('what leads a check stays while its backend is down or drained, and goes with the check', () =>
  checked(web(), async ({ network, daemon, listeners: [one], backends: [first, second] }) => {
    if (!one || !first || !second) throw new Error('there are two')
    for (const backend of [first, second]) holdVip(network, backend, vip)
    await daemon.start()
    await untilPlain(row, to('10.2.0.11'), to('10.2.0.12'))
    const ways = marked()
    assert.is(ways.length, 4)

    one.server.close()
    await untilPlain(row, to('10.2.0.12'))
    assert.equal(marked(), ways)
    const again = await listen(network, first)
    await untilPlain(row, to('10.2.0.11'), to('10.2.0.12'))
    assert.equal([...new Set(again.seen)], [`10.2.0.1 asks ${vip}`])

    const drained = await daemon.slb('drain', 'web/10.2.0.12', '-c', daemon.folder)
    assert.is(drained.status, 0, drained.err)
    await untilPlain(row, to('10.2.0.11'))
    assert.equal(marked(), ways)
    await daemon.slb('undrain', 'web/10.2.0.12', '-c', daemon.folder)
    await untilPlain(row, to('10.2.0.11'), to('10.2.0.12'))

    daemon.save('slb.toml', web('via = "vip"', vip, '"10.2.0.11"'))
    await untilPlain(row, to('10.2.0.11'))
    await until('the way to one backend alone', () => marked().length === 2)
    assert.ok(marked().every(line => ways.includes(line)))
    daemon.save('slb.toml', web('via = "backend"', vip, '"10.2.0.11"'))
    await untilSaved(row, to('10.2.0.11'))
    const { out } = await daemon.slb('plan', '-c', daemon.folder)
    assert.match(out, /No changes/)
  }))

test('nobody else answers for a backend when somebody takes away what leads to it', () =>
  checked(web(), async ({ network, daemon, listeners: [one], backends: [first, second] }) => {
    if (!one || !first || !second) throw new Error('there are two')
    for (const backend of [first, second]) holdVip(network, backend, vip)
    daemon.save('slb.toml', `${web()}\n[node]\ndrift_interval = "1s"\n`)
    await daemon.start()
    await untilPlain(row, to('10.2.0.11'), to('10.2.0.12'))
    const ways = marked()
    for (const line of ways) {
      const [, mark] = /^-A -f (\d+)/.exec(line) ?? []
      if (mark !== undefined) run(undefined, 'ipvsadm', '-D', '-f', mark)
    }
    await until('the ways again', () => marked().join() === ways.join())
    await untilPlain(row, to('10.2.0.11'), to('10.2.0.12'))
  }))

test('over IPv6 it is the same, with no switch at all', () =>
  checked(
    web('via = "vip"', vip6, '"fd02::11", "fd02::12"'),
    async ({ network, daemon, listeners: [one, two], backends: [first] }) => {
      if (!one || !two || !first) throw new Error('there are two')
      holdVip(network, first, vip6)
      await daemon.start()
      await untilPlain(`-A -t [${vip6}]:80 -s rr`, `-a -t [${vip6}]:80 -r [fd02::11]:80 -g -w 1`)
      await sleep(1000)
      assert.equal([...new Set(one.seen)], [`fd02::1 asks ${vip6}`])
      assert.is(two.seen.length, 0)
    },
  ))

test.run()
