/** When an address of ours that does not show our mark is marked again. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ip } from '../../src/model/ip.ts'
import type { Address } from '../../src/model/rows.ts'
import { stateOf } from '../../src/model/state.ts'
import { plan } from '../../src/plan/plan.ts'

const test = suite('marks of addresses')

const marked: Address = {
  link: 'eth0',
  address: '192.0.2.10' as Ip,
  prefix: 32,
  nodad: false,
  dadFailed: false,
  owned: true,
}
const key = 'address eth0 192.0.2.10/32'
const other: Address = { ...marked, address: '192.0.2.11' as Ip }
const otherKey = 'address eth0 192.0.2.11/32'

test('a lost mark is put back where the kernel can', () => {
  const { changes } = planned(other, () => true)
  assert.equal(
    changes.map(({ op, kind, row }) => [op, kind, row]),
    [['update', 'address', marked]],
  )
})

test('where it cannot, the journal is enough', () => {
  assert.equal(planned(other, () => false).changes, [])
})

test('where no address shows a mark at all, none is lost', () => {
  assert.equal(planned({ ...other, owned: false }, () => true).changes, [])
})

/** An address that the ledger calls ours and that shows no mark, beside another one. */
function planned(beside: Address, canMark: () => boolean): ReturnType<typeof plan> {
  const link = { name: 'eth0', type: 'device', up: true, owned: false }
  const seen = [
    [key, { ...marked, owned: false }],
    [otherKey, beside],
  ] as const
  const wanted = [
    [key, marked],
    [otherKey, other],
  ] as const
  return plan({
    wanted: {
      state: stateOf({ address: new Map(wanted) }),
      policies: new Map(),
      names: new Map(),
      reasons: new Map(),
    },
    seen: stateOf({ link: new Map([['link eth0', link]]), address: new Map(seen) }),
    ledger: {
      service: new Map(),
      address: new Set([key, otherKey]),
      link: new Set(),
      snat: new Set(),
      settings: new Map(),
      begun: new Set(),
      draining: new Map(),
      gobgpds: new Set(),
      strict: new Set(),
    },
    conflict: 'refuse',
    canMark,
  })
}

test.run()
