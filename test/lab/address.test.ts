/** Links and addresses on a real kernel, cross-checked with ip(8). */
import { writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change, Failure, Op } from '../../src/model/change.ts'
import { familyOf, hostPrefix, type Ip } from '../../src/model/ip.ts'
import { type Address, keyOf, type Link } from '../../src/model/rows.ts'
import { canMark } from '../../src/table/address/mark.ts'
import { addressTable } from '../../src/table/address/table.ts'
import type { Table } from '../../src/table/table.ts'
import { enterFreshNamespace, freshNamespace, ip, run } from './namespace.ts'

const test = suite<{ table: Table }>('links and addresses')

test.before.each(context => {
  enterFreshNamespace()
  // A real link for the tests that need one; its other end answers nothing.
  ip(undefined, 'link add eth0 type veth peer name far', 'link set eth0 up', 'link set far up')
  context.table = addressTable()
})
test.after.each(({ table }) => table.close())

const slb0: Link = { name: 'slb0', type: 'dummy', up: true, owned: true }

test('a dummy link is made, marked and up, in one apply', async ({ table }) => {
  assert.equal(await table.apply([link('create', slb0)]), [])
  const [shown] = ipJson('-d', 'link', 'show', 'slb0')
  assert.is(shown?.linkinfo?.info_kind, 'dummy')
  assert.is(shown?.ifalias, 'slb:5b1b')
  assert.ok(shown?.flags?.includes('UP'))
  assert.equal(await linkRow(table, 'slb0'), slb0)
})

test('a link is set down and up in place', async ({ table }) => {
  await table.apply([link('create', slb0)])
  const down = { ...slb0, up: false }
  assert.equal(await table.apply([link('update', down, slb0)]), [])
  assert.equal(await linkRow(table, 'slb0'), down)
  assert.not.ok(ipJson('link', 'show', 'slb0')[0]?.flags?.includes('UP'))
  await table.apply([link('update', slb0, down)])
  assert.equal(await linkRow(table, 'slb0'), slb0)
})

test('creating a link that is there changes nothing of it', async ({ table }) => {
  ip(undefined, 'link add slb0 type dummy')
  const error = await only(table.apply([link('create', slb0)]))
  assert.is(error.code, 'stale')
  assert.is(error.errno, 'EEXIST')
  assert.equal(await linkRow(table, 'slb0'), { ...slb0, up: false, owned: false })
})

test("a link of somebody else's is adopted, and given back", async ({ table }) => {
  ip(undefined, 'link add slb0 type dummy')
  const theirs = { ...slb0, up: false, owned: false }
  assert.equal(await table.apply([link('adopt', slb0, theirs)]), [])
  assert.equal(await linkRow(table, 'slb0'), slb0)
  assert.equal(await table.apply([link('update', theirs, slb0)]), [])
  assert.equal(await linkRow(table, 'slb0'), theirs)
  assert.is(ipJson('link', 'show', 'slb0')[0]?.ifalias, undefined)
})

test('a link is deleted with our addresses on it, not with those of others', async ({ table }) => {
  await table.apply([link('create', slb0), create(address('slb0', '192.0.2.10'))])
  ip(undefined, 'address add 2001:db8::99/128 dev slb0 nodad')
  const error = await only(table.apply([link('delete', slb0)]))
  assert.is(error.code, 'stale')
  assert.match(error.message, '2001:db8::99')
  ip(undefined, 'address del 2001:db8::99/128 dev slb0')
  assert.equal(await table.apply([link('delete', slb0)]), [])
  assert.is(await linkRow(table, 'slb0'), undefined)
})

test('a link that lost our mark, is of another kind, or is gone is not deleted', async ({
  table,
}) => {
  await table.apply([link('create', slb0)])
  ip(undefined, 'link set slb0 alias theirs')
  assert.match((await only(table.apply([link('delete', slb0)]))).message, 'mark')
  ip(undefined, 'link del slb0')
  assert.match((await only(table.apply([link('delete', slb0)]))).message, 'gone')
  ip(undefined, 'link add slb0 type veth peer name slb1', 'link set slb0 alias slb:5b1b')
  const error = await only(table.apply([link('delete', slb0)]))
  assert.is(error.code, 'stale')
  assert.match(error.message, 'veth')
  assert.ok(await linkRow(table, 'slb0'))
})

