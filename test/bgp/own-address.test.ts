/** Which addresses of this host peers are shown. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nextHopOf } from '../../src/bgp/next-hop.ts'
import { addressBeside, type Interfaces, routerIdOf } from '../../src/bgp/own-address.ts'
import type { Ip } from '../../src/model/ip.ts'
import { ip, routeRow } from './rig.ts'

function interfaces(all: Readonly<Record<string, readonly string[]>>): Interfaces {
  const lists = Object.entries(all).map(([name, addresses]) => [
    name,
    addresses.map(address => ({ address })),
  ])
  return Object.fromEntries(lists) as Interfaces
}

const host = interfaces({
  lo: ['127.0.0.1', '::1'],
  eth0: ['10.0.0.5', 'fe80::5', '2001:db8:0:1::10', '2001:db8::5'],
  eth1: ['10.1.0.5', '2001:db8:1::5'],
})
const none = (): boolean => false
const vip = (address: Ip): boolean => address === '2001:db8:0:1::10'

test('the address beside is of the same interface, reachable, and stays with the host', () => {
  assert.is(addressBeside(ip('10.0.0.5'), 'ipv6', host, none), '2001:db8:0:1::10')
  assert.is(addressBeside(ip('10.0.0.5'), 'ipv6', host, vip), '2001:db8::5')
  assert.is(addressBeside(ip('2001:db8:1::5'), 'ipv4', host, vip), '10.1.0.5')
  assert.is(addressBeside(ip('127.0.0.1'), 'ipv6', host, none), undefined, 'only loopback')
  assert.is(addressBeside(ip('10.9.9.9'), 'ipv6', host, none), undefined, 'of no interface')
})

test('the router id is an IPv4 address if there is one, else always the same', () => {
  assert.is(routerIdOf(ip('10.0.0.5'), undefined), '10.0.0.5')
  assert.is(routerIdOf(ip('2001:db8::5'), ip('10.0.0.5')), '10.0.0.5')
  const made = routerIdOf(ip('2001:db8::5'), undefined)
  assert.match(made, /^\d+\.\d+\.\d+\.\d+$/)
  assert.is.not(made, '0.0.0.0')
  assert.is(routerIdOf(ip('2001:db8::5'), undefined), made)
  assert.is.not(routerIdOf(ip('2001:db8::6'), undefined), made)
})

test('the next hop is the configured one, else the session, else the address beside', () => {
  const four = { local: ip('10.0.0.5'), beside: ip('2001:db8::5'), extendedNextHop: false }
  const six = { local: ip('2001:db8::5'), beside: ip('10.0.0.5'), extendedNextHop: false }
  const extended = { ...six, extendedNextHop: true }
  const v4 = routeRow('192.0.2.1')
  const v6 = routeRow('2001:db8:ff::1')
  assert.is(nextHopOf(v4, four), '10.0.0.5')
  assert.is(nextHopOf(v6, four), '2001:db8::5')
  assert.is(nextHopOf(v4, six), '10.0.0.5')
  assert.is(nextHopOf(v6, six), '2001:db8::5')
  assert.is(nextHopOf(v4, extended), '2001:db8::5', 'RFC 8950')
  assert.is(nextHopOf(v6, { ...four, beside: undefined }), undefined)
  const configured = { ...v4, nextHop: ip('10.0.0.99') }
  assert.is(nextHopOf(configured, extended), '10.0.0.99')
  const wide = { ...v4, nextHop: ip('2001:db8::99') }
  assert.is(nextHopOf(wide, four), undefined, 'a peer that does not take it is not told')
  assert.is(nextHopOf(wide, extended), '2001:db8::99')
})

test.run()
