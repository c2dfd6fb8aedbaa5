/** Source NAT with real traffic: who the backend sees, and whether the client gets its answer. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change } from '../../src/model/change.ts'
import type { Ip } from '../../src/model/ip.ts'
import { type ServiceId, serviceId } from '../../src/model/rows.ts'
import { snatTable } from '../../src/table/snat/table.ts'
import type { Table } from '../../src/table/table.ts'
import { inside, insideNextTick, ip, run } from '../lab/namespace.ts'
import { type Machine, withNetwork } from '../lab/topology.ts'
import { askUdp, connect, serveTcp } from '../lab/traffic.ts'
import { buildOneArm, director, holdSilently, type OneArm, vips } from './one-arm.ts'

const test = suite<{ net: OneArm; table: Table }>('source NAT')

test.before.each(context => {
  context.net = buildOneArm()
  context.table = snatTable()
  context.net.open.push(context.table)
})
test.after.each(({ net }) => net.close())

const web = serviceId('tcp', 'ipv4', vips.ipv4 as Ip, 80)
const web6 = serviceId('tcp', 'ipv6', vips.ipv6 as Ip, 80)

test('on one segment a client gets no answer without it', async ({ net }) => {
  await tellSource(net, 8080)
  forward('-t', `${vips.ipv4}:80`, `${net.backend.ipv4}:8080`)
  assert.is(await ask(net.client, vips.ipv4), 'nothing')
})

test('with it the backend sees the director, and the client gets its answer', async ({
  net,
  table,
}) => {
  await tellSource(net, 8080)
  forward('-t', `${vips.ipv4}:80`, `${net.backend.ipv4}:8080`)
  forward('-t', `[${vips.ipv6}]:80`, `[${net.backend.ipv6}]:8080`)
  assert.equal(await table.apply([change('create', web), change('create', web6)]), [])
  assert.is(await ask(net.client, vips.ipv4), director.ipv4)
  assert.is(await ask(net.client, vips.ipv6), director.ipv6)
})

test('a backend reaches a service that leads to itself', async ({ net, table }) => {
  await tellSource(net, 8080)
  forward('-t', `${vips.ipv4}:80`, `${net.backend.ipv4}:8080`)
  assert.is(await ask(net.backend, vips.ipv4), 'nothing')
  await table.apply([change('create', web)])
  assert.is(await ask(net.backend, vips.ipv4), director.ipv4)
})

test('datagrams, and a service of all ports', async ({ net, table }) => {
  await tellUdpSource(net, 53)
  run(undefined, 'ipvsadm', '-A', '-u', `${vips.ipv4}:0`, '-p', '60')
  run(undefined, 'ipvsadm', '-a', '-u', `${vips.ipv4}:0`, '-r', `${net.backend.ipv4}:0`, '-m')
  await table.apply([change('create', serviceId('udp', 'ipv4', vips.ipv4 as Ip, 0))])
  assert.is(await askUdp(net.client, vips.ipv4, 53), director.ipv4)
})

test('destinations that are not NAT keep seeing the client', async ({ net, table }) => {
  holdSilently(net.backend, vips.ipv4)
  await tellSource(net, 80)
  run(undefined, 'ipvsadm', '-A', '-t', `${vips.ipv4}:80`)
  run(undefined, 'ipvsadm', '-a', '-t', `${vips.ipv4}:80`, '-r', net.backend.ipv4, '-g')
  await table.apply([change('create', web)])
  assert.is(await ask(net.client, vips.ipv4), net.client.ipv4)
})

test('a flow lives on while rules of others come and go, and while its own goes', async ({
  net,
  table,
}) => {
  await tellSource(net, 8080)
  forward('-t', `${vips.ipv4}:80`, `${net.backend.ipv4}:8080`)
  await table.apply([change('create', web)])
  const flow = await connect(net.client, vips.ipv4, 80)
  assert.is(await flow.echo('one'), 'one')
  await table.apply([change('create', web6)])
  await table.apply([change('delete', web6)])
  assert.is(await flow.echo('two'), 'two')
  await table.apply([change('delete', web)])
  assert.is(await flow.echo('three'), 'three')
  assert.is((await table.read()).snat?.size, 0)
  flow.close()
  // What keeps the flow is a row to be deleted once its service has gone.
  run(undefined, 'ipvsadm', '-D', '-t', `${vips.ipv4}:80`)
  assert.is((await table.read()).snat?.size, 1)
  assert.equal(await table.apply([change('delete', web)]), [])
  assert.is(run(undefined, 'nft', 'list', 'ruleset'), '')
})

test('flows that live while the first rule comes stay as they are, and go on', () =>
  withNetwork(1, async network => {
    const [backend] = network.backends
    assert.ok(backend)
    writeFileSync('/proc/sys/net/ipv4/vs/conntrack', '0')
    await serveTcp(network, network.backends, 8080)
    ip(undefined, `address add ${vips.ipv4}/32 dev lo`)
    forward('-t', `${vips.ipv4}:80`, `${backend.ipv4}:8080`)
    const old = await connect(network.client, vips.ipv4, 80)
    assert.is(await old.echo('one'), 'one')
    writeFileSync('/proc/sys/net/ipv4/vs/conntrack', '1')
    const table = snatTable()
    assert.equal(await table.apply([change('create', web)]), [])
    assert.is(await old.echo('two'), 'two')
    const next = await connect(network.client, vips.ipv4, 80)
    assert.is(next.seenAs, '10.2.0.1')
    assert.is(await next.echo('three'), 'three')
    assert.is(await old.echo('four'), 'four')
    // The rule goes, the switch stays: neither flow is cut.
    assert.equal(await table.apply([change('delete', web)]), [])
    assert.is(await old.echo('five'), 'five')
    assert.is(await next.echo('six'), 'six')
    for (const flow of [old, next]) flow.close()
    table.close()
  }))

test('tables of others stay as they are; ours goes with its last rule', async ({ table }) => {
  run(
    undefined,
    'nft',
    'add table inet theirs; add chain inet theirs c; add rule inet theirs c accept',
  )
  const before = run(undefined, 'nft', '-j', 'list', 'ruleset')
  await table.apply([change('create', web), change('create', web6)])
  assert.equal(
    [...((await table.read()).snat?.keys() ?? [])],
    [`snat ${web.key}`, `snat ${web6.key}`],
  )
  const listed = run(undefined, 'nft', 'list', 'table', 'inet', 'slb')
  assert.match(listed, /ct original ip daddr 192\.0\.2\.10 .* masquerade comment "slb:5b1b tcp 192/)
  await table.apply([change('delete', web), change('delete', web6)])
  assert.is(run(undefined, 'nft', '-j', 'list', 'ruleset'), before)
})

test('a table of our name that is not ours is left alone', async ({ table }) => {
  for (const theirs of [
    '',
    'add chain inet slb postrouting; add rule inet slb postrouting accept;',
  ]) {
    run(undefined, 'nft', `add table inet slb; ${theirs}`)
    const before = run(undefined, 'nft', '-j', 'list', 'ruleset')
    const [failure] = await table.apply([change('create', web)])
    assert.is(failure?.error.code, 'invalid')
    assert.is(run(undefined, 'nft', '-j', 'list', 'ruleset'), before)
  }
})

test('what somebody else puts into our table stays there', async ({ table }) => {
  await table.apply([change('create', web)])
  run(
    undefined,
    'nft',
    'add rule inet slb postrouting-5b1b counter; add set inet slb s { type mark; }',
  )
  assert.equal(await table.apply([change('create', web6), change('delete', web)]), [])
  assert.equal(await table.apply([change('delete', web6)]), [])
  const left = run(undefined, 'nft', 'list', 'table', 'inet', 'slb')
  assert.match(left, /counter/)
  assert.match(left, /set s/)
  assert.not.match(left, /masquerade/)
})

test('rules that somebody changed are seen as gone, and put right', async ({ table }) => {
  await table.apply([change('create', web)])
  const handle = /handle (\d+)/.exec(
    run(undefined, 'nft', '-a', 'list', 'chain', 'inet', 'slb', 'postrouting-5b1b').split(
      'masquerade',
    )[1] ?? '',
  )?.[1]
  run(
    undefined,
    'nft',
    'replace',
    'rule',
    'inet',
    'slb',
    'postrouting-5b1b',
    'handle',
    String(handle),
    'counter',
    'comment',
    `"slb:5b1b ${web.key}"`,
  )
  assert.is((await table.read()).snat?.size, 0)
  assert.equal(await table.apply([change('create', web)]), [])
  assert.is((await table.read()).snat?.size, 1)
  assert.not.match(run(undefined, 'nft', 'list', 'table', 'inet', 'slb'), 'counter')
})

/** On the backend: a TCP server that tells each client which address it came from, then echoes. */
async function tellSource({ backend, open }: OneArm, port: number): Promise<void> {
  const server = createServer(socket => {
    socket.unref().on('error', () => socket.destroy())
    socket.write(`${plain(socket.remoteAddress)}\n`)
    socket.pipe(socket)
  })
  open.push(server.unref())
  inside(backend.namespace, () => server.listen(port))
  if (!server.listening) await once(server, 'listening')
}

/** On the backend: the same for datagrams. */
async function tellUdpSource({ backend, open }: OneArm, port: number): Promise<void> {
  const socket = createSocket('udp4').unref()
  socket.on('message', (_, from) => socket.send(from.address, from.port, from.address))
  open.push(socket)
  const bound = once(socket, 'listening')
  await insideNextTick(backend.namespace, () => socket.bind(port))
  await bound
}

function plain(address: string | undefined): string {
  return String(address).replace(/^::ffff:/, '')
}

/** The source address that the backend saw, or `nothing`. */
async function ask(from: Machine, vip: string): Promise<string> {
  try {
    const flow = await connect(from, vip, 80, 2000)
    flow.close()
    return flow.backend
  } catch {
    return 'nothing'
  }
}

function forward(kind: '-t' | '-u', service: string, backend: string): void {
  run(undefined, 'ipvsadm', '-A', kind, service, '-s', 'rr')
  run(undefined, 'ipvsadm', '-a', kind, service, '-r', backend, '-m')
}

function change(op: 'create' | 'delete', service: ServiceId): Change {
  return { op, kind: 'snat', row: { service } }
}

test.run()
