/** Paths, neighbours and the encoding of both generations of gobgpd's API. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Dialect, fourth, third } from '../../src/gobgp/dialect.ts'
import { pathOf, routeOf, withdrawalOf } from '../../src/gobgp/path.ts'
import { neighbourOf, rowOf, statusOf } from '../../src/gobgp/peer.ts'
import {
  fieldsOf,
  message,
  messageIn,
  number,
  numberIn,
  numbers,
  numbersIn,
  text,
  textIn,
} from '../../src/gobgp/protobuf.ts'
import type { Peer, Route } from '../../src/model/announcement.ts'
import type { Ip } from '../../src/model/ip.ts'

const ip = (value: string): Ip => value as Ip
const dialects: readonly (readonly [string, Dialect])[] = [
  ['3.x', third],
  ['4.x', fourth],
]

const plain: Route = {
  speaker: 'gobgp',
  address: ip('192.0.2.1'),
  prefix: 32,
  communities: [],
  largeCommunities: [],
  prepend: 0,
  owned: true,
}

const rich: Route = {
  ...plain,
  address: ip('2001:db8::'),
  prefix: 48,
  nextHop: ip('fd77::1'),
  communities: ['65000:1', '65535:0'],
  largeCommunities: ['4294967295:0:2', '65000:1:2'],
  med: 0,
  localPref: 4_294_967_295,
  prepend: 3,
}

for (const [name, dialect] of dialects) {
  test(`${name}: a route is the same when it is read back`, () => {
    for (const route of [plain, rich])
      assert.equal(routeOf(dialect, fieldsOf(pathOf(dialect, route, 65_001))), route)
  })

  test(`${name}: what others have made, and what peers tell of`, () => {
    const bytes = pathOf(dialect, plain, 65_001)
    const foreign = fieldsOf(Buffer.concat([bytes, number(18, 1)]))
    assert.equal(routeOf(dialect, foreign), { ...plain, owned: false })
    const local = fieldsOf(Buffer.concat([bytes, text(15, '<nil>')]))
    assert.equal(routeOf(dialect, local), plain)
    const learned = fieldsOf(Buffer.concat([bytes, text(15, '10.0.0.1')]))
    assert.is(routeOf(dialect, learned), undefined)
  })

  test(`${name}: a withdrawal has the identity of its route and says what it is`, () => {
    const fields = fieldsOf(withdrawalOf(dialect, rich))
    assert.is(numberIn(fields, 5), 1)
    const { address, prefix, owned } = routeOf(dialect, fields) ?? plain
    assert.equal({ address, prefix, owned }, { address: rich.address, prefix: 48, owned: true })
  })
}

test('the bytes of a path, as protoc and the .proto file of 4.x have them', () => {
  const bytes = pathOf(fourth, { ...plain, med: 300 }, 65_001).toString('hex')
  const nlri = '0a0f0a0d0820120931 39322e302e322e31'
  const origin = '12021200'
  const nextHop = '120b22090a07302e302e302e30'
  const med = '12052a0308ac02'
  assert.is(bytes, `${nlri}4a040801100190019bb601${origin}${nextHop}${med}`.replaceAll(' ', ''))
})

test('any bytes are read without a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      const fields = fieldsOf(Buffer.from(bytes))
      for (const [, dialect] of dialects) routeOf(dialect, fields)
      rowOf(fields)
      statusOf(fields, { monotonic: 0, wall: 0 })
    }),
  )
})

test('numbers, texts and lists of numbers are the same when they are read back', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 ** 32 - 1 }),
      fc.string(),
      fc.array(fc.nat({ max: 2 ** 32 - 1 })),
      (amount, words, list) => {
        const fields = fieldsOf(
          Buffer.concat([number(1, amount), text(2, words), numbers(3, list), message(900)]),
        )
        assert.is(numberIn(fields, 1), amount)
        assert.is(Buffer.from(textIn(fields, 2)).equals(Buffer.from(words)), true)
        assert.equal(numbersIn(fields, 3), list)
      },
    ),
  )
})

const peer: Peer = {
  speaker: 'gobgp',
  address: ip('10.0.0.1'),
  port: 179,
  as: 65_000,
  localAs: 65_001,
  hold: 9,
  keepalive: 3,
  multihop: 1,
  ttlSecurity: false,
  gracefulRestart: 0,
  families: ['ipv4', 'ipv6'],
  maxPrefixes: 0,
  password: { env: 'WHERE' },
}

test('a neighbour is read back as the row it was made of; its password is in its own field alone', () => {
  const bytes = neighbourOf(peer, Buffer.from('canary'), 65_001)
  const fields = fieldsOf(bytes)
  assert.equal(rowOf(fields), peer)
  const conf = messageIn(fields, 2)
  assert.is(textIn(conf, 1), 'canary')
  assert.not.match(textIn(conf, 2), 'canary')
  assert.is(bytes.toString('latin1').split('canary').length, 2)
})

test('a neighbour of somebody else is none of ours', () => {
  const named = (description: string) =>
    fieldsOf(message(2, text(2, description), text(4, '10.0.0.1')))
  assert.is(rowOf(named('')), undefined)
  assert.is(rowOf(named('router in rack 7')), undefined)
  assert.is(rowOf(named('slb:5b1b {')), undefined)
})

test('how a session is', () => {
  const now = { monotonic: 50_000, wall: 1_700_000_100_000 }
  const of = (session: number, ...more: readonly Buffer[]) =>
    statusOf(
      fieldsOf(
        Buffer.concat([
          message(5, text(5, '10.0.0.1'), number(13, session), text(22, 'hold timer expired')),
          message(
            6,
            message(2, message(6, number(1, 1_700_000_090)), message(7, number(1, 1_700_000_095))),
          ),
          ...more,
        ]),
      ),
      now,
    )
  const counts = [3, 4].map(advertised => message(10, message(3, number(5, advertised))))
  const address = '10.0.0.1'
  assert.equal(of(6, ...counts), { address, state: 'established', since: 40_000, sent: 7 })
  assert.equal(of(3), {
    address,
    state: 'connect',
    since: 45_000,
    lastError: 'hold timer expired',
    sent: 0,
  })
})

test.run()
