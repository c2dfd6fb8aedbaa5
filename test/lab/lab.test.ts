import { existsSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { enterFreshNamespace, inside, ip, run } from './namespace.ts'
import { holdVip, withNetwork } from './topology.ts'
import { askNames, askUdp, connect, serveTcp, serveUdp } from './traffic.ts'

const table = (): string => readFileSync('/proc/net/ip_vs', 'utf8')
const ipvsadm = (line: string): string => run(undefined, 'ipvsadm', ...line.split(' '))

test('the kernel has IPVS, and a fresh namespace an empty table', () => {
  enterFreshNamespace()
  ipvsadm('-A -t 192.0.2.10:80 -s wrr')
  assert.match(table(), /TCP\s+C000020A:0050 wrr/)
  enterFreshNamespace()
  assert.not.match(table(), /TCP/)
})

test('children and /proc/sys follow this process from namespace to namespace', () =>
  withNetwork(1, ({ client }) => {
    assert.match(run(undefined, 'ip', '-br', 'link'), /backend1/)
    assert.match(run(client.namespace, 'ip', '-br', 'address'), /10\.1\.0\.2\/24/)
    assert.is(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'), '1\n')
    inside(client.namespace, () => {
      assert.is(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'), '0\n')
    })
  }))

test('TCP through NAT reaches every backend, and a flow lives', () =>
  withNetwork(2, async network => {
    await serveTcp(network, network.backends, 8080)
    ip(undefined, 'address add 192.0.2.10/32 dev lo')
    ipvsadm('-A -t 192.0.2.10:80 -s rr')
    for (const { ipv4 } of network.backends) ipvsadm(`-a -t 192.0.2.10:80 -r ${ipv4}:8080 -m`)
    const names = await askNames(network.client, '192.0.2.10', 80, 4)
    assert.equal(names.sort(), ['backend1', 'backend1', 'backend2', 'backend2'])
    const flow = await connect(network.client, '192.0.2.10', 80)
    assert.is(await flow.echo('hello'), 'hello')
    flow.close()
  }))

test('IPv6 and UDP go the same way', () =>
  withNetwork(1, async network => {
    await serveTcp(network, network.backends, 8080)
    await serveUdp(network, network.backends, 5353)
    ip(undefined, 'address add 2001:db8::1/128 dev lo nodad', 'address add 192.0.2.10 dev lo')
    ipvsadm('-A -t [2001:db8::1]:80')
    ipvsadm('-a -t [2001:db8::1]:80 -r [fd02::11]:8080 -m')
    ipvsadm('-A -u 192.0.2.10:53')
    ipvsadm('-a -u 192.0.2.10:53 -r 10.2.0.11:5353 -m')
    assert.equal(await askNames(network.client, '2001:db8::1', 80, 1), ['backend1'])
    assert.is(await askUdp(network.client, '192.0.2.10', 53), 'backend1')
  }))

test('direct routing: the backend holds the VIP itself and answers past the director', () =>
  withNetwork(1, async network => {
    await serveTcp(network, network.backends, 80)
    for (const backend of network.backends) holdVip(network, backend, '192.0.2.10')
    ip(undefined, 'address add 192.0.2.10/32 dev lo')
    ipvsadm('-A -t 192.0.2.10:80')
    ipvsadm('-a -t 192.0.2.10:80 -r 10.2.0.11 -g')
    assert.equal(await askNames(network.client, '192.0.2.10', 80, 1), ['backend1'])
  }))

test('a VIP without a service refuses', () =>
  withNetwork(0, async ({ client }) => {
    ip(undefined, 'address add 192.0.2.10/32 dev lo')
    const answer = await connect(client, '192.0.2.10', 80).catch(String)
    assert.match(String(answer), /ECONNREFUSED/)
  }))

test('programs of the lab are there', () => {
  for (const program of ['/sbin/ipvsadm', '/usr/bin/strace', '/usr/bin/curl']) {
    assert.ok(existsSync(program), program)
  }
})

test.run()
