/** The speaker `gobgp` against a daemon that says what the test wants. */
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Channel, openChannel, Unimplemented } from '../../src/gobgp/call.ts'
import { pathMark } from '../../src/gobgp/path.ts'
import { fieldsOf, message, messagesIn, number, numberIn } from '../../src/gobgp/protobuf.ts'
import { gobgpSpeaker } from '../../src/gobgp/speaker.ts'
import type { Peer, Route } from '../../src/model/announcement.ts'
import { SlbError } from '../../src/model/error.ts'
import type { Ip } from '../../src/model/ip.ts'
import type { SpeakerChange } from '../../src/table/announce/speaker.ts'

interface Call {
  readonly method: string
  readonly messages: readonly Buffer[]
}

/** A daemon of one generation that takes everything, and notes it. */
function fakeDaemon(service: string, as: number, refuses: readonly string[] = []) {
  const calls: Call[] = []
  let number0 = as
  const channel: Channel = {
    call: async (path, messages) => {
      const [, named = '', method = ''] = path.split('/')
      if (named !== service) throw new Unimplemented('missing', `no ${named}`)
      if (refuses.includes(method)) throw new SlbError('io', `gobgpd refuses ${method}`)
      calls.push({ method, messages: messages.map(one => Buffer.from(one)) })
      if (method === 'StartBgp') number0 = 65_001
      return method === 'GetBgp' ? [message(1, number(1, number0))] : []
    },
    close: () => {},
  }
  const speaker = gobgpSpeaker({
    address: 'unix:/nowhere',
    password: async () => Buffer.from('secret'),
    channel,
  })
  return { speaker, calls, methods: () => calls.map(({ method }) => method) }
}

const third = 'apipb.GobgpApi'
const fourth = 'api.GoBgpService'

const route = (address: string, more: Partial<Route> = {}): Route => ({
  speaker: 'gobgp',
  address: address as Ip,
  prefix: address.includes(':') ? 128 : 32,
  communities: [],
  largeCommunities: [],
  prepend: 0,
  owned: true,
  ...more,
})

const peer: Peer = {
  speaker: 'gobgp',
  address: '10.0.0.1' as Ip,
  port: 179,
  as: 65_000,
  localAs: 65_001,
  hold: 9,
  keepalive: 3,
  multihop: 1,
  ttlSecurity: false,
  gracefulRestart: 0,
  families: ['ipv4'],
  maxPrefixes: 0,
}

const create = (row: Route): SpeakerChange => ({ op: 'create', kind: 'route', row })

for (const service of [third, fourth])
  test(`${service}: routes go in bulk, a thousand in a message, all with our mark`, async () => {
    const { speaker, calls, methods } = fakeDaemon(service, 65_001)
    const rows = Array.from({ length: 2500 }, (_, at) => route(`10.0.${at >> 8}.${at & 255}`))
    assert.equal(await speaker.apply(rows.map(create)), [])
    assert.equal(methods(), ['GetBgp', 'AddPathStream'])
    const paths = calls[1]?.messages.map(one => messagesIn(fieldsOf(one), 3)) ?? []
    assert.equal(
      paths.map(({ length }) => length),
      [1000, 1000, 500],
    )
    assert.ok(paths.flat().every(fields => numberIn(fields, 18) === pathMark))
    const table = numberIn(fieldsOf(calls[1]?.messages[0] ?? Buffer.alloc(0)), 1)
    assert.is(table, service === fourth ? 1 : 0)
  })

test('a daemon that has just been started is told who it is by the first peer', async () => {
  const { speaker, methods } = fakeDaemon(third, 0)
  assert.equal(await speaker.read(), { peers: [], routes: [] })
  assert.equal(await speaker.status(), [])
  const row = { ...peer, routerId: '10.0.0.9' as Ip }
  assert.equal(await speaker.apply([{ op: 'create', kind: 'peer', row }]), [])
  assert.equal(methods().slice(-3), ['GetBgp', 'StartBgp', 'AddPeer'])
})

test('a peer that comes from another speaker is new here', async () => {
  const { speaker, methods } = fakeDaemon(third, 65_001)
  const from: Peer = { ...peer, speaker: 'embedded' }
  await speaker.apply([{ op: 'replace', kind: 'peer', row: peer, from }])
  assert.is(methods().at(-1), 'AddPeer')
  await speaker.apply([{ op: 'update', kind: 'peer', row: peer, from: peer }])
  assert.is(methods().at(-1), 'UpdatePeer')
})

test('without a router id it cannot be started, and says what to do', async () => {
  const { speaker } = fakeDaemon(third, 0)
  const [failure] = await speaker.apply([{ op: 'create', kind: 'peer', row: peer }])
  assert.is(failure?.error.code, 'invalid')
  assert.is(failure?.error.hint, 'set [bgp] router_id')
})

test('an IPv6 route without a next hop is refused; the others are announced', async () => {
  const { speaker, calls } = fakeDaemon(fourth, 65_001)
  const bare = create(route('2001:db8::1'))
  const failures = await speaker.apply([bare, create(route('192.0.2.1'))])
  assert.equal(
    failures.map(({ change, error }) => [change, error.hint]),
    [[bare, 'set [bgp] next_hop.ipv6']],
  )
  assert.is(messagesIn(fieldsOf(calls[1]?.messages[0] ?? Buffer.alloc(0)), 3).length, 1)
})

test('what the daemon refuses is a failure of each change that it was for', async () => {
  const { speaker } = fakeDaemon(third, 65_001, ['AddPathStream', 'AddPeer'])
  const changes = [
    { op: 'create', kind: 'peer', row: peer },
    create(route('192.0.2.1')),
    create(route('192.0.2.2')),
  ] as const
  const failures = await speaker.apply(changes)
  assert.equal(
    failures.map(({ change, error }) => [changes.indexOf(change as never), error.message]),
    [
      [0, 'create peer 10.0.0.1: gobgpd refuses AddPeer'],
      [1, 'create route 192.0.2.1/32: gobgpd refuses AddPathStream'],
      [2, 'create route 192.0.2.2/32: gobgpd refuses AddPathStream'],
    ],
  )
})

test('nobody there: who, where, and what to do', async () => {
  const channel = openChannel('127.0.0.1:1')
  try {
    await channel.call('/x/y', [Buffer.alloc(0)])
    assert.unreachable()
  } catch (error) {
    assert.instance(error, SlbError)
    assert.match(String(error), 'there is no gobgpd at 127.0.0.1:1')
    assert.is((error as SlbError).code, 'missing')
    assert.match((error as SlbError).hint ?? '', 'gobgp.address')
  }
  channel.close()
})

test('calls over gRPC: several messages there and back, and a refusal in words', async () => {
  const server = createServer()
  server.on('stream', (stream, headers) => {
    const parts: Buffer[] = []
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('end', () => {
      const refused = headers[':path'] === '/a/Refused'
      stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () =>
        stream.sendTrailers(
          refused
            ? { 'grpc-status': '6', 'grpc-message': 'it%20is there' }
            : { 'grpc-status': '0', 'grpc-message': '' },
        ),
      )
      stream.end(refused ? undefined : Buffer.concat(parts))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const channel = openChannel(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  const messages = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(100_000, 7)]
  const echo = await channel.call('/a/Echo', messages)
  assert.ok(
    echo.length === 3 && echo.every((part, at) => part.equals(messages[at] ?? Buffer.of(1))),
  )
  try {
    await channel.call('/a/Refused', [Buffer.alloc(0)])
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), /refuses Refused: it is there/)
    assert.is((error as SlbError).code, 'stale')
  }
  channel.close()
  server.close()
})

test.run()
