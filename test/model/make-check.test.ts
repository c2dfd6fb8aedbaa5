import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Question, Rules } from '../../src/model/check.ts'
import type { Ip } from '../../src/model/ip.ts'
import { checkMaker, withMark } from '../../src/model/make-check.ts'

const rules: Rules = { interval: 2000, timeout: 1000, rise: 2, fall: 3, fastInterval: 2000 }
const target = { address: '10.0.0.1' as Ip, port: 80 }
const target6 = { address: 'fd00::1' as Ip, port: 80 }

const http = {
  type: 'http',
  method: 'GET',
  path: '/',
  headers: {},
  expect: [[200, 299]],
  redirects: 0,
} as const

const tls = { verify: true, expiryWarning: 0 } as const

/** Each differs from every other. */
const questions: readonly Question[] = [
  { type: 'tcp' },
  { type: 'icmp' },
  http,
  { ...http, method: 'HEAD' },
  { ...http, path: '/x' },
  { ...http, host: 'a' },
  { ...http, headers: { a: '1' } },
  { ...http, headers: { a: '1', b: '2' } },
  { ...http, expect: [[200, 200]] },
  {
    ...http,
    expect: [
      [200, 200],
      [204, 204],
    ],
  },
  { ...http, contains: 'a' },
  { ...http, contains: 'a host=b' },
  { ...http, contains: 'a', host: 'b' },
  { ...http, redirects: 1 },
  { ...http, weightHeader: 'a' },
  { ...http, tls },
  { ...http, tls: { ...tls, serverName: 'a' } },
  { ...http, tls: { ...tls, caFile: '/a' } },
  { ...http, tls: { ...tls, verify: false } },
  { ...http, tls: { ...tls, expiryWarning: 1 } },
  { type: 'dns', name: 'a', record: 'A', rcode: 'NOERROR' },
  { type: 'dns', name: 'b', record: 'A', rcode: 'NOERROR' },
  { type: 'dns', name: 'a', record: 'NS', rcode: 'NOERROR' },
  { type: 'dns', name: 'a', record: 'A', rcode: 'NXDOMAIN' },
  { type: 'dns', name: 'a', record: 'A', rcode: 'NOERROR', answer: '10.0.0.1' },
  { type: 'udp', payload: Uint8Array.of() },
  { type: 'udp', payload: Uint8Array.of(1) },
  { type: 'udp', payload: Uint8Array.of(1), expect: Uint8Array.of(1) },
  { type: 'udp', payload: Uint8Array.of(1), expect: Uint8Array.of() },
  { type: 'grpc', service: '' },
  { type: 'grpc', service: 'a' },
  { type: 'grpc', service: '', tls },
  { type: 'exec', command: ['/a'], weight: false },
  { type: 'exec', command: ['/a'], weight: true },
  { type: 'exec', command: ['/a', 'b'], weight: false },
  { type: 'exec', command: ['/a b'], weight: false },
  { type: 'exec', command: ['/a'], user: 'b', weight: false },
]

const manyRules: readonly Rules[] = [
  rules,
  { ...rules, interval: 3000, fastInterval: 3000 },
  { ...rules, fastInterval: 1000 },
  { ...rules, timeout: 999 },
  { ...rules, rise: 1 },
  { ...rules, fall: 1 },
  { ...rules, ban: { after: 1, window: 2, time: 3 } },
  { ...rules, ban: { after: 1, window: 2, time: 4 } },
]

test('a key begins as a person would say it, and goes on with what is not as usual', () => {
  const keyOf = (question: Question): string => checkMaker(question, rules)(target).key
  assert.is(keyOf({ type: 'tcp' }), 'tcp 10.0.0.1:80 every=2000/1000 rise=2 fall=3')
  assert.is(keyOf(http), 'http 10.0.0.1:80 GET / every=2000/1000 rise=2 fall=3')
  assert.is(
    keyOf({ ...http, tls, expect: [[200, 200]], host: 'a' }),
    'https 10.0.0.1:80 GET / host=a expect=200-200 tls expiry=0 every=2000/1000 rise=2 fall=3',
  )
  assert.is(keyOf({ type: 'icmp' }), 'icmp 10.0.0.1 every=2000/1000 rise=2 fall=3')
  assert.match(checkMaker({ type: 'tcp' }, rules)(target6).key, /^tcp \[fd00::1\]:80 /)
})

const way = { mark: 7, through: '10.0.0.2' as Ip }
const otherWay = { mark: 77, through: '10.0.0.3' as Ip }

test('checks that differ in anything have different keys', () => {
  const keys: string[] = []
  for (const question of questions)
    for (const each of manyRules)
      for (const source of [undefined, '10.0.0.9' as Ip])
        for (const to of [target, { ...target, way }, { ...target, way: otherWay }, target6])
          keys.push(checkMaker(question, each, source)(to).key)
  assert.is(new Set(keys).size, keys.length)
})

test('equal checks have equal keys, in whatever order their headers stand', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.string()),
      fc.constantFrom(...manyRules),
      (all, r) => {
        const turned = Object.fromEntries(Object.entries(all).reverse())
        const keyOf = (headers: Readonly<Record<string, string>>): string =>
          checkMaker({ ...http, headers }, r)(target).key
        assert.is(keyOf(turned), keyOf(all))
      },
    ),
  )
})

test('nobody is asked at a port of a question that has none', () => {
  assert.is(checkMaker({ type: 'icmp' }, rules)(target).port, 0)
})

test('a check that gets another mark is what it had been with that', () => {
  const make = checkMaker({ type: 'tcp' }, rules)
  const moved = withMark(make({ ...target, way }), otherWay.mark)
  assert.equal(moved, make({ ...target, way: { ...way, mark: otherWay.mark } }))
})

test.run()
