/** VIPs with `announce = "arp"`, by the real program: a neighbour in another namespace hears and answers. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { etherTypeArp, gratuitousRequest, parseArp } from '../../src/l2/arp.ts'
import { openFrameSender } from '../../src/l2/packet-socket.ts'
import type { Ip } from '../../src/model/ip.ts'
import { libc } from '../../src/netlink/libc.ts'
import { type Cable, type Capture, capture, enterCable, linkOf, neighbourOf } from '../net/link.ts'
import { type DaemonRig, daemonRig, until } from './daemon-rig.ts'
import { inside, ip, run } from './namespace.ts'
import { type LabRig, labRig } from './rig.ts'

const oldMac = '02:00:00:00:00:99'
const four = '10.77.0.50'
const second = '10.77.0.51'
const six = 'fd77::50'

function text(...addresses: readonly string[]): string {
  const backends = addresses.includes(six) ? ['10.0.0.11', 'fd00::11'] : ['10.0.0.11']
  return `[service.web]
vip      = ${JSON.stringify(addresses)}
port     = 80
announce = "arp"
uplink   = "eth0"
backends = ${JSON.stringify(backends)}
drain    = "0s"
`
}

async function withCable(work: (cable: Cable, rig: LabRig) => Promise<void>): Promise<void> {
  const cable = await enterCable()
  try {
    await work(cable, labRig())
  } finally {
    cable.here.close()
    cable.there.close()
  }
}

/** With a daemon that has one VIP which nobody else has, and one that somebody may have. */
function withDaemon(
  work: (cable: Cable, daemon: DaemonRig) => Promise<void>,
  before: (cable: Cable) => void = () => {},
): Promise<void> {
  return withCable(async (cable, rig) => {
    before(cable)
    const daemon = daemonRig({ 'web.toml': text(four, second, six) }, rig)
    await daemon.start()
    try {
      await work(cable, daemon)
      const bugs = daemon.log().filter(({ message }) => /fault in slb/.test(message))
      assert.equal(bugs, [])
    } finally {
      await daemon.stop('SIGKILL')
    }
  })
}

function knows(cable: Cable, address: string): boolean {
  return neighbourOf(cable.there, address) === cable.mac
}

function misled(cable: Cable, ...addresses: readonly string[]): void {
  for (const address of addresses)
    ip(cable.there, `neigh replace ${address} lladdr ${oldMac} dev eth0 nud reachable`)
}

function stands(address: string): boolean {
  return run(undefined, 'ip', '-o', 'address', 'show').includes(` ${address}/`)
}

/** How many frames from an address were heard since the last time. */
function framesOf(heard: Capture, address: string): number {
  return heard.frames().filter(frame => parseArp(frame)?.sender === address).length
}

test('an apply adds the VIPs and tells the neighbours; a second one finds nothing to do', () =>
  withCable(async (cable, rig) => {
    misled(cable, four, six)
    const file = rig.file('slb.toml', text(four, six))
    const plan = await rig.here('plan', '-c', file)
    assert.match(plan.out, `arp eth0 ${four}`)
    assert.match(plan.out, `arp eth0 ${six}`)
    const applied = await rig.slb('apply', '-c', file)
    assert.is(applied.status, 0, applied.err)
    assert.ok(knows(cable, four) && knows(cable, six))
    const again = await rig.here('plan', '-c', file, '--detailed-exitcode')
    assert.is(again.status, 0, again.out)
  }))

test('a VIP that another host has is refused, by its hardware address, and the others come up', () =>
  withCable(async (cable, rig) => {
    ip(cable.there, `address add ${four}/24 dev eth0`)
    const file = rig.file('slb.toml', text(four, second))
    const { status, err } = await rig.slb('apply', '-c', file)
    assert.is(status, 1, err)
    assert.match(err, `another host on eth0 has ${four}, its hardware address is ${cable.farMac}`)
    assert.match(err, /hint: find /)
    assert.ok(!stands(four) && stands(second))
    ip(cable.there, `address del ${four}/24 dev eth0`)
    const mended = await rig.slb('apply', '-c', file)
    assert.is(mended.status, 0, mended.err)
    assert.ok(stands(four))
  }))

test('the daemon tries again until the other host has let go', () =>
  withDaemon(
    async (cable, daemon) => {
      assert.ok(!stands(four) && stands(second))
      assert.match(daemon.text(), `its hardware address is ${cable.farMac}`)
      misled(cable, second)
      ip(cable.there, `address del ${four}/24 dev eth0`)
      misled(cable, four)
      await until('the VIP is up', () => stands(four))
      await until('the neighbour knows', () => knows(cable, four))
    },
    cable => ip(cable.there, `address add ${four}/24 dev eth0`),
  ))

test('the daemon repeats what it says, and says it anew when the link comes up', () =>
  withDaemon(async cable => {
    assert.ok(knows(cable, four) || neighbourOf(cable.there, four) === undefined)
    misled(cable, four)
    await until('it is repeated', () => knows(cable, four))
    ip(undefined, 'link set eth0 down', 'link set eth0 up')
    misled(cable, four, six)
    await until('IPv4 is announced', () => knows(cable, four))
    await until('IPv6 is back and announced', () => knows(cable, six))
  }))

test('the daemon says who else claims a VIP', () =>
  withDaemon(async (cable, daemon) => {
    const sender = inside(cable.there, () => openFrameSender(libc()))
    const index = linkOf(cable.there, 'eth0').ifindex
    const frame = gratuitousRequest(cable.farMac, four as Ip)
    await until('it is said', () => {
      sender.send(index, frame)
      return daemon.text().includes(`another host on eth0 claims ${four}`)
    })
    sender.close()
    const said = await daemon.logged(/claims/)
    assert.is(said.level, 'warn')
    assert.match(String(said['hint']), /arp_announce/)
    assert.ok(stands(four))
  }))

test('an address that somebody took over meanwhile is not taken back, nor announced', () =>
  withDaemon(async (cable, daemon) => {
    ip(cable.there, `address add ${four}/24 dev eth0`)
    ip(undefined, `address del ${four}/32 dev slb0`)
    await until('it is refused', () => daemon.text().includes(`another host on eth0 has ${four}`))
    assert.not.ok(stands(four))
    const heard = capture(cable.there, etherTypeArp)
    ip(undefined, 'link set eth0 down', 'link set eth0 up')
    let ofFour = 0
    const secondHeard = (): boolean => {
      const frames = heard.frames().map(frame => parseArp(frame)?.sender)
      ofFour += frames.filter(sender => sender === four).length
      return frames.includes(second as never)
    }
    await until('the other VIP is announced anew', secondHeard)
    await until('and repeated', secondHeard)
    assert.is(ofFour, 0)
    heard.close()
  }))

test('a VIP waits for the carrier of its uplink, and comes up with it', () =>
  withDaemon(
    async (cable, daemon) => {
      assert.match(daemon.text(), /the link is down or has no carrier/)
      assert.ok(!stands(four))
      ip(cable.there, 'link set eth0 up')
      misled(cable, four)
      await until('the VIP is up', () => stands(four))
      await until('the neighbour knows', () => knows(cable, four))
    },
    cable => ip(cable.there, 'link set eth0 down'),
  ))

test('a VIP that is taken out of the file is announced no more', () =>
  withDaemon(async (cable, daemon) => {
    const heard = capture(cable.there, etherTypeArp)
    daemon.save('web.toml', text(second))
    await until('it is gone', () => !stands(four))
    framesOf(heard, four)
    await until('the other is repeated', () => framesOf(heard, second) > 0)
    heard.close()
  }))

test.run()