test('a name that the kernel refuses is invalid, for that link only', async ({ table }) => {
  const failures = await table.apply([
    link('create', { ...slb0, name: 'a/b' }),
    link('create', { ...slb0, name: 'sixteen-letters-' }),
    link('create', slb0),
  ])
  assert.equal(
    failures.map(({ error }) => error.code),
    ['invalid', 'invalid'],
  )
  assert.ok(await linkRow(table, 'slb0'))
})

test('host addresses appear as ip(8) would have made them for ever', async ({ table }) => {
  await table.apply([link('create', slb0)])
  const rows = [address('slb0', '192.0.2.10'), address('slb0', '2001:db8::10')]
  assert.equal(await table.apply(rows.map(row => create(row))), [])
  const shown = ipJson('address', 'show', 'dev', 'slb0', 'scope', 'global')[0]?.addr_info
  assert.equal(
    shown
      ?.filter(one => one.local !== undefined)
      .map(one => [one.family, one.local, one.prefixlen, one.valid_life_time, one.nodad]),
    [
      ['inet', '192.0.2.10', 32, 0xffffffff, undefined],
      ['inet6', '2001:db8::10', 128, 0xffffffff, true],
    ],
  )
  assert.equal(await global(table), rows)
})

test('an IPv6 address leaves no route for routing programs to find', async ({ table }) => {
  await table.apply([link('create', slb0), create(address('slb0', '2001:db8::10'))])
  assert.is(run(undefined, 'ip', '-6', 'route', 'show', 'match', '2001:db8::10'), '')
  const local = run(undefined, 'ip', '-6', 'route', 'show', 'table', 'local')
  assert.match(local, 'local 2001:db8::10 dev slb0')
})

test('other addresses of a real link stay as they are', async ({ table }) => {
  ip(
    undefined,
    'address add 192.0.2.1/24 dev eth0',
    'address add 192.0.2.2/24 dev eth0',
    'address add 2001:db8::1/64 dev eth0 nodad',
  )
  const before = ipJson('address', 'show', 'dev', 'eth0')
  const rows = [address('eth0', '192.0.2.10'), address('eth0', '2001:db8::10')]
  assert.equal(await table.apply(rows.map(row => create(row))), [])
  assert.is((await global(table)).length, 5)
  assert.equal(await table.apply(rows.map(row => ({ op: 'delete', kind: 'address', row }))), [])
  assert.equal(ipJson('address', 'show', 'dev', 'eth0'), before)
})

test('an address is stolen by a replace, seen, and adopted back', async ({ table }) => {
  const rows = [address('eth0', '2001:db8::10'), address('eth0', '192.0.2.10')]
  for (const row of rows.filter(one => canMark(one, release()))) {
    await table.apply([create(row)])
    run(undefined, 'ip', 'address', 'replace', `${row.address}/${row.prefix}`, 'dev', 'eth0')
    const theirs = { ...row, owned: false, nodad: false }
    assert.is(await ownerOf(table, row), false)
    assert.equal(await table.apply([{ op: 'adopt', kind: 'address', row, from: theirs }]), [])
    assert.is(await ownerOf(table, row), true)
    const giveBack: Change = { op: 'update', kind: 'address', row: theirs, from: row }
    assert.equal(await table.apply([giveBack]), [])
    assert.is(await ownerOf(table, row), false)
  }
})

test('before Linux 6.4 an IPv4 address is adopted too, but shows no mark', async ({ table }) => {
  const row = address('eth0', '192.0.2.10')
  ip(undefined, 'address add 192.0.2.10/32 dev eth0')
  const theirs = { ...row, owned: false }
  assert.equal(await table.apply([{ op: 'adopt', kind: 'address', row, from: theirs }]), [])
  assert.is(await ownerOf(table, row), canMark(row, release()))
})

test('an address that is not ours any more is not deleted', async ({ table }) => {
  const row = address('eth0', '2001:db8::10')
  await table.apply([create(row)])
  ip(undefined, 'address replace 2001:db8::10/128 dev eth0 nodad')
  assert.is((await only(table.apply([remove(row)]))).code, 'stale')
  assert.equal(await global(table), [{ ...row, owned: false }])
  // Planned as what it is now, by force or on the journal's word, it goes.
  assert.equal(await table.apply([remove({ ...row, owned: false })]), [])
  assert.equal(await global(table), [])
})

