/** Asking for addresses, with links, frames and time in the hands of the test. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type ArpPacket, encodeArp, parseArp } from '../../src/l2/arp.ts'
import type { L2Link } from '../../src/l2/links.ts'
import { type Mac, zeroMac } from '../../src/l2/mac.ts'
import { type Answer, probe } from '../../src/l2/probe.ts'
import { SlbError } from '../../src/model/error.ts'
import type { Ip } from '../../src/model/ip.ts'
import { errnoNumber } from '../../src/netlink/errno.ts'
import type { Libc } from '../../src/netlink/libc.ts'
import type { Netlink } from '../../src/netlink/socket.ts'
import { script } from '../netlink/scripted.ts'

const own = '02:00:00:00:00:01' as Mac
const ownToo = '02:00:00:00:00:02' as Mac
const stranger = '02:00:00:00:00:99' as Mac
const vip = '192.0.2.10' as Ip
const other = '192.0.2.11' as Ip

interface Rig {
  /** By name, as they are now. */
  readonly links: Map<string, L2Link>
  /** Frames by when they were sent, in milliseconds, and on which link. */
  readonly sent: { at: number; index: number; packet: ArpPacket | undefined }[]
  /** What comes, by when. */
  readonly coming: { at: number; frame: Uint8Array; or?: () => void }[]
  errno: string | undefined
  sockets: number
  ask(...questions: readonly (readonly [link: string, address: Ip])[]): Promise<readonly Answer[]>
}

function rig(): Rig {
  let now = 0
  const { libc, queue, sockets } = script(() => [])
  const self: Rig = {
    links: new Map([['eth0', linkOf({})]]),
    sent: [],
    coming: [],
    errno: undefined,
    get sockets() {
      return sockets.opened - sockets.closed
    },
    async ask(...questions) {
      const c: Libc = {
        ...libc,
        sendto(_fd, bytes, length, _flags, address) {
          const index = Buffer.from(address).readInt32LE(4)
          self.sent.push({ at: now, index, packet: parseArp(bytes) })
          return self.errno === undefined ? length : -1
        },
        errno: () => errnoNumber(self.errno ?? 'EAGAIN'),
      }
      return probe(
        questions.map(([link, address]) => ({ link, address })),
        netlinkOf(self.links),
        {
          libc: c,
          async sleep(milliseconds) {
            now += milliseconds
            for (const { at, frame, or } of self.coming) {
              if (at > now || at <= now - milliseconds) continue
              or?.()
              queue.push(Buffer.from(frame))
            }
          },
        },
      )
    },
  }
  return self
}

test('three probes 200 ms apart, and as long a wait after the last', async () => {
  const one = rig()
  assert.equal(await one.ask(['eth0', vip]), [{ result: 'free' }])
  const packet: ArpPacket = {
    operation: 'request',
    senderMac: own,
    sender: '0.0.0.0' as Ip,
    targetMac: zeroMac,
    target: vip,
  }
  assert.equal(
    one.sent,
    [0, 200, 400].map(at => ({ at, index: 2, packet })),
  )
  assert.is(one.sockets, 0)
})

test('an answer at the last moment counts; one that is found is not asked for again', async () => {
  const one = rig()
  one.coming.push({ at: 100, frame: reply(stranger, vip) })
  one.coming.push({ at: 600, frame: reply(stranger, other) })
  assert.equal(await one.ask(['eth0', vip], ['eth0', other]), [
    { result: 'taken', holder: stranger },
    { result: 'taken', holder: stranger },
  ])
  assert.equal(
    one.sent.map(({ at, packet }) => [at, packet?.target]),
    [
      [0, vip],
      [0, other],
      [200, other],
      [400, other],
    ],
  )
})

test('it ends as soon as all are known to be taken', async () => {
  const one = rig()
  one.coming.push({ at: 20, frame: reply(stranger, vip) })
  await one.ask(['eth0', vip])
  assert.is(one.sent.length, 1)
})

test('what comes from a hardware address of this host does not count', async () => {
  const one = rig()
  one.links.set('eth1', linkOf({ name: 'eth1', index: 3, mac: ownToo }))
  one.coming.push({ at: 20, frame: reply(ownToo, vip) }, { at: 20, frame: reply(own, vip) })
  assert.equal(await one.ask(['eth0', vip]), [{ result: 'free' }])
})

test('what is no ARP, or about another address, does not count', async () => {
  const one = rig()
  one.coming.push({ at: 20, frame: reply(stranger, other) }, { at: 20, frame: new Uint8Array(60) })
  assert.equal(await one.ask(['eth0', vip]), [{ result: 'free' }])
})

test('several links are asked on together, each for its own; one that cannot be asked is no matter to others', async () => {
  const one = rig()
  one.links.set('eth1', linkOf({ name: 'eth1', index: 3, mac: ownToo }))
  one.links.set('eth2', linkOf({ name: 'eth2', index: 4, flags: 0x1003 }))
  const answers = await one.ask(['eth0', vip], ['eth9', vip], ['eth1', other], ['eth2', vip])
  assert.equal(
    answers.map(answer => (answer.result === 'unasked' ? answer.error.code : answer.result)),
    ['free', 'missing', 'free', 'missing'],
  )
  assert.equal(
    one.sent.map(({ at, index }) => [at, index]),
    [0, 200, 400].flatMap(at => [
      [at, 2],
      [at, 3],
    ]),
  )
})

test('where no probe has left, or the link went away, silence says nothing', async () => {
  const one = rig()
  one.errno = 'ENOBUFS'
  const [stuck] = await one.ask(['eth0', vip])
  assert.ok(stuck?.result === 'unasked')
  assert.is(stuck.result === 'unasked' && stuck.error.errno, 'ENOBUFS')

  const two = rig()
  two.coming.push({ at: 300, frame: new Uint8Array(60), or: () => two.links.delete('eth0') })
  const [gone] = await two.ask(['eth0', vip])
  assert.ok(gone?.result === 'unasked')
})

test('thousands are asked for in bursts of 500', async () => {
  const one = rig()
  const all = Array.from({ length: 1200 }, (_, i) => `10.0.${i >> 8}.${i & 255}` as Ip)
  await one.ask(...all.map(address => ['eth0', address] as const))
  const times = new Map<number, number>()
  for (const { at } of one.sent) times.set(at, (times.get(at) ?? 0) + 1)
  assert.equal([...times.values()].slice(0, 3), [500, 500, 200])
  assert.is(one.sent.length, 3600)
})

function reply(mac: Mac, sender: Ip): Uint8Array {
  return encodeArp(
    { operation: 'reply', senderMac: mac, sender, targetMac: own, target: '0.0.0.0' as Ip },
    own,
  )
}

function linkOf(part: Partial<L2Link>): L2Link {
  return {
    name: 'eth0',
    index: 2,
    mac: own,
    hardware: 1,
    flags: 0x11043,
    carrierChanges: 2,
    router: false,
    ...part,
  }
}

/** Knows nothing but these links. */
function netlinkOf(links: ReadonlyMap<string, L2Link>): Netlink {
  const no = (): never => {
    throw new Error('not expected')
  }
  return {
    request(what) {
      const link = links.get(what.replace('read link ', ''))
      if (link === undefined) throw new SlbError('missing', what, { errno: 'ENODEV' })
      return link as never
    },
    dump: () => [...links.values()] as never[],
    scan: no,
    batch: no,
    close: no,
  }
}

test.run()
