/** Announcing and probing between two network namespaces: what comes by the cable, and what it does. */
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { etherTypeIpv6 } from '../../src/l2/advertisement.ts'
import type { Announcer } from '../../src/l2/announcer.ts'
import { etherTypeArp, gratuitousRequest, parseArp } from '../../src/l2/arp.ts'
import type { Mac } from '../../src/l2/mac.ts'
import { openFrameSender } from '../../src/l2/packet-socket.ts'
import { type Answer, probe } from '../../src/l2/probe.ts'
import { announceFromHere } from '../../src/l2/this-host.ts'
import type { Arp } from '../../src/model/announcement.ts'
import type { Change, Failure } from '../../src/model/change.ts'
import type { Ip } from '../../src/model/ip.ts'
import type { Address } from '../../src/model/rows.ts'
import { libc } from '../../src/netlink/libc.ts'
import { type Netlink, openNetlink, protocol } from '../../src/netlink/socket.ts'
import { addressTable } from '../../src/table/address/table.ts'
import { arpTable } from '../../src/table/announce/arp-table.ts'
import { inside, ip, run } from '../lab/namespace.ts'
import {
  type Cable,
  capture,
  enterCable,
  linkOf,
  macOf,
  neighbourOf,
  untilCarrier,
} from './link.ts'
import { until, untilEqual } from './until.ts'

const test = suite<{ cable: Cable; netlink: Netlink; announcer: Announcer }>('l2')

const oldMac = '02:00:00:00:00:99' as Mac
const vip: Arp = { link: 'eth0', address: '10.77.0.50' as Ip }
const six: Arp = { link: 'eth0', address: 'fd77::50' as Ip }

test.before.each(async context => {
  context.cable = await enterCable()
  context.netlink = openNetlink(protocol.route)
  context.announcer = announceFromHere(error => {
    throw error
  })
})
test.after.each(({ cable, netlink, announcer }) => {
  announcer.close()
  netlink.close()
  cable.here.close()
  cable.there.close()
})

test('the neighbour hears request and reply, three times at once and then every second', async ({
  cable,
  announcer,
}) => {
  const heard = capture(cable.there, etherTypeArp)
  announcer.announce([vip])
  const packets = heard.frames().map(frame => parseArp(frame))
  const request = {
    operation: 'request',
    senderMac: cable.mac,
    sender: vip.address,
    targetMac: '00:00:00:00:00:00',
    target: vip.address,
  }
  const reply = { ...request, operation: 'reply', targetMac: cable.mac }
  assert.equal(packets, [request, reply, request, reply, request, reply])
  let later = 0
  const look = (): number => {
    later += heard.frames().length
    return later
  }
  await until('two more', look, count => count >= 4)
  heard.close()
})

test("IPv4: a neighbour's cache moves at once", ({ cable, announcer }) => {
  ip(cable.there, `neigh add ${vip.address} lladdr ${oldMac} dev eth0 nud reachable`)
  announcer.announce([vip])
  assert.is(neighbourOf(cable.there, vip.address), cable.mac)
})

test("IPv6: a neighbour's cache moves at once", async ({ cable, announcer }) => {
  ip(cable.here, `address add ${six.address}/128 dev eth0 nodad`)
  ip(cable.there, `neigh add ${six.address} lladdr ${oldMac} dev eth0 nud reachable`)
  const heard = capture(cable.there, etherTypeIpv6)
  announcer.announce([six])
  assert.is(neighbourOf(cable.there, six.address), cable.mac)
  const advertisements = heard.frames().filter(frame => frame[54] === 136)
  assert.is(advertisements.length, 3)
  heard.close()
})

test('a link that comes up is announced on again, and one that is made anew', async ({
  cable,
  announcer,
}) => {
  ip(cable.here, 'link set eth0 down')
  assert.equal(announcer.announce([vip]), [])
  ip(cable.there, `neigh add ${vip.address} lladdr ${oldMac} dev eth0 nud permanent`)
  ip(cable.there, `neigh change ${vip.address} lladdr ${oldMac} dev eth0 nud reachable`)
  ip(cable.here, 'link set eth0 up')
  await untilEqual('announced after it came up', () => heardOf(cable), cable.mac)
  ip(
    cable.here,
    'link del eth0',
    `link add eth0 type veth peer name eth0 netns ${cable.there.path}`,
    'link set eth0 up',
    'address add 10.77.0.1/24 dev eth0',
  )
  ip(
    cable.there,
    'link set eth0 up',
    'address add 10.77.0.2/24 dev eth0',
    `neigh add ${vip.address} lladdr ${oldMac} dev eth0 nud reachable`,
  )
  const mac = macOf(cable.here, 'eth0')
  await untilEqual('announced on the new one', () => heardOf(cable), mac)
})

