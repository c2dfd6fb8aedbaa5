/** What a kernel does to advertised routes when it begins to forward, and that it is foretold. */
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import koffi from 'koffi'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { stateOf } from '../../src/model/state.ts'
import { type Netlink, openNetlink, protocol } from '../../src/netlink/socket.ts'
import { doomedRouters, forwardingHazards } from '../../src/table/address/routers.ts'
import {
  enterFreshNamespace,
  freshNamespace,
  inside,
  ip,
  type Namespace,
  run,
} from './namespace.ts'

const test = suite<{ router: Namespace; netlink: Netlink }>('router-advertised routes')

test.before.each(async context => {
  enterFreshNamespace()
  const router = freshNamespace()
  ip(undefined, `link add eth0 type veth peer name lan netns ${router.path}`, 'link set eth0 up')
  ip(router, 'link set lan up', 'address add fe80::1/64 dev lan nodad')
  advertise(router)
  for (let tries = 0; defaultRoute() === '' && tries < 50; tries++) await sleep(100)
  context.router = router
  context.netlink = openNetlink(protocol.route)
})
test.after.each(({ router, netlink }) => {
  router.close()
  netlink.close()
})

const forwarding = 'net.ipv6.conf.all.forwarding'
const wanted = stateOf({
  sysctl: new Map([[`sysctl ${forwarding}`, { name: forwarding, value: '1' }]]),
})

test('the default route goes with forwarding, as foretold', async ({ netlink }) => {
  assert.match(defaultRoute(), 'via fe80::1 dev eth0 proto ra')
  assert.equal(doomedRouters(netlink), [{ link: 'eth0', gateway: 'fe80::1' }])
  const hazards = await forwardingHazards(wanted, netlink)
  assert.match(String(hazards.get(`sysctl ${forwarding}`)), 'net.ipv6.conf.eth0.accept_ra = 2')
  set('all/forwarding', '1')
  assert.is(defaultRoute(), '')
})

test('with accept_ra = 2 it stays, and there is no hazard', async ({ netlink }) => {
  set('eth0/accept_ra', '2')
  assert.is((await forwardingHazards(wanted, netlink)).size, 0)
  set('all/forwarding', '1')
  assert.match(defaultRoute(), 'via fe80::1 dev eth0 proto ra')
})

test('a route that a program set stays, and is no hazard', async ({ netlink }) => {
  run(undefined, 'ip', '-6', 'route', 'flush', 'proto', 'ra')
  ip(undefined, 'route add default via fe80::1 dev eth0 proto static metric 9')
  assert.is((await forwardingHazards(wanted, netlink)).size, 0)
  set('all/forwarding', '1')
  assert.match(defaultRoute(), 'via fe80::1')
})

function defaultRoute(): string {
  return run(undefined, 'ip', '-6', 'route', 'show', 'default')
}

function set(name: string, value: string): void {
  writeFileSync(`/proc/sys/net/ipv6/conf/${name}`, value)
}

/** Sends one router advertisement to all nodes (RFC 4861, 4.2): a router for half an hour. */
function advertise(router: Namespace): void {
  const libc = koffi.load('libc.so.6')
  const socket = libc.func('int socket(int, int, int)')
  const setsockopt = libc.func('int setsockopt(int, int, int, const void *, uint32_t)')
  const sendto = libc.func(
    'intptr_t sendto(int, const void *, size_t, int, const void *, uint32_t)',
  )
  const close = libc.func('int close(int)')
  const index = Number(run(router, 'ip', '-o', 'link', 'show', 'lan').split(':')[0])
  const message = Buffer.from('86000000400007080000000000000000', 'hex')
  // struct sockaddr_in6: ff02::1 on that link.
  const allNodes = Buffer.alloc(28)
  allNodes.writeUInt16LE(10, 0)
  allNodes.writeUInt16BE(0xff02, 8)
  allNodes[23] = 1
  allNodes.writeUInt32LE(index, 24)
  inside(router, () => {
    const [inet6, raw, icmp6, ipv6, multicastHops] = [10, 3, 58, 41, 18]
    const fd = socket(inet6, raw, icmp6)
    setsockopt(fd, ipv6, multicastHops, Buffer.from(new Int32Array([255]).buffer), 4)
    const sent = sendto(fd, message, message.length, 0, allNodes, allNodes.length)
    close(fd)
    assert.is(Number(sent), message.length, `errno ${koffi.errno()}`)
  })
}

test.run()
