/** Which switches a check through the VIP needs of the kernel: measured, since the documentation does not say. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { probe } from '../../src/health/probe/open.ts'
import type { Ip } from '../../src/model/ip.ts'
import { ask, checkOf, isDown, isOwn } from '../health/probe/rig.ts'
import { inside, insideNextTick, ip, run } from './namespace.ts'
import { holdVip, type Machine, type Network, withNetwork } from './topology.ts'

const vip = '192.0.2.10'
const mark = 0x5b00_0001

async function listen(network: Network, machine: Machine, address: string): Promise<string[]> {
  const seen: string[] = []
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    // A connection that was reset meanwhile does not tell any more.
    const { remoteAddress, localAddress } = socket
    if (remoteAddress !== undefined) seen.push(`${remoteAddress} asks ${localAddress}`)
  })
  await insideNextTick(machine.namespace, () => server.listen(80, address))
  if (!server.listening) await once(server, 'listening')
  network.open.push(server)
  return seen
}

const set = (link: string, name: string, value: number): void =>
  writeFileSync(`/proc/sys/net/ipv4/conf/${link}/${name}`, `${value}`)

function lead({ ipv4 }: Machine, how = '-g'): void {
  run(undefined, 'ipvsadm', '-A', '-f', `${mark}`, '-s', 'rr')
  run(undefined, 'ipvsadm', '-a', '-f', `${mark}`, '-r', `${ipv4}:0`, how)
}

const through = (address: string, backend: Ip, source: string | undefined) =>
  ask(probe, {
    ...checkOf({ type: 'tcp' }, 80, {
      address,
      mark,
      timeout: 300,
      ...(source === undefined ? {} : { source }),
    }),
    through: backend,
  })

interface Switches {
  readonly acceptAll: number
  readonly acceptLink: number
  readonly filterAll: number
  readonly filterLink: number
}

function* allSwitches(): Generator<Switches> {
  for (const acceptAll of [0, 1])
    for (const acceptLink of [0, 1])
      for (const filterAll of [0, 1, 2])
        for (const filterLink of [0, 1, 2]) yield { acceptAll, acceptLink, filterAll, filterLink }
}

async function worksWhere(ask: () => Promise<{ ok: boolean }>): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const one of allSwitches()) {
    set('all', 'accept_local', one.acceptAll)
    set('backends', 'accept_local', one.acceptLink)
    set('all', 'rp_filter', one.filterAll)
    set('backends', 'rp_filter', one.filterLink)
    const { ok } = await ask()
    const expected =
      one.acceptAll + one.acceptLink > 0 && Math.max(one.filterAll, one.filterLink) !== 1
    if (ok !== expected) wrong.push(JSON.stringify({ ...one, ok }))
  }
  return wrong
}

test('what gets no answer because of a switch is no failure of the backend', () =>
  withNetwork(1, async network => {
    const [backend] = network.backends
    if (backend === undefined) throw new Error('there is one')
    ip(undefined, 'link add slb0 type dummy', 'link set slb0 up', `address add ${vip}/32 dev slb0`)
    lead(backend)
    const ask = () => through(vip, backend.ipv4 as Ip, undefined)
    isOwn(
      await ask(),
      'net.ipv4.conf.backends.accept_local = 0 keeps answers through the VIP out: set it to 1',
    )
    set('all', 'accept_local', 1)
    set('all', 'rp_filter', 1)
    isOwn(
      await ask(),
      'net.ipv4.conf.all.rp_filter = 1 keeps answers through the VIP out: set it to 2',
    )
    set('all', 'rp_filter', 0)
    isDown(await ask(), 'no connection in 0.3 s')
  }))

test('over UDP as well, from the address that this machine has on the way there', () =>
  withNetwork(1, async network => {
    const [backend] = network.backends
    if (backend === undefined) throw new Error('there is one')
    ip(backend.namespace, 'link set lo up')
    holdVip(network, backend, vip)
    const seen: string[] = []
    const server = createSocket('udp4').unref()
    server.on('message', (_, { address, port }) => {
      seen.push(address)
      server.send('here', port, address)
    })
    network.open.push(server)
    const listening = once(server, 'listening')
    await insideNextTick(backend.namespace, () => server.bind(53, vip))
    await listening
    ip(undefined, 'link add slb0 type dummy', 'link set slb0 up', `address add ${vip}/32 dev slb0`)
    lead(backend)
    set('all', 'accept_local', 1)
    const question = {
      type: 'udp',
      payload: Buffer.from('?'),
      expect: Buffer.from('here'),
    } as const
    const check = checkOf(question, 53, { address: vip, mark, source: '10.2.0.1', timeout: 2000 })
    assert.equal(await ask(probe, { ...check, through: backend.ipv4 as Ip }), { ok: true })
    assert.equal(seen, ['10.2.0.1'])
  }))

test('IPv4 through a tunnel: the same, and the backend takes packets of its tunnel from anywhere', () =>
  withNetwork(1, async network => {
    const [backend] = network.backends
    if (backend === undefined) throw new Error('there is one')
    ip(backend.namespace, 'link set lo up', 'link add ipip1 type ipip local 10.2.0.11')
    ip(backend.namespace, 'link set ipip1 up', `address add ${vip}/32 dev ipip1`)
    for (const link of ['all', 'eth0', 'ipip1'])
      inside(backend.namespace, () => set(link, 'rp_filter', 0))
    const seen = await listen(network, backend, vip)
    ip(undefined, 'link add slb0 type dummy', 'link set slb0 up', `address add ${vip}/32 dev slb0`)
    lead(backend, '-i')
    assert.equal(await worksWhere(() => through(vip, backend.ipv4 as Ip, '10.2.0.1')), [])
    assert.equal([...new Set(seen)], [`10.2.0.1 asks ${vip}`])
  }))

test('IPv4: accept_local on the link of the answer or on all, and no strict rp_filter', () =>
  withNetwork(1, async network => {
    const [backend] = network.backends
    if (backend === undefined) throw new Error('there is one')
    ip(backend.namespace, 'link set lo up')
    holdVip(network, backend, vip)
    const seen = await listen(network, backend, vip)
    ip(undefined, 'link add slb0 type dummy', 'link set slb0 up', `address add ${vip}/32 dev slb0`)
    lead(backend)
    assert.equal(await worksWhere(() => through(vip, backend.ipv4 as Ip, '10.2.0.1')), [])
    assert.equal([...new Set(seen)], [`10.2.0.1 asks ${vip}`])
  }))

test.run()
