/** What an announcer says on which link, with links, frames and time in the hands of the test. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { unsolicitedAdvertisement } from '../../src/l2/advertisement.ts'
import { type Announcer, openAnnouncer } from '../../src/l2/announcer.ts'
import { gratuitousReply, gratuitousRequest } from '../../src/l2/arp.ts'
import type { L2Link } from '../../src/l2/links.ts'
import type { Mac } from '../../src/l2/mac.ts'
import type { Arp } from '../../src/model/announcement.ts'
import { SlbError } from '../../src/model/error.ts'
import type { Ip } from '../../src/model/ip.ts'
import { errnoNumber } from '../../src/netlink/errno.ts'

const mac = '02:42:ac:11:00:02' as Mac
const ownToo = '02:42:ac:11:00:03' as Mac
const stranger = '02:00:00:00:00:99' as Mac
/** Up, broadcast, running, lower up. */
const upFlags = 0x10043
const vip: Arp = { link: 'eth0', address: '192.0.2.10' as Ip }
const six: Arp = { link: 'eth0', address: '2001:db8::10' as Ip }

interface Rig {
  readonly announcer: Announcer
  readonly links: Map<string, L2Link>
  /** What was sent since this was last asked: link number and frame. */
  heard(): string[]
  /** Moves the clock, and calls what is due on the way. */
  pass(milliseconds: number): void
  readonly troubles: string[]
  /** What sending meets. */
  errno: string | undefined
  /** The links that are listened to. */
  readonly ears: number[]
  /** What is heard at the next look. */
  readonly coming: Uint8Array[]
  denied: boolean
  blind: boolean
}

function rig(): Rig {
  let now = 5000
  let pending: { at: number; call: () => void } | undefined
  let sent: string[] = []
  const self: Rig = {
    links: new Map([['eth0', linkOf()]]),
    troubles: [],
    ears: [],
    coming: [],
    errno: undefined,
    denied: false,
    blind: false,
    heard() {
      const all = sent
      sent = []
      return all
    },
    pass(milliseconds) {
      const end = now + milliseconds
      while (pending !== undefined && pending.at <= end) {
        const { at, call } = pending
        pending = undefined
        now = Math.max(now, at)
        call()
      }
      now = end
    },
    announcer: openAnnouncer(
      {
        open() {
          if (self.denied) throw new SlbError('denied', 'not permitted')
        },
        look(name) {
          if (self.blind) throw new SlbError('busy', `read link ${name}: busy`)
          return self.links.get(name)
        },
        send(index, frame) {
          if (self.errno !== undefined) return errnoNumber(self.errno)
          sent.push(`${index} ${hex(frame)}`)
          return 0
        },
        listen(index) {
          self.ears.push(index)
          return {
            receive(take) {
              for (const frame of self.coming.splice(0)) take(frame)
            },
            close: () => void self.ears.splice(self.ears.indexOf(index), 1),
          }
        },
        ownMacs: () => new Set([mac, ownToo]),
        close() {},
      },
      {
        now: () => now,
        after(milliseconds, _holds, call) {
          const mine = { at: now + milliseconds, call }
          pending = mine
          return () => {
            if (pending === mine) pending = undefined
          }
        },
      },
      error => self.troubles.push(error.message),
    ),
  }
  return self
}

function linkOf(part: Partial<L2Link> = {}): L2Link {
  return {
    name: 'eth0',
    index: 2,
    mac,
    hardware: 1,
    flags: upFlags,
    carrierChanges: 2,
    router: false,
    ...part,
  }
}

const once = [
  `2 ${hex(gratuitousRequest(mac, vip.address))}`,
  `2 ${hex(gratuitousReply(mac, vip.address))}`,
]

test('IPv4 is announced as request and as reply, three times before announce returns', () => {
  const { announcer, heard } = rig()
  assert.equal(announcer.announce([vip]), [])
  assert.equal(heard(), [...once, ...once, ...once])
})

