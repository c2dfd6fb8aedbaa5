/** What other people and programs do to a live system: changes that are chosen when their time comes. */
import fc from 'fast-check'
import type { Change } from '../../src/model/change.ts'
import type { Ip } from '../../src/model/ip.ts'
import { type Address, keyOf, type Service } from '../../src/model/rows.ts'
import type { State } from '../../src/model/state.ts'
import { anyId, serviceOf } from './arbitrary.ts'

/** One act. It looks at the rows as they stand; no change = there was nothing to act on. */
export interface Act {
  readonly name: string
  act(state: State): readonly Change[]
}

const pick = fc.nat({ max: 1000 })

function nth<Row>(rows: Iterable<Row>, at: number): Row | undefined {
  const all = [...rows]
  return all[at % Math.max(1, all.length)]
}

/** ipvsadm -e: a weight by hand. */
const weigh: fc.Arbitrary<Act> = fc
  .tuple(pick, pick, fc.constantFrom(0, 1, 7))
  .map(([at, which, weight]) => ({
    name: `weight ${weight}`,
    act(state) {
      const from = nth(nth(state.service.values(), at)?.destinations ?? [], which)
      return from ? [{ op: 'update', kind: 'destination', row: { ...from, weight }, from }] : []
    },
  }))

/** ipvsadm -E: it knows nothing of marks, and wipes them. */
const edit: fc.Arbitrary<Act> = fc
  .tuple(pick, fc.constantFrom('rr', 'wlc', undefined))
  .map(([at, scheduler]) => ({
    name: `edit, ${scheduler}`,
    act(state) {
      const from = nth(state.service.values(), at)
      const other = scheduler === undefined ? {} : { scheduler, schedulerFlags: 0 }
      const row = from && { ...from, ...other, owned: false }
      return row ? [{ op: 'update', kind: 'service', row, from }] : []
    },
  }))

const removeDestination: fc.Arbitrary<Act> = fc.tuple(pick, pick).map(([at, which]) => ({
  name: 'remove a destination',
  act(state) {
    const row = nth(nth(state.service.values(), at)?.destinations ?? [], which)
    return row ? [{ op: 'delete', kind: 'destination', row }] : []
  },
}))

const removeService: fc.Arbitrary<Act> = pick.map(at => ({
  name: 'remove a service',
  act(state) {
    const row = nth(state.service.values(), at)
    return row ? [{ op: 'delete', kind: 'service', row }] : []
  },
}))

const clear: fc.Arbitrary<Act> = fc.constant({
  name: 'ipvsadm -C',
  act: state => [...state.service.values()].map(row => ({ op: 'delete', kind: 'service', row })),
})

const removeAddress: fc.Arbitrary<Act> = pick.map(at => ({
  name: 'remove an address',
  act(state) {
    const row = nth(state.address.values(), at)
    return row ? [{ op: 'delete', kind: 'address', row }] : []
  },
}))

/** `ip addr replace` without a protocol. */
const unmarkAddress: fc.Arbitrary<Act> = pick.map(at => ({
  name: 'unmark an address',
  act(state) {
    const from = nth(state.address.values(), at)
    return from ? [{ op: 'update', kind: 'address', row: { ...from, owned: false }, from }] : []
  },
}))

const linkAct: fc.Arbitrary<Act> = fc.constantFrom<Act>(
  {
    name: 'slb0 down',
    act(state) {
      const from = state.link.get('link slb0')
      return from ? [{ op: 'update', kind: 'link', row: { ...from, up: false }, from }] : []
    },
  },
  {
    name: 'slb0 without its alias',
    act(state) {
      const from = state.link.get('link slb0')
      return from ? [{ op: 'update', kind: 'link', row: { ...from, owned: false }, from }] : []
    },
  },
  {
    name: 'slb0 removed',
    act(state) {
      const row = state.link.get('link slb0')
      return row ? [{ op: 'delete', kind: 'link', row }] : []
    },
  },
)

/** Changes to what stands: to ours as to anybody's. */
export const disturb: fc.Arbitrary<Act> = fc.oneof(
  ...[weigh, edit, removeDestination, removeService, removeAddress, unmarkAddress, linkAct, clear],
)

/** A new service under a key that is free and that `isFree` says may be taken. */
export function addService(isFree: (key: string) => boolean): fc.Arbitrary<Act> {
  return anyId
    .chain(id => serviceOf(id, false))
    .map(row => ({
      name: `add ${row.id.key}`,
      act: state => (state.service.has(row.id.key) || !isFree(row.id.key) ? [] : whole(row)),
    }))
}

function whole(row: Service): Change[] {
  const destinations = row.destinations.map(
    (one): Change => ({ op: 'create', kind: 'destination', row: one }),
  )
  return [{ op: 'create', kind: 'service', row }, ...destinations]
}

/** A new address that nobody wants, on a link that is there. */
export const addAddress: fc.Arbitrary<Act> = fc
  .tuple(fc.constantFrom('eth0', 'lb0', 'slb0'), fc.constantFrom('198.51.100.7', '198.51.100.8'))
  .map(([link, ip]) => {
    const row: Address = {
      link,
      address: ip as Ip,
      prefix: 32,
      nodad: false,
      dadFailed: false,
      owned: false,
    }
    return {
      name: `add ${keyOf.address(row)}`,
      act: state =>
        state.link.has(`link ${link}`) ? [{ op: 'create', kind: 'address', row }] : [],
    }
  })

/** Somebody adds an address by hand that slb may be about to add. */
export const takeAddress: fc.Arbitrary<Act> = fc
  .tuple(fc.constantFrom('slb0', 'eth0'), fc.constantFrom('192.0.2.10', '192.0.2.11'))
  .map(([link, ip]) => {
    const address = ip as Ip
    const row: Address = { link, address, prefix: 32, nodad: false, dadFailed: false, owned: false }
    return {
      name: `take ${keyOf.address(row)}`,
      act: ({ link: links, address: there }) =>
        links.has(`link ${link}`) && !there.has(keyOf.address(row))
          ? [{ op: 'create', kind: 'address', row }]
          : [],
    }
  })

/** Somebody puts an empty service of his own in the place of a marked one that nobody wants any more. */
export function usurpUnwanted(isWanted: (key: string) => boolean): fc.Arbitrary<Act> {
  return pick.map(at => ({
    name: 'put another service in the place of one that is to go',
    act(state) {
      const victims = [...state.service.values()].filter(row => row.owned && !isWanted(row.id.key))
      const row = nth(victims, at)
      const empty = row && { ...row, owned: false, destinations: [] }
      return empty ? [{ op: 'delete', kind: 'service', row }, ...whole(empty)] : []
    },
  }))
}

/** Somebody puts a service of his own in the place of one that stands: same key, no mark. */
export const usurp: fc.Arbitrary<Act> = pick.map(at => ({
  name: 'put another service in the place of one',
  act(state) {
    const row = nth(state.service.values(), at)
    return row ? [{ op: 'delete', kind: 'service', row }, ...whole({ ...row, owned: false })] : []
  },
}))
