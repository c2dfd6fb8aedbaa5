/** Probes that need a network of their own: echo requests, marks, and routes that are not there. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { http } from '../../src/health/probe/http.ts'
import { icmp } from '../../src/health/probe/icmp.ts'
import { tcp } from '../../src/health/probe/tcp.ts'
import { udp } from '../../src/health/probe/udp.ts'
import type { Question } from '../../src/model/check.ts'
import {
  ask,
  checkOf,
  datagrams,
  type Extra,
  isDown,
  isOwn,
  leavesNothing,
  serve,
  using,
} from '../health/probe/rig.ts'
import {
  enterFreshNamespace,
  freshNamespace,
  inside,
  insideNextTick,
  ip,
  type Namespace,
  run,
} from './namespace.ts'

const test = suite<{ peer: Namespace }>('probes on a network of their own')

const echo: Question = { type: 'icmp' }
const ping = (address: string, extra: Extra = {}) =>
  ask(icmp, checkOf(echo, 0, { address, ...extra }))

/** This machine has .1 on each network, the other one .2. */
test.before.each(context => {
  enterFreshNamespace()
  context.peer = freshNamespace()
  ip(
    undefined,
    `link add eth0 type veth peer name eth0 netns ${context.peer.path}`,
    'link set eth0 up',
    'address add 192.0.2.1/24 dev eth0',
    'address add 2001:db8::1/64 dev eth0 nodad',
  )
  ip(
    context.peer,
    'link set eth0 up',
    'address add 192.0.2.2/24 dev eth0',
    'address add 2001:db8::2/64 dev eth0 nodad',
  )
})
test.after.each(({ peer }) => peer.close())

function allow(): void {
  writeFileSync('/proc/sys/net/ipv4/ping_group_range', '0 2147483647')
}

test('without leave of the sysctl, it is our own fault and one reads what to do', async () => {
  for (const address of ['192.0.2.2', '2001:db8::2'])
    await leavesNothing(async () => {
      isOwn(
        await ping(address),
        'net.ipv4.ping_group_range keeps this process from sending echo requests: set it to "0 2147483647"',
      )
    })
})

test('a machine that answers, over IPv4 and IPv6', async () => {
  allow()
  for (const address of ['192.0.2.2', '2001:db8::2', '127.0.0.1', '::1'])
    await leavesNothing(async () => {
      assert.equal(await ping(address), { ok: true }, address)
    })
  assert.equal(await ping('192.0.2.2', { source: '192.0.2.1' }), { ok: true })
  assert.equal(await ping('2001:db8::2', { source: '2001:db8::1' }), { ok: true })
})

test('a machine that is silent', async ({ peer }) => {
  allow()
  inside(peer, () => writeFileSync('/proc/sys/net/ipv4/icmp_echo_ignore_all', '1'))
  await leavesNothing(async () => {
    isDown(await ping('192.0.2.2', { timeout: 200 }), 'no answer in 0.2 s')
  })
  await leavesNothing(async () => {
    const stop = new AbortController()
    const answer = icmp(checkOf(echo, 0, { address: '192.0.2.2' }), stop.signal)
    setTimeout(() => stop.abort(), 20)
    assert.is((await answer).ok, false)
  })
})

test('many at a time share a socket, and each gets its own answer', async ({ peer }) => {
  allow()
  const addresses = Array.from({ length: 100 }, (_, n) => `192.0.2.${n + 100}`)
  ip(peer, ...addresses.filter((_, n) => n % 2 === 0).map(a => `address add ${a}/24 dev eth0`))
  await leavesNothing(async () => {
    const answers = await Promise.all(addresses.map(a => ping(a, { timeout: 1500 })))
    assert.equal(
      answers.map(answer => answer.ok),
      addresses.map((_, n) => n % 2 === 0),
    )
  })
})

test('what this machine lacks is its own fault', async () => {
  allow()
  isOwn(await ping('198.51.100.1'), 'no route to that network (ENETUNREACH)')
  isOwn(await ping('2001:db8:1::1'), /route to that network|ENETUNREACH/)
  isOwn(
    await ping('192.0.2.2', { source: '192.0.2.77' }),
    'this machine does not have the source address 192.0.2.77',
  )
  for (const probe of [tcp, udp]) {
    const question: Question =
      probe === tcp ? { type: 'tcp' } : { type: 'udp', payload: Buffer.from('x') }
    await leavesNothing(async () => {
      isOwn(
        await ask(probe, checkOf(question, 80, { address: '198.51.100.1' })),
        'no route to that network (ENETUNREACH)',
      )
    })
  }
})

for (const [when, said, why] of [
  ['before a word of the answer', '', 'no answer in 0.5 s'],
  [
    'in the middle of the answer',
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf',
    'no end of the answer in 0.5 s',
  ],
] as const)
  test(`a machine that vanishes ${when}, its wire cut, its connection half-open`, async ({
    peer,
  }) => {
    const sockets: Socket[] = []
    const server = createServer(socket => {
      sockets.push(socket.unref().on('error', () => {}))
      socket.once('data', () => {
        socket.write(said, () => ip(peer, 'link set eth0 down'))
      })
    })
    await insideNextTick(peer, () => server.listen(8080, '192.0.2.2').unref())
    if (!server.listening) await once(server, 'listening')
    const question: Question = {
      type: 'http',
      method: 'GET',
      path: '/',
      headers: {},
      expect: [[200, 299]],
      redirects: 0,
    }
    await leavesNothing(async () => {
      isDown(await ask(http, checkOf(question, 8080, { address: '192.0.2.2', timeout: 500 })), why)
      assert.is(sockets.length, 1, 'it was connected')
      for (const socket of sockets) socket.destroy()
    })
    server.close()
  })

test('a machine that is not there', async () => {
  const answer = await ask(tcp, checkOf({ type: 'tcp' }, 80, { address: '192.0.2.9' }))
  isDown(answer, 'host unreachable')
})

test('packets carry the mark that the check has', async () => {
  allow()
  // Before the rule for local addresses, which else comes first of all.
  for (const family of ['-4', '-6']) {
    run(undefined, 'ip', family, 'rule', 'add', 'pref', '9', 'lookup', 'local')
    run(undefined, 'ip', family, 'rule', 'add', 'pref', '5', 'fwmark', '7', 'prohibit')
    run(undefined, 'ip', family, 'rule', 'del', 'pref', '0')
  }
  const question: Question = { type: 'udp', payload: Buffer.from('x'), expect: Buffer.from('x') }
  await using(
    serve(() => {}),
    async port => {
      await leavesNothing(async () => {
        isOwn(await ask(tcp, checkOf({ type: 'tcp' }, port, { mark: 7 })), /EACCES/)
        assert.equal(await ask(tcp, checkOf({ type: 'tcp' }, port, { mark: 8 })), { ok: true })
      })
    },
  )
  await using(
    datagrams(asked => [asked]),
    async port => {
      await leavesNothing(async () => {
        isOwn(await ask(udp, checkOf(question, port, { mark: 7 })), /EACCES/)
        assert.equal(await ask(udp, checkOf(question, port, { mark: 8 })), { ok: true })
      })
    },
  )
  await leavesNothing(async () => {
    isOwn(await ping('192.0.2.2', { mark: 7 }), /EACCES/)
    assert.equal(await ping('192.0.2.2', { mark: 8 }), { ok: true })
    isOwn(await ping('2001:db8::2', { mark: 7 }), /EACCES/)
  })
})

test.run()
