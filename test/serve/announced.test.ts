/** Which VIPs are announced: those that lead to something that can serve. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { noMemory } from '../../src/serve/circumstances.ts'
import type { Served } from '../../src/serve/serve.ts'
import { asking, sceneOf, serveWhen } from './scene.ts'

const bgp = `[bgp]
as = 65000
graceful_shutdown = "2s"

[bgp.peer.tor]
address = "10.0.0.1"
as = 65001
`
const service = (name: string, port: number, backend: string, more = ''): string => `
[service.${name}]
vip = "front"
port = ${port}
backends = ["${backend}"]
${more}
`
const two = (when = '', announce = '"bgp"'): string => `${bgp}
[vip.front]
address = "192.0.2.10"
announce = ${announce}
${announce.includes('arp') ? 'uplink = "eth0"' : ''}
${when}
${service('web', 80, '10.0.0.1')}${service('dns', 53, '10.0.0.2')}`

const web = '10.0.0.1:80'
const dns = '10.0.0.2:53'

const told = ({ wanted: { state } }: Served): string[] => [
  ...state.address.keys(),
  ...state.arp.keys(),
  ...[...state.route.values()].map(row =>
    [`route ${row.address}`, ...row.communities].join(' community '),
  ),
]
const address = 'address slb0 192.0.2.10/32'
const route = 'route 192.0.2.10'

test('a VIP is announced while any of its services can serve', async () => {
  const scene = await sceneOf(two())
  assert.equal(told(serveWhen(scene, { found: {} })), [address, route])
  assert.equal(told(serveWhen(scene, { found: { [web]: 'down' } })), [address, route])
  const none = serveWhen(scene, { found: { [web]: 'down', [dns]: 'down' } })
  assert.equal(told(none), [address], 'the address stays for what is still under way')
  assert.is(
    none.wanted.reasons.get('route 192.0.2.10/32'),
    'web has too few backends up, dns has too few backends up',
  )
  assert.ok(none.wanted.agreed?.has('route 192.0.2.10/32'), 'no guard counts it')
})

test('or only while all can', async () => {
  const scene = await sceneOf(two('announce_when = "all"'))
  assert.equal(told(serveWhen(scene, { found: {} })), [address, route])
  assert.equal(told(serveWhen(scene, { found: { [web]: 'down' } })), [address])
})

test('neighbours on a link would be answered for as long as the address stands: it goes, too', async () => {
  const scene = await sceneOf(two('', '["arp", "bgp"]'))
  assert.equal(told(serveWhen(scene, { found: {} })), [address, 'arp eth0 192.0.2.10', route])
  const none = serveWhen(scene, { found: { [web]: 'down', [dns]: 'down' } })
  assert.equal(told(none), [])
})

test('nobody is told of what nobody has answered for yet', async () => {
  const scene = await sceneOf(two())
  const unheard = { [web]: 'unknown', [dns]: 'unknown' } as const
  assert.equal(told(serveWhen(scene, { found: unheard })), [address])
  assert.equal(told(serveWhen(scene, { found: { ...unheard, [web]: 'up' } })), [address, route])
})

test('when_empty = "keep" announces it whatever becomes of the backends, once one has answered', async () => {
  const kept = `${bgp}
[vip.front]
address = "192.0.2.10"
announce = "bgp"
${service('web', 80, '10.0.0.1', 'when_empty = "keep"')}`
  const scene = await sceneOf(kept)
  assert.equal(told(serveWhen(scene, { found: { [web]: 'down' } })), [address, route])
  assert.equal(told(serveWhen(scene, { found: { [web]: 'unknown' } })), [address])
})

test('a drain begins with notice: peers are asked for other ways, and only then it is withdrawn', async () => {
  const scene = await sceneOf(two())
  const overrides = [asking('drain')]
  const first = serveWhen(scene, {
    found: {},
    memory: { ...noMemory, fresh: false },
    overrides,
    now: 1000,
  })
  assert.equal(told(first), [address, `${route} community 65535:0`])
  assert.is(first.next, 3000)
  assert.is(first.wanted.state.service.size, 2, 'nothing drains yet')
  const then = { found: {}, memory: first.memory, overrides }
  assert.equal(told(serveWhen(scene, { ...then, now: 2999 })), told(first))
  const last = serveWhen(scene, { ...then, now: 3000 })
  assert.equal(told(last), [])
  assert.is(last.wanted.state.service.size, 0)
})

test('what shares its VIP with others that stay drains at once, and nobody is told', async () => {
  const scene = await sceneOf(two())
  const overrides = [asking('drain', 'web')]
  const memory = { ...noMemory, fresh: false }
  const first = serveWhen(scene, { found: {}, memory, overrides, now: 1000 })
  assert.equal(told(first), [address, route])
  assert.equal([...first.wanted.state.service.keys()], ['tcp 192.0.2.10:53'])
})

test('after a restart what was drained before is not announced again for a notice', async () => {
  const scene = await sceneOf(two())
  const served = serveWhen(scene, { found: {}, overrides: [asking('drain')], now: 1000 })
  assert.equal(told(served), [])
})

test.run()
