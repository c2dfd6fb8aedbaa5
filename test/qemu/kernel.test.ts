import { writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ip, run } from '../lab/namespace.ts'
import { withNetwork } from '../lab/topology.ts'
import { connect, serveTcp } from '../lab/traffic.ts'

const ipvsadm = (line: string): string => run(undefined, 'ipvsadm', ...line.split(' '))

test('NAT keeps the client’s address; with source NAT the backend sees the director’s', () =>
  withNetwork(1, async network => {
    await serveTcp(network, network.backends, 8080)
    ip(undefined, 'address add 192.0.2.10/32 dev lo')
    ipvsadm('-A -t 192.0.2.10:80')
    ipvsadm('-a -t 192.0.2.10:80 -r 10.2.0.11:8080 -m')
    const plain = await connect(network.client, '192.0.2.10', 80)
    assert.is(plain.seenAs, '10.1.0.2')
    plain.close()
    writeFileSync('/proc/sys/net/ipv4/vs/conntrack', '1')
    run(undefined, 'nft', 'add table ip lab')
    run(undefined, 'nft', 'add chain ip lab out { type nat hook postrouting priority srcnat; }')
    run(undefined, 'nft', 'add rule ip lab out ip daddr 10.2.0.11 tcp dport 8080 masquerade')
    const translated = await connect(network.client, '192.0.2.10', 80)
    assert.is(translated.seenAs, '10.2.0.1')
    assert.is(await translated.echo('hello'), 'hello')
    translated.close()
  }))

test.run()
