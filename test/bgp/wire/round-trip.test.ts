/** What is written is read as it was meant, whatever it is. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Capabilities } from '../../../src/bgp/wire/capability.ts'
import { fault } from '../../../src/bgp/wire/fault.ts'
import { decode } from '../../../src/bgp/wire/incoming.ts'
import { Framer } from '../../../src/bgp/wire/message.ts'
import { encodeNotification } from '../../../src/bgp/wire/notification.ts'
import { encodeOpen } from '../../../src/bgp/wire/open.ts'
import { encodeAnnouncement, encodeWithdrawal, type Prefix } from '../../../src/bgp/wire/update.ts'
import { type Family, type Ip, readIp } from '../../../src/model/ip.ts'
import { check } from '../../property/runs.ts'
import { readUpdate } from '../read-update.ts'
import { ip, routeRow } from '../rig.ts'

const families = fc.subarray<Family>(['ipv4', 'ipv6'])
const as = fc.integer({ min: 1, max: 0xffff_ffff })
const octet = fc.integer({ min: 0, max: 255 })

const capabilities: fc.Arbitrary<Capabilities> = fc.record(
  {
    families: families.filter(all => all.length > 0),
    as4: as,
    routeRefresh: fc.boolean(),
    extendedNextHop: fc.boolean(),
    gracefulRestart: fc.record(
      {
        restarting: fc.boolean(),
        time: fc.integer({ min: 0, max: 4095 }),
        families: families.filter(all => all.length > 0),
        preserved: fc.boolean(),
      },
      { noNullPrototype: true },
    ),
  },
  { requiredKeys: ['routeRefresh', 'extendedNextHop'], noNullPrototype: true },
)

test('an OPEN', () =>
  check(
    'OPENs',
    3000,
    fc.property(
      capabilities,
      as,
      fc.constantFrom(0, 3, 9, 65535),
      fc.tuple(octet, octet, octet, fc.integer({ min: 1, max: 255 })),
      (capabilities, as, hold, id) => {
        const open = {
          kind: 'open',
          as: capabilities.as4 ?? (as & 0xffff || 1),
          hold,
          routerId: ip(id.join('.')),
          capabilities,
        } as const
        const [frame] = new Framer().read(encodeOpen(open))
        assert.equal(frame?.kind === 'frame' && decode(frame), open)
      },
    ),
  ))

test('a NOTIFICATION, of which the longest data are cut', () =>
  check(
    'NOTIFICATIONs',
    500,
    fc.property(fc.uint8Array({ maxLength: 6000 }), data => {
      const [frame] = new Framer().read(encodeNotification(fault('badMessageLength', data)))
      const read = frame?.kind === 'frame' && decode(frame)
      const expected = { kind: 'notification', code: 1, subcode: 2, data: data.slice(0, 4075) }
      assert.equal(read, expected)
    }),
  ))

/** An address of which nothing stands behind its length. */
function prefix(family: Family): fc.Arbitrary<Prefix> {
  const octets = family === 'ipv4' ? 4 : 16
  return fc
    .tuple(
      fc.uint8Array({ minLength: octets, maxLength: octets }),
      fc.integer({ min: 0, max: 8 * octets }),
    )
    .map(([bytes, prefix]) => {
      for (const at of bytes.keys()) {
        const kept = Math.max(0, Math.min(8, prefix - 8 * at))
        bytes[at] = (bytes[at] ?? 0) & (0xff00 >> kept)
      }
      return { address: readIp(bytes, 0, family), prefix }
    })
}

const name = ({ address, prefix }: Prefix): string =>
  prefix === (address.includes(':') ? 128 : 32) ? address : `${address}/${prefix}`

const nextHops: Readonly<Record<Family, readonly Ip[]>> = {
  ipv4: [ip('192.0.2.254'), ip('2001:db8::fe')],
  ipv6: [ip('2001:db8::fe')],
}

const numbers = (count: number, most: number): fc.Arbitrary<string[]> =>
  fc.array(
    fc
      .array(fc.integer({ min: 0, max: most }), { minLength: count, maxLength: count })
      .map(all => all.join(':')),
    { maxLength: 60 },
  )

for (const family of ['ipv4', 'ipv6'] as const) {
  const prefixes = fc.array(prefix(family), { minLength: 1, maxLength: 1500 })

  test(`routes of ${family}: each once, all with these attributes, no message too long`, () =>
    check(
      `announcements of ${family}`,
      300,
      fc.property(
        prefixes,
        fc.constantFrom(...nextHops[family]),
        fc.record({ external: fc.boolean(), localAs: as, as4: fc.boolean() }),
        fc.record({
          med: fc.integer({ min: 0, max: 0xffff_ffff }),
          localPref: fc.integer({ min: 0, max: 0xffff_ffff }),
          prepend: fc.integer({ min: 0, max: 300 }),
          communities: numbers(2, 0xffff),
          largeCommunities: numbers(3, 0xffff_ffff),
        }),
        (prefixes, nextHop, path, attributes) => {
          const [first] = prefixes
          const row = routeRow(first?.address ?? '', attributes)
          const all: string[] = []
          for (const message of encodeAnnouncement(row, nextHop, prefixes, path)) {
            assert.ok(message.length <= 4096)
            const [frame] = new Framer().read(message)
            if (frame?.kind !== 'frame') throw new Error('not a message')
            assert.is(decode(frame).kind, 'update')
            const read = readUpdate(frame.body, path.as4 ? 4 : 2)
            all.push(...read.announced)
            const { med, localPref, prepend, communities, largeCommunities } = attributes
            const said = read.attributes
            assert.is(said['next hop'], nextHop)
            assert.is(said['med'], `${med}`)
            assert.is(said['preference'], path.external ? undefined : `${localPref}`)
            assert.is(said['communities'] ?? '', communities.join(' '))
            assert.is(said['large communities'] ?? '', largeCommunities.join(' '))
            const whole = said['path of four octets'] ?? said['path'] ?? ''
            const times = path.external ? 1 + prepend : 0
            assert.is(whole, Array(times).fill(path.localAs).join(' '))
          }
          assert.equal(all, prefixes.map(name))
        },
      ),
    ))

  test(`withdrawals of ${family}: each once, no message too long`, () =>
    check(
      `withdrawals of ${family}`,
      200,
      fc.property(prefixes, prefixes => {
        const all: string[] = []
        for (const message of encodeWithdrawal(family, prefixes)) {
          assert.ok(message.length <= 4096)
          const [frame] = new Framer().read(message)
          if (frame?.kind !== 'frame') throw new Error('not a message')
          assert.is(decode(frame).kind, 'update')
          all.push(...readUpdate(frame.body).withdrawn)
        }
        assert.equal(all, prefixes.map(name))
      }),
    ))
}

test.run()