test('IPv6 is announced by neighbour advertisements; a router says that it is one', () => {
  const { announcer, heard, links } = rig()
  links.set('eth0', linkOf({ router: true }))
  announcer.announce([six])
  const frame = `2 ${hex(unsolicitedAdvertisement(mac, six.address, true))}`
  assert.equal(heard(), [frame, frame, frame])
})

test('it goes on by itself, and stops for what is forgotten', () => {
  const { announcer, heard, pass } = rig()
  announcer.announce([vip, six])
  pass(5000)
  assert.is(heard().length, 3 * 3 + 5 * 3)
  announcer.forget([six])
  assert.equal(announcer.standing(), [vip])
  pass(60_000)
  assert.equal(heard(), once)
  announcer.forget([vip])
  pass(600_000)
  assert.equal(heard(), [])
})

test('what is announced already is not begun again', () => {
  const { announcer, heard } = rig()
  announcer.announce([vip])
  heard()
  assert.equal(announcer.announce([{ ...vip }]), [])
  assert.equal(heard(), [])
})

const comings: readonly [name: string, before: L2Link | undefined, after: L2Link][] = [
  ['its carrier comes', linkOf({ flags: 0x1003 }), linkOf({ carrierChanges: 3 })],
  ['it is set up', linkOf({ flags: 0x1002 }), linkOf()],
  ['it is made anew', undefined, linkOf({ index: 9 })],
  ['it is made anew between two looks', linkOf(), linkOf({ index: 9 })],
  ['its carrier went and came between two looks', linkOf(), linkOf({ carrierChanges: 4 })],
  ['it gets another hardware address', linkOf(), linkOf({ mac: '02:42:ac:11:00:09' as Mac })],
]
for (const [name, before, after] of comings)
  test(`a link is announced on from the beginning when ${name}`, () => {
    const { announcer, heard, pass, links } = rig()
    announcer.announce([vip])
    pass(10_000)
    if (before === undefined) links.delete('eth0')
    else links.set('eth0', before)
    pass(5000)
    heard()
    links.set('eth0', after)
    pass(1000)
    const address = after.mac ?? mac
    const burst = [
      `${after.index} ${hex(gratuitousRequest(address, vip.address))}`,
      `${after.index} ${hex(gratuitousReply(address, vip.address))}`,
    ]
    assert.equal(heard(), [...burst, ...burst, ...burst])
  })

test('a link that is down is no failure, and gets no frames', () => {
  const { announcer, heard, links, pass } = rig()
  links.set('eth0', linkOf({ flags: 0x1002 }))
  assert.equal(announcer.announce([vip]), [])
  pass(120_000)
  assert.equal(heard(), [])
  assert.equal(announcer.standing(), [vip])
})

const unfits: readonly [name: string, link: L2Link | undefined, code: string, words: RegExp][] = [
  ['that is not there', undefined, 'missing', /there is no link eth0/],
  ['loopback', linkOf({ flags: 0x10049, hardware: 772 }), 'invalid', /loopback/],
  ['of a tunnel', linkOf({ hardware: 768, mac: undefined }), 'invalid', /no Ethernet link/],
  ['like a dummy', linkOf({ flags: 0x100c3 }), 'invalid', /NOARP/],
  ['that cannot broadcast', linkOf({ flags: 0x10041 }), 'invalid', /broadcast/],
]
for (const [name, link, code, words] of unfits)
  test(`a link ${name} is refused, and the others are not`, () => {
    const { announcer, heard, links } = rig()
    links.set('eth1', linkOf({ name: 'eth1', index: 3 }))
    if (link === undefined) links.delete('eth0')
    else links.set('eth0', link)
    const good = { ...vip, link: 'eth1' }
    const [refusal, ...more] = announcer.announce([vip, good])
    assert.equal(more, [])
    assert.equal(refusal?.row, vip)
    assert.is(refusal?.error.code, code)
    assert.match(refusal?.error.message ?? '', words)
    assert.ok(refusal?.error.hint)
    assert.equal(announcer.standing(), [good])
    assert.is(heard().length, 6)
  })

