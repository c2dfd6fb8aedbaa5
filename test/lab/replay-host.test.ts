/** Links, addresses and switches in memory against the real ones: the same writes, the same answers, the same rows. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change, Op } from '../../src/model/change.ts'
import type { Ip } from '../../src/model/ip.ts'
import { type Address, keyOf, type Link, type Sysctl } from '../../src/model/rows.ts'
import { type State, stateOf } from '../../src/model/state.ts'
import { openNetlink, protocol } from '../../src/netlink/socket.ts'
import { addressTable } from '../../src/table/address/table.ts'
import { memoryTable } from '../../src/table/memory.ts'
import { toText } from '../../src/table/snapshot.ts'
import { sysctlTable } from '../../src/table/sysctl.ts'
import type { Table } from '../../src/table/table.ts'
import { record } from '../property/rows.ts'
import { check } from '../property/runs.ts'
import { enterFreshNamespace, ip } from './namespace.ts'

const ops: readonly Op[] = ['create', 'create', 'create', 'update', 'adopt', 'delete']
const names = ['d0', 'd1', 'slb0']

const anyLink = record<Link>({
  name: fc.constantFrom(...names, ...names, 'fifteen-letters', 'sixteen-letters0', 'a/b', 'a b'),
  type: fc.constant('dummy'),
  up: fc.constantFrom(true, true, true, false),
  owned: fc.boolean(),
})

const anyAddress = fc
  .tuple(
    fc.constantFrom(...names, 'd0', 'd0', 'nosuch'),
    fc.constantFrom(
      ...([
        ['192.0.2.10', 32],
        ['192.0.2.10', 24],
        ['192.0.2.11', 32],
        ['2001:db8::10', 128],
        ['2001:db8::10', 64],
        ['2001:db8::11', 128],
      ] as const),
    ),
    fc.boolean(),
  )
  .map(
    ([link, [address, prefix], owned]): Address => ({
      link,
      address: address as Ip,
      prefix,
      nodad: address.includes(':'),
      dadFailed: false,
      owned,
    }),
  )

const anySysctl = record<Sysctl>({
  name: fc.constantFrom('net.ipv4.ip_forward', 'net.ipv4.vs.sloppy_tcp', 'net.ipv4.vs.nosuch'),
  value: fc.constantFrom('0', '1', 'yes'),
})

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  { arbitrary: changing('link', anyLink), weight: 3 },
  { arbitrary: changing('address', anyAddress), weight: 6 },
  { arbitrary: changing('sysctl', anySysctl, ['update']), weight: 1 },
)

function changing(
  kind: Change['kind'],
  row: fc.Arbitrary<Change['row']>,
  can: readonly Op[] = ops,
): fc.Arbitrary<Change> {
  return (
    fc
      .tuple(fc.constantFrom(...can), row)
      // What is given back is ours until then.
      .map(([op, one]) => ({ op, kind, row: one, from: { ...one, owned: true } }) as Change)
  )
}

/** The answer to each change, one by one, and the rows afterwards. */
async function play(tables: readonly Table[], trace: readonly Change[]): Promise<string> {
  const lines: string[] = []
  for (const [at, change] of trace.entries()) {
    const table = tables.find(one => one.kinds.includes(change.kind))
    const key = (keyOf[change.kind] as (row: unknown) => string)(change.row)
    const [failure] = (await table?.apply([change])) ?? []
    lines.push(`${at} ${change.op} ${key}: ${failure?.error.code ?? 'done'}`)
  }
  let state = stateOf()
  for (const table of tables) state = { ...state, ...(await table.read()) }
  return [...lines, toText(shown(state))].join('\n')
}

/** Without the links that every namespace has, link-local addresses, and switches that nobody touched. */
function shown({ link, address, sysctl }: State): State {
  const touched = ['sysctl net.ipv4.ip_forward', 'sysctl net.ipv4.vs.sloppy_tcp']
  return stateOf({
    link: new Map([...link].filter(([, row]) => row.type === 'dummy')),
    address: new Map(
      [...address].filter(([, row]) => row.link !== 'lo' && !row.address.startsWith('fe80:')),
    ),
    sysctl: new Map([...sysctl].filter(([key]) => touched.includes(key))),
  })
}

const d0: Link = { name: 'd0', type: 'dummy', up: true, owned: false }

test('random writes are answered alike', () =>
  check(
    'traces on both hosts',
    40,
    fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 25 }), async trace => {
      enterFreshNamespace()
      ip(undefined, 'link add d0 type dummy', 'link set d0 up')
      const real = [addressTable(openNetlink(protocol.route)), sysctlTable()]
      const memory = memoryTable(stateOf({ link: new Map([['link d0', d0]]) }))
      try {
        assert.is(await play([memory], trace), await play(real, trace))
      } finally {
        for (const table of real) table.close()
      }
    }),
    1000,
  ))

test.run()