test('an address that is there already, or gone, is stale', async ({ table }) => {
  const row = address('eth0', '192.0.2.10')
  ip(undefined, 'address add 192.0.2.10/32 dev eth0')
  assert.is((await only(table.apply([create(row)]))).errno, 'EEXIST')
  ip(undefined, 'address del 192.0.2.10/32 dev eth0')
  assert.is((await only(table.apply([remove(row)]))).code, 'stale')
})

test('a link that vanished fails its own addresses and nothing else', async ({ table }) => {
  const rows = [address('eth9', '192.0.2.9'), address('eth0', '192.0.2.10')]
  const failures = await table.apply(rows.map(row => create(row)))
  assert.equal(
    failures.map(({ change, error }) => [change.row, error.code, error.errno]),
    [[rows[0], 'missing', 'ENODEV']],
  )
  assert.equal(await global(table), [rows[1]])
})

test('IPv6 switched off on a link is said so', async ({ table }) => {
  writeFileSync('/proc/sys/net/ipv6/conf/eth0/disable_ipv6', '1')
  const error = await only(table.apply([create(address('eth0', '2001:db8::10'))]))
  assert.is(error.code, 'invalid')
  assert.match(String(error.hint), 'net.ipv6.conf.eth0.disable_ipv6')
})

test('an address whose removal would take another with it stays', async ({ table }) => {
  ip(undefined, 'address add 192.0.2.1/24 dev eth0', 'address add 192.0.2.2/24 dev eth0')
  const first = { ...address('eth0', '192.0.2.1'), prefix: 24, owned: false }
  const error = await only(table.apply([remove(first)]))
  assert.is(error.code, 'invalid')
  assert.match(error.message, '192.0.2.2/24')
  assert.is((await global(table)).length, 2)
  writeFileSync('/proc/sys/net/ipv4/conf/eth0/promote_secondaries', '1')
  assert.equal(await table.apply([remove(first)]), [])
  assert.equal(
    (await global(table)).map(row => row.address),
    ['192.0.2.2'],
  )
})

test('an address that nobody else has is usable when apply returns', async ({ table }) => {
  const row = { ...address('eth0', '2001:db8::10'), nodad: false }
  assert.equal(await table.apply([create(row)]), [])
  const [shown] = ipJson('-6', 'address', 'show', 'dev', 'eth0', 'scope', 'global')
  assert.is(shown?.addr_info?.[0]?.tentative, undefined)
})

test('an address that waits for a carrier is not called added', async ({ table }) => {
  // Its other end stays down. A link that has had a carrier asks even without one.
  ip(undefined, 'link add eth1 type veth peer name far1', 'link set eth1 up')
  const row = { ...address('eth1', '2001:db8::10'), nodad: false }
  const error = await only(table.apply([create(row)]))
  assert.is(error.code, 'timeout')
  assert.match(error.message, /detection has not finished on eth1/)
  assert.match(String(error.hint), /carrier/)
  assert.equal(await global(table), [row])
})

test('an address that another host has is a failure, seen again, and can be tried again', async ({
  table,
}) => {
  const other = freshNamespace()
  ip(undefined, `link set far netns ${other.path}`)
  ip(other, 'link set far up', 'address add 2001:db8::10/128 dev far nodad')
  const row = { ...address('eth0', '2001:db8::10'), nodad: false }
  const free = { ...address('eth0', '2001:db8::11'), nodad: false }
  const failures = await table.apply([create(row), create(free)])
  assert.equal(
    failures.map(({ change, error }) => [change.row, error.code, error.errno]),
    [[row, 'duplicate-address', 'EADDRINUSE']],
  )
  const failed = { ...row, dadFailed: true }
  assert.equal(await global(table), [free, failed].sort(byKey))
  // Two times over: the holder stays, then leaves.
  const again: Change = { op: 'replace', kind: 'address', row, from: failed }
  assert.is((await only(table.apply([again]))).errno, 'EADDRINUSE')
  ip(other, 'address del 2001:db8::10/128 dev far')
  assert.equal(await table.apply([again]), [])
  assert.equal(await global(table), [row, free].sort(byKey))
  other.close()
})