test('without the privilege nothing is announced, and all of it says so', () => {
  const one = rig()
  one.denied = true
  assert.equal(
    one.announcer.announce([vip, six]).map(({ row, error }) => [row, error.code]),
    [
      [vip, 'denied'],
      [six, 'denied'],
    ],
  )
  assert.equal(one.announcer.standing(), [])
  one.denied = false
  assert.equal(one.announcer.announce([vip]), [])
})

test('a link that goes down while frames are sent is no trouble; another error is, once', () => {
  const one = rig()
  one.announcer.announce([vip])
  one.errno = 'ENETDOWN'
  one.pass(1000)
  assert.equal(one.troubles, [])
  one.errno = 'EPERM'
  one.pass(2000)
  assert.is(one.troubles.length, 1)
  assert.match(one.troubles[0] ?? '', /announce on eth0: not permitted/)
})

test('while links cannot be looked at, it goes on as before, and says so once', () => {
  const one = rig()
  one.announcer.announce([vip])
  one.heard()
  one.blind = true
  one.pass(3000)
  assert.equal(one.troubles, ['read link eth0: busy'])
  assert.equal(one.heard(), [...once, ...once, ...once])
  one.blind = false
  one.pass(1000)
  one.blind = true
  one.pass(3000)
  assert.is(one.troubles.length, 2)
})

test('a new address sees at once what has become of its link', () => {
  const { announcer, heard, links } = rig()
  announcer.announce([vip])
  heard()
  links.set('eth0', linkOf({ index: 9 }))
  announcer.announce([six])
  const all = heard()
  assert.is(all.length, 9)
  assert.ok(all.every(line => line.startsWith('9 ')))
})

test('another host that claims what is announced is told of, once in a while', () => {
  const one = rig()
  one.announcer.announce([vip])
  one.pass(2000)
  const claim = (from: Mac, address = vip.address): Uint8Array => gratuitousRequest(from, address)
  one.coming.push(claim(mac), claim(ownToo), claim(stranger, '192.0.2.11' as Ip))
  one.coming.push(new Uint8Array(60))
  one.pass(1000)
  assert.equal(one.troubles, [])
  one.coming.push(claim(stranger), claim(stranger))
  one.pass(1000)
  assert.equal(one.troubles, [
    `another host on eth0 claims ${vip.address}, which is announced here: its hardware address is ${stranger}`,
  ])
  one.coming.push(claim(stranger))
  one.pass(60_000)
  assert.is(one.troubles.length, 1)
  one.pass(600_000)
  one.coming.push(claim(stranger))
  one.pass(1000)
  assert.is(one.troubles.length, 2)
})

test('a link is listened to after a second, as long as something is announced on it', () => {
  const { announcer, links, ears, pass } = rig()
  announcer.announce([vip])
  assert.equal(ears, [])
  pass(1000)
  assert.equal(ears, [2])
  links.set('eth0', linkOf({ index: 9 }))
  pass(1000)
  assert.equal(ears, [9])
  announcer.forget([vip])
  assert.equal(ears, [])
  announcer.announce([vip])
  pass(2000)
  assert.equal(ears, [9])
  announcer.close()
  assert.equal(ears, [])
})

test('the first burst of thousands takes its time, and can be waited for', async () => {
  const { announcer, heard, pass } = rig()
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    link: 'eth0',
    address: `10.0.${i >> 8}.${i & 255}` as Ip,
  }))
  announcer.announce(rows)
  assert.is(heard().length, 500)
  let settled = false
  const done = announcer.settled().then(() => {
    settled = true
  })
  pass(1000)
  await Promise.resolve()
  assert.not.ok(settled)
  pass(1000)
  await done
  assert.ok(settled)
})

test('after close nothing is sent, and nobody waits in vain', async () => {
  const { announcer, heard, pass } = rig()
  announcer.announce(Array.from({ length: 300 }, (_, i) => ({ ...vip, address: ip(i) })))
  const done = announcer.settled()
  heard()
  announcer.close()
  await done
  pass(100_000)
  assert.equal(heard(), [])
})

function ip(i: number): Ip {
  return `10.0.${i >> 8}.${i & 255}` as Ip
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

test.run()
