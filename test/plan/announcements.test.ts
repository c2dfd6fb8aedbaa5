/** Nobody is sent to what does not stand. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { changeKey } from '../../src/model/change.ts'
import type { PlanInput } from '../../src/plan/draft.ts'
import { plan } from '../../src/plan/plan.ts'
import { want } from '../../src/plan/want.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { fromText } from '../../src/table/snapshot.ts'

const bgp = `[bgp]
as = 65000
[bgp.peer.tor]
address = "10.0.0.1"
as = 65001
`
const web = (vip: string, backend = '10.0.0.11'): string => `${bgp}
[service.web]
${vip}
port = 80
announce = "bgp"
backends = ["${backend}"]
`
const peer =
  'peer 10.0.0.1 port 179 as 65001 by embedded as 65000 hold 9s keepalive 3s hops 1 ipv4 ipv6'
const v4 = `sysctl net.ipv4.ip_forward = 1
link slb0 dummy up ours
service tcp 192.0.2.10:80 wrr ours
  -> 10.0.0.11:80 nat weight 1
${peer}
`
const v6 = `sysctl net.ipv6.conf.all.forwarding = 1
link eth0 veth up
service tcp [2001:db8::10]:80 wrr ours
  -> [2001:db8:1::11]:80 nat weight 1
${peer}
`

async function planned(
  config: string,
  have: string,
  more: Partial<PlanInput> = {},
): Promise<{ changes: string[]; pending: string[] }> {
  const { desired, diagnostics } = await load([{ file: 'web.toml', text: Buffer.from(config) }])
  if (desired === undefined) throw new Error(JSON.stringify(diagnostics))
  const { state } = fromText(have)
  const input = { wanted: want(desired), seen: state, ledger: emptyLedger } as const
  const { changes, pending } = plan({ ...input, conflict: 'refuse', ...more })
  return {
    changes: changes.map(one => `${one.op} ${changeKey(one)}`),
    pending: pending.map(({ key, reason }) => `${key}: ${reason}`),
  }
}

test('a VIP is announced in the plan that puts it up', async () => {
  const { changes } = await planned(web('vip = "192.0.2.10"'), v4)
  assert.equal(changes, ['create address slb0 192.0.2.10/32', 'create route 192.0.2.10/32'])
})

test('communities stand in the order of text, as speakers read them back', async () => {
  const said = `[vip.front]
address = "192.0.2.10"
announce = "bgp"
communities = ["9:1", "10:1", "65000:2:1", "65000:10:1"]
`
  const config = web('vip = "front"').replace('announce = "bgp"\nbackends', 'backends') + said
  const { desired } = await load([{ file: 'web.toml', text: Buffer.from(config) }])
  const [row] = desired === undefined ? [] : want(desired).state.route.values()
  assert.equal(row?.communities, ['10:1', '9:1'])
  assert.equal(row?.largeCommunities, ['65000:10:1', '65000:2:1'])
})

test('not while its address cannot come', async () => {
  const failed = new Set(['address slb0 192.0.2.10/32'])
  const { changes, pending } = await planned(web('vip = "192.0.2.10"'), v4, { failed })
  assert.equal(changes, [])
  assert.equal(pending, ['route 192.0.2.10/32: waits for the address 192.0.2.10'])
})

test('nor while its service cannot', async () => {
  const held = v4.replace('wrr ours', 'wrr')
  const { changes, pending } = await planned(web('vip = "192.0.2.10"'), held)
  assert.not.ok(changes.some(one => one.includes('route')))
  assert.ok(pending.includes('route 192.0.2.10/32: waits for tcp 192.0.2.10:80'))
})

test('with announce_when = "all" not while one of its services cannot', async () => {
  const front = (when: string): string => `${bgp}
[vip.front]
address = "192.0.2.10"
announce = "bgp"
announce_when = "${when}"
[service.web]
vip = "front"
port = 80
backends = ["10.0.0.11"]
[service.dns]
vip = "front"
port = 53
backends = ["10.0.0.11"]
`
  const held = `${v4}service tcp 192.0.2.10:53 wrr\n`
  const route = 'create route 192.0.2.10/32'
  assert.ok((await planned(front('any'), held)).changes.includes(route))
  const { changes, pending } = await planned(front('all'), held)
  assert.not.ok(changes.includes(route))
  assert.ok(pending.includes('route 192.0.2.10/32: waits for tcp 192.0.2.10:53'), pending.join())
})

test('an address of somebody else is announced while it is here', async () => {
  const external = web('vip = "192.0.2.10"\nlink = "external"')
  const none = await planned(external, v4.replace('link slb0 dummy up ours\n', ''))
  assert.equal(none.pending, ['route 192.0.2.10/32: waits for the address 192.0.2.10'])
  const here = `${v4.replace('link slb0 dummy up ours\n', '')}address eth0 192.0.2.10/24\n`
  assert.equal((await planned(external, here)).changes, ['create route 192.0.2.10/32'])
})

test('an address that goes is no place to send anybody to, though it is still here', async () => {
  const external = web('vip = "192.0.2.10"\nlink = "external"')
  const ours = `${v4}address slb0 192.0.2.10/32 ours\n`
  const first = await planned(external, ours)
  assert.not.ok(first.changes.includes('create route 192.0.2.10/32'), first.changes.join())
  assert.ok(first.pending.includes('route 192.0.2.10/32: waits for the address 192.0.2.10'))
  const told = await planned(external, `${ours}route 192.0.2.10/32 by embedded ours\n`)
  assert.ok(told.changes.includes('delete route 192.0.2.10/32'))
})

test('what was lost and cannot be put back is withdrawn', async () => {
  const route = 'route 2001:db8::10/128 by embedded ours\n'
  const lost = `${v6}address eth0 2001:db8::10/128 dad-failed ours\n${route}`
  const config = web('vip = "2001:db8::10"\nlink = "eth0"', '2001:db8:1::11')
  const { changes, pending } = await planned(config, lost)
  assert.equal(changes, ['delete route 2001:db8::10/128'])
  assert.equal(pending, [])
})

test('what was lost and is put back at once stays announced', async () => {
  const route = 'route 192.0.2.10/32 by embedded ours\n'
  const { changes } = await planned(web('vip = "192.0.2.10"'), v4 + route)
  assert.equal(changes, ['create address slb0 192.0.2.10/32'])
})

test('without the daemon nobody knows what its speaker tells', async () => {
  const { changes, pending } = await planned(
    web('vip = "192.0.2.10"'),
    v4.replace(`${peer}\n`, ''),
    {
      silent: new Set(['embedded'] as const),
    },
  )
  assert.equal(changes, ['create address slb0 192.0.2.10/32'])
  assert.is(pending.length, 2)
})

test('a backend that is to wait for its answer with weight 0 is made, and left as it is after that', async () => {
  const waiting = new Set(['tcp 192.0.2.10:80 -> 10.0.0.11:80'])
  const { desired } = await load([
    { file: 'web.toml', text: Buffer.from(web('vip = "192.0.2.10"')) },
  ])
  if (desired === undefined) throw new Error('it is valid')
  const wanted = { ...want(desired), waiting }
  const without = await planned(web('vip = "192.0.2.10"'), v4.replace(/ {2}-> .*\n/, ''), {
    wanted,
  })
  assert.is(without.changes[0], 'create tcp 192.0.2.10:80 -> 10.0.0.11:80')
  assert.equal(without.pending, [])
  const there = await planned(web('vip = "192.0.2.10"'), v4, { wanted })
  assert.equal(there.pending, [
    'tcp 192.0.2.10:80 -> 10.0.0.11:80: waits for its first good answer',
  ])
})

test.run()