function heardOf(cable: Cable): string | undefined {
  return neighbourOf(cable.there, vip.address)
}

test('thousands of addresses are announced, none of them lost', async ({ cable, announcer }) => {
  const heard = capture(cable.there, etherTypeArp)
  const rows = Array.from({ length: 1000 }, (_, i) => ({ ...vip, address: other(i) }))
  const missing = new Set<string>(rows.map(({ address }) => address))
  announcer.announce(rows)
  const look = (): number => {
    for (const frame of heard.frames()) missing.delete(parseArp(frame)?.sender ?? '')
    return missing.size
  }
  await untilEqual('those that are not heard yet', look, 0)
  heard.close()
})

test('a link that cannot do it, or is not there, is refused', ({ cable, announcer }) => {
  ip(cable.here, 'link set eth0 arp off')
  const rows = ['eth0', 'lo', 'eth9'].map(link => ({ ...vip, link }))
  assert.equal(
    announcer.announce(rows).map(({ row, error }) => [row.link, error.code]),
    [
      ['eth0', 'invalid'],
      ['lo', 'invalid'],
      ['eth9', 'missing'],
    ],
  )
  assert.equal(announcer.standing(), [])
})

test('probing finds the holders among many, and names their hardware address', async ({
  cable,
  netlink,
}) => {
  ip(cable.there, 'address add 10.77.0.50/24 dev eth0', 'address add 10.77.0.60/24 dev eth0')
  const addresses = ['10.77.0.50', '10.77.0.51', '10.77.0.60', '10.77.0.2', '10.77.0.61']
  assert.equal(await ask(netlink, ...addresses), [
    { result: 'taken', holder: cable.farMac },
    { result: 'free' },
    { result: 'taken', holder: cable.farMac },
    { result: 'taken', holder: cable.farMac },
    { result: 'free' },
  ])
})

test('of two that probe at the same time, who hears the other first gives way', async ({
  cable,
  netlink,
}) => {
  const far = inside(cable.there, () => openNetlink(protocol.route))
  const theirs = inside(cable.there, () => ask(far, vip.address))
  const [ours] = await ask(netlink, vip.address)
  assert.equal(await theirs, [{ result: 'taken', holder: cable.mac }])
  // Which it is depends on whether the other was still asking.
  assert.ok(ours?.result === 'free' || ours?.result === 'taken')
  far.close()
})

test('whoever announces the address while it is asked for has it', async ({ cable, netlink }) => {
  const asking = ask(netlink, vip.address)
  const sender = inside(cable.there, () => openFrameSender(libc()))
  sender.send(linkOf(cable.there, 'eth0').ifindex, gratuitousRequest(oldMac, vip.address))
  assert.equal(await asking, [{ result: 'taken', holder: oldMac }])
  sender.close()
})

test('an address in a VLAN that this link is not in does not count', async ({ cable, netlink }) => {
  const asking = ask(netlink, vip.address)
  const frame = Buffer.from(gratuitousRequest(oldMac, vip.address))
  const tag = Buffer.from('81000005', 'hex')
  const tagged = Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)])
  const sender = inside(cable.there, () => openFrameSender(libc()))
  assert.is(sender.send(linkOf(cable.there, 'eth0').ifindex, tagged), 0)
  assert.equal(await asking, [{ result: 'free' }])
  sender.close()
})

test('an address that this host has on another link does not count', async ({ cable, netlink }) => {
  // eth1 is on the same network as eth0, by a switch on the other side.
  ip(
    cable.there,
    'link add switch type bridge',
    'link set switch up',
    'link set eth0 master switch',
    `link add port1 type veth peer name eth1 netns ${cable.here.path}`,
    'link set port1 master switch up',
  )
  ip(cable.here, 'link set eth1 up', 'link add slb0 type bridge', 'link set slb0 up')
  ip(cable.here, `address add ${vip.address}/32 dev slb0`)
  await untilCarrier(cable.here, 'eth1')
  const heard = capture(cable.here, etherTypeArp)
  assert.equal(await ask(netlink, vip.address), [{ result: 'free' }])
  const answers = heard.frames().map(frame => parseArp(frame))
  // The kernel does answer: it is the sender that tells whose answer it is.
  assert.ok(answers.some(one => one?.sender === vip.address && one.operation === 'reply'))
  heard.close()
})

