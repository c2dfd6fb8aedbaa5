/** Router-advertised default routes: bytes, and what is said about them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ip } from '../../../src/model/ip.ts'
import { stateOf } from '../../../src/model/state.ts'
import { frameFrom, writer } from '../../../src/netlink/attr.ts'
import { finishMessage, headerLength } from '../../../src/netlink/message.ts'
import type { Netlink } from '../../../src/netlink/socket.ts'
import {
  type AdvertisedRouter,
  decodeRouters,
  encodeGetRouters,
  forwardingHazards,
  ipv6ForwardingHazard,
} from '../../../src/table/address/routers.ts'

const test = suite('routers')

const gateway = 'fe80::1' as Ip
/** RTA_GATEWAY fe80::1, and RTA_OIF 2. */
const viaOne = '1400 0500 fe800000000000000000000000000001'
const onTwo = '0800 0400 02000000'
/** struct rtmsg of ::/0, main table, RTPROT_RA, universe, unicast. */
const defaultRoute = '0a 00 00 00 fe 09 00 01 00000000'

test('only routes of router advertisements are asked for', () => {
  const w = writer(64)
  encodeGetRouters(w)
  finishMessage(w, 0, 1)
  assert.is(
    w.bytes.toString('hex', 0, w.at),
    plain('1c000000 1a00 0100 01000000 00000000', '0a 00 00 00 00 09 00 00 00000000'),
  )
})

test('a default route tells router and link', () => {
  assert.equal(decode(defaultRoute, viaOne, onTwo), [{ index: 2, gateway }])
})

test('a default route through two routers tells both', () => {
  const hop = `1c00 00 00 03000000 ${viaOne}`
  const other = `1c00 00 00 02000000 ${viaOne.replace(/1$/, '2')}`
  assert.equal(decode(defaultRoute, `3c00 0980 ${hop} ${other}`), [
    { index: 3, gateway },
    { index: 2, gateway: 'fe80::2' },
  ])
})

test('a prefix, and a route that somebody else set, are passed over', () => {
  assert.is(decode('0a 40 00 00 fe 09 00 01 00000000', onTwo), undefined)
  assert.is(decode('0a 00 00 00 fe 03 00 01 00000000', viaOne, onTwo), undefined)
})

test('the text names the routes and the switches to set first', () => {
  const text = ipv6ForwardingHazard([
    { link: 'eth0.7', gateway },
    { link: 'wan', gateway: 'fe80::2' as Ip },
  ])
  assert.match(String(text), 'default via fe80::1 dev eth0.7, default via fe80::2 dev wan')
  assert.match(String(text), 'net.ipv6.conf.eth0/7.accept_ra = 2, net.ipv6.conf.wan.accept_ra = 2')
  assert.is(ipv6ForwardingHazard([]), undefined)
})

test('it is a hazard only where forwarding is off, wanted, and accept_ra is 1', async () => {
  const cases: [wanted: string | undefined, now: string, acceptRa: string, hazard: boolean][] = [
    ['1', '0', '1', true],
    ['1', '0', '2', false],
    ['1', '0', '0', false],
    ['1', '1', '1', false],
    ['0', '0', '1', false],
    [undefined, '0', '1', false],
  ]
  for (const [wanted, now, acceptRa, hazard] of cases) {
    const switches = new Map([
      ['net.ipv6.conf.all.forwarding', now],
      ['net.ipv6.conf.eth0.accept_ra', acceptRa],
    ])
    const hazards = await forwardingHazards(want(wanted), netlink(), name => switches.get(name))
    assert.equal(
      [...hazards.keys()],
      hazard ? ['sysctl net.ipv6.conf.all.forwarding'] : [],
      JSON.stringify([wanted, now, acceptRa]),
    )
  }
})

function want(value: string | undefined): ReturnType<typeof stateOf> {
  const name = 'net.ipv6.conf.all.forwarding'
  return stateOf(
    value === undefined ? {} : { sysctl: new Map([[`sysctl ${name}`, { name, value }]]) },
  )
}

/** Answers every dump with one router on link 2, which is eth0. */
function netlink(): Netlink {
  const no = (): never => {
    throw new Error('not expected')
  }
  const link = { index: 2, row: { name: 'eth0', type: 'veth', up: true, owned: false } }
  return {
    dump: what => [what === 'read links' ? link : [{ index: 2, gateway }]] as never[],
    request: no,
    scan: no,
    batch: no,
    close: no,
  }
}

function plain(...lines: string[]): string {
  return lines.join('').replaceAll(' ', '')
}

function decode(...lines: string[]): AdvertisedRouter[] | undefined {
  const body = Buffer.from(plain(...lines), 'hex')
  const f = frameFrom(Buffer.concat([Buffer.alloc(headerLength), body]))
  return decodeRouters(f, headerLength, headerLength + body.length, 24)
}

test.run()
