/** The table of source NAT, with a stand-in for nft that keeps rules and handles. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change } from '../../../src/model/change.ts'
import { SlbError } from '../../../src/model/error.ts'
import type { Ip } from '../../../src/model/ip.ts'
import { type ServiceId, serviceId } from '../../../src/model/rows.ts'
import type { Nft } from '../../../src/table/snat/nft.ts'
import type { Json } from '../../../src/table/snat/rule.ts'
import { snatTable } from '../../../src/table/snat/table.ts'

const test = suite('source NAT table')

const web = serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 80)
const dns = serviceId('udp', 'ipv6', '2001:db8::1' as Ip, 53)

test('what is created is read, and what is deleted is not', async () => {
  const { table, world } = setup()
  assert.equal(await table.apply([change('create', web), change('create', dns)]), [])
  assert.equal(await keys(table), ['snat tcp 192.0.2.10:80', 'snat udp [2001:db8::1]:53'])
  await table.apply([change('delete', web)])
  assert.equal(await keys(table), ['snat udp [2001:db8::1]:53'])
  await table.apply([change('delete', dns)])
  assert.is(world.rules, undefined)
})

test('nft is not started where the kernel has no such table', async () => {
  const { table, world } = setup()
  assert.equal(await keys(table), [])
  assert.is(world.lists, 0)
})

test('what keeps the flows of a deleted rule is read as a row once its service is gone', async () => {
  const { table, world } = setup()
  world.listing = 'Prot LocalAddress:Port\nTCP  C000020A:0050 wrr\n'
  await table.apply([change('create', web)])
  assert.equal(await table.apply([change('delete', web)]), [])
  assert.equal(await keys(table), [])
  assert.is(world.rules?.length, 1)
  world.listing = ''
  assert.equal(await keys(table), ['snat tcp 192.0.2.10:80'])
  assert.equal(await table.apply([change('delete', web)]), [])
  assert.is(world.rules, undefined)
})

test('a transaction that fails fails all its changes, and only those', async () => {
  const { table, world } = setup()
  await table.apply([change('create', web)])
  world.refuse = new SlbError('busy', 'nft says: busy', { errno: 'EBUSY' })
  const failures = await table.apply([change('create', web), change('create', dns)])
  assert.equal(
    failures.map(({ change, error }) => [change.row, error.code]),
    [
      [{ service: web }, 'stale'],
      [{ service: dns }, 'busy'],
    ],
  )
})

test('ENOENT with the rules as they were means that the kernel lacks something', async () => {
  const { table, world } = setup()
  world.refuse = new SlbError('stale', 'nft says: no such file', { errno: 'ENOENT' })
  const [failure] = await table.apply([change('create', web)])
  assert.is(failure?.error.code, 'missing')
  assert.match(String(failure?.error.hint), 'nft_chain_nat')
})

test('ENOENT after somebody removed a rule means that the plan is old', async () => {
  const { table, world } = setup()
  await table.apply([change('create', web), change('create', dns)])
  world.refuse = new SlbError('stale', 'nft says: no such file', { errno: 'ENOENT' })
  world.meddle = () => world.rules?.pop()
  const [failure] = await table.apply([change('delete', web)])
  assert.is(failure?.error.code, 'stale')
})

test('a change of another kind is a bug of the caller', async () => {
  const { table } = setup()
  let thrown: unknown
  const row = { name: 'net.ipv4.ip_forward', value: '1' }
  await table.apply([{ op: 'create', kind: 'sysctl', row }]).catch(error => {
    thrown = error
  })
  assert.instance(thrown, Error)
  assert.not.instance(thrown, SlbError)
})

interface World {
  /** Undefined while there is no table. */
  rules: { handle: number; [field: string]: Json }[] | undefined
  lists: number
  /** What /proc/net/ip_vs says. */
  listing: string
  refuse: SlbError | undefined
  /** Done before the next transaction. */
  meddle: () => void
}

function setup(): { table: ReturnType<typeof snatTable>; world: World } {
  const world: World = {
    rules: undefined,
    lists: 0,
    listing: '',
    refuse: undefined,
    meddle: () => {},
  }
  let handle = 1
  const nft: Nft = {
    async run(commands) {
      world.meddle()
      if (world.refuse !== undefined) throw world.refuse
      for (const command of (commands as { nftables: Command[] }).nftables) {
        if (command.delete?.table !== undefined) world.rules = undefined
        const gone = command.delete?.rule?.handle
        if (gone !== undefined) world.rules = world.rules?.filter(rule => rule.handle !== gone)
        if (command.add?.table !== undefined) world.rules ??= []
        if (command.add?.rule !== undefined)
          world.rules?.push({ ...command.add.rule, handle: ++handle })
      }
    },
    async list() {
      world.lists++
      const rules = world.rules ?? []
      const chain = { chain: { family: 'inet', table: 'slb', name: 'postrouting-5b1b' } }
      return { nftables: [{ table: {} }, chain, ...rules.map(rule => ({ rule }))] }
    },
  }
  const probe = { exists: () => world.rules !== undefined, close: () => {} }
  return { table: snatTable(nft, probe, () => world.listing), world }
}

interface Command {
  readonly add?: { readonly table?: Json; readonly rule?: Record<string, Json> }
  readonly delete?: { readonly table?: Json; readonly rule?: { readonly handle: number } }
}

function change(op: 'create' | 'delete', service: ServiceId): Change {
  return { op, kind: 'snat', row: { service } }
}

async function keys(table: ReturnType<typeof snatTable>): Promise<string[]> {
  return [...((await table.read()).snat?.keys() ?? [])]
}

test.run()