test('without a carrier nobody can be asked', async ({ cable, netlink }) => {
  ip(cable.there, 'link set eth0 down')
  const [answer] = await ask(netlink, vip.address)
  assert.is(answer?.result, 'unasked')
  assert.match(String(answer?.result === 'unasked' && answer.error.message), /no carrier/)
})

test('a backend that has the VIP, and does not keep silent about it, is told of', async ({
  cable,
}) => {
  const troubles: string[] = []
  const announcer = announceFromHere(error => troubles.push(error.message))
  announcer.announce([vip])
  ip(cable.there, `address add ${vip.address}/24 dev eth0`)
  const claims = (): void => {
    const sender = inside(cable.there, () => openFrameSender(libc()))
    const index = linkOf(cable.there, 'eth0').ifindex
    sender.send(index, gratuitousRequest(cable.farMac, vip.address))
    sender.close()
  }
  const look = (): string | undefined => {
    claims()
    return troubles[0]
  }
  const said = await until('it is heard', look, trouble => trouble !== undefined)
  assert.match(said ?? '', `another host on eth0 claims ${vip.address}`)
  assert.match(said ?? '', cable.farMac)
  assert.is(troubles.length, 1)
  announcer.close()
})

test('a link that goes down while it is asked on makes silence say nothing', async ({
  cable,
  netlink,
}) => {
  const asking = ask(netlink, vip.address)
  ip(cable.here, 'link set eth0 down', 'link set eth0 up')
  const [answer] = await asking
  assert.is(answer?.result, 'unasked')
  assert.match(String(answer?.result === 'unasked' && answer.error.message), /went down meanwhile/)
})

test('a VIP that another host has is not added, and the others are', async ({ cable }) => {
  ip(cable.there, 'address add 10.77.0.50/24 dev eth0')
  ip(cable.here, 'link add slb0 type bridge', 'link set slb0 up')
  const table = addressTable()
  const changes = ['10.77.0.50', '10.77.0.51'].map(text => create(text))
  const [failure, ...more] = await table.apply(changes)
  assert.equal(more, [])
  assert.is(failure?.change, changes[0])
  assert.is(failure?.error.code, 'duplicate-address')
  assert.match(failure?.error.message ?? '', cable.farMac)
  assert.match(failure?.error.message ?? '', /on eth0/)
  const shown = run(cable.here, 'ip', 'address', 'show', 'dev', 'slb0')
  assert.not.match(shown, '10.77.0.50')
  assert.match(shown, '10.77.0.51')
  ip(cable.there, 'address del 10.77.0.50/24 dev eth0')
  assert.equal(await table.apply(changes.slice(0, 1)), [])
  table.close()
})

test('a command that ends: a row stands once its address does, and is announced by then', async ({
  cable,
  announcer,
}) => {
  const addresses = addressTable()
  const table = arpTable(announcer, {
    addresses: async () =>
      [...((await addresses.read()).address?.values() ?? [])].map(({ address }) => address),
  })
  ip(cable.here, 'link add slb0 type bridge', 'link set slb0 up')
  ip(cable.there, `neigh add ${vip.address} lladdr ${oldMac} dev eth0 nud reachable`)
  const scope = { announced: [vip] }
  assert.equal((await table.read(scope)).arp, new Map())
  const failures: Failure[] = [
    ...(await addresses.apply([create('10.77.0.50')])),
    ...(await table.apply([{ op: 'create', kind: 'arp', row: vip }])),
  ]
  assert.equal(failures, [])
  assert.is(neighbourOf(cable.there, vip.address), cable.mac)
  assert.equal([...((await table.read(scope)).arp?.values() ?? [])], [vip])
  assert.equal((await table.read()).arp, new Map())
  addresses.close()
})

function ask(netlink: Netlink, ...addresses: readonly string[]): Promise<readonly Answer[]> {
  return probe(
    addresses.map(address => ({ link: 'eth0', address: address as Ip })),
    netlink,
    { sleep: milliseconds => sleep(milliseconds) },
  )
}

function create(text: string): Change {
  const row: Address = {
    link: 'slb0',
    address: text as Ip,
    prefix: 32,
    nodad: false,
    dadFailed: false,
    owned: true,
    probe: 'eth0',
  }
  return { op: 'create', kind: 'address', row }
}

function other(i: number): Ip {
  return `10.78.${i >> 8}.${i & 255}` as Ip
}

test.run()