test('each subnet of each link answers for its own secondary addresses', async ({ table }) => {
  ip(
    undefined,
    'address add 192.0.2.1/25 dev eth0',
    'address add 192.0.2.2/25 dev eth0',
    'address add 192.0.2.1/25 dev far',
    'address add 192.0.2.129/25 dev eth0',
    'address add 0.0.0.1/0 dev eth0',
  )
  const at = (on: string, ip: string, prefix = 25) =>
    remove({ ...address(on, ip), prefix, owned: false })
  assert.match((await only(table.apply([at('eth0', '192.0.2.1')]))).message, '192.0.2.2/25')
  const rest = [at('far', '192.0.2.1'), at('eth0', '192.0.2.129'), at('eth0', '0.0.0.1', 0)]
  assert.equal(await table.apply(rest), [])
  assert.equal(await table.apply([at('eth0', '192.0.2.2')]), [])
})

test('thousands of addresses in one apply', async ({ table }) => {
  await table.apply([link('create', slb0)])
  const rows = Array.from({ length: 3000 }, (_, n) =>
    address('slb0', n % 2 === 0 ? `10.9.${n >> 8}.${n & 255}` : `2001:db8::${n.toString(16)}`),
  )
  assert.equal(await table.apply(rows.map(row => create(row))), [])
  assert.equal(await global(table), [...rows].sort(byKey))
  const half = rows.filter((_, n) => n % 4 < 2)
  assert.equal(await table.apply(half.map(row => remove(row))), [])
  assert.is((await global(table)).length, 1500)
})

interface Shown {
  readonly ifalias?: string
  readonly flags?: readonly string[]
  readonly linkinfo?: { readonly info_kind?: string }
  readonly addr_info?: readonly {
    readonly family: string
    readonly local?: string
    readonly prefixlen: number
    readonly valid_life_time: number
    readonly nodad?: boolean
    readonly tentative?: boolean
  }[]
}

/** What ip(8) shows, without the empty objects that it prints for filtered links. */
function ipJson(...args: string[]): readonly Shown[] {
  const all: readonly Shown[] = JSON.parse(run(undefined, 'ip', '-j', ...args))
  return all.filter(one => Object.keys(one).length > 0)
}

function address(on: string, text: string): Address {
  const ipText = text as Ip
  const family = familyOf(ipText)
  return {
    link: on,
    address: ipText,
    prefix: hostPrefix(family),
    nodad: family === 'ipv6',
    dadFailed: false,
    owned: true,
  }
}

function link(op: Op, row: Link, from?: Link): Change {
  return { op, kind: 'link', row, ...(from === undefined ? {} : { from }) }
}

function create(row: Address): Change {
  return { op: 'create', kind: 'address', row }
}

function remove(row: Address): Change {
  return { op: 'delete', kind: 'address', row }
}

/** Without its epoch, which is of this kernel and of no apply. */
async function linkRow(table: Table, name: string): Promise<Link | undefined> {
  const row = (await table.read()).link?.get(`link ${name}`)
  if (row === undefined) return undefined
  const { epoch, ...rest } = row
  assert.type(epoch, 'string')
  return rest
}

/** The addresses that are not the kernel's own: loopback, link-local. In the order of their keys. */
async function global(table: Table): Promise<Address[]> {
  const rows = [...((await table.read()).address?.values() ?? [])]
  return rows.filter(row => row.link !== 'lo' && !row.address.startsWith('fe80:')).sort(byKey)
}

function byKey(a: Address, b: Address): number {
  return keyOf.address(a) < keyOf.address(b) ? -1 : 1
}

async function ownerOf(table: Table, row: Address): Promise<boolean | undefined> {
  return (await table.read()).address?.get(keyOf.address(row))?.owned
}

async function only(outcome: Promise<readonly Failure[]>): Promise<Failure['error']> {
  const [first, ...rest] = await outcome
  if (first === undefined || rest.length > 0)
    throw new Error(`${rest.length} failures more than one`)
  return first.error
}

test.run()
