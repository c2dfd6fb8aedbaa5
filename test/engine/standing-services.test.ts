import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { standingServices } from '../../src/engine/standing-services.ts'
import { replaced } from '../../src/model/overlay.ts'
import type { Service } from '../../src/model/rows.ts'
import { stateOf } from '../../src/model/state.ts'
import type { Ledger, LedgerService, Policy, Wanted } from '../../src/plan/types.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { fromText } from '../../src/table/snapshot.ts'

const text = Array.from({ length: 24 }, (_, i) => `service tcp 192.0.2.${i}:80 wrr`).join('\n')
const base = fromText(text).state?.service ?? new Map<string, Service>()
const keys = [...base.keys()]

const some = fc.subarray(keys, { maxLength: 3 })
const edit = fc.record({
  seen: some,
  wanted: some,
  policies: some,
  refused: some,
  unsettled: some,
  persistence: fc.integer({ min: 1, max: 3 }),
  owned: fc.boolean(),
})

function changed<V extends object>(
  map: ReadonlyMap<string, V>,
  of: readonly string[],
  how: (value: V) => V,
): ReadonlyMap<string, V> {
  const news = new Map<string, V>()
  for (const key of of) {
    const value = map.get(key)
    if (value !== undefined) news.set(key, how(value))
  }
  return replaced(map, news)
}

test('what is remembered of maps never changes what is said of services', () => {
  assert.is(base.size, 24)
  fc.assert(
    fc.property(some, fc.array(edit, { maxLength: 10 }), (foreign, edits) => {
      let seen = base
      let wanted = new Map([...base].filter(([key]) => !foreign.includes(key))) as typeof base
      let policies: ReadonlyMap<string, Policy> = new Map(
        keys.map(key => [key, { name: key, drain: 1000, adopt: false }]),
      )
      let known: ReadonlyMap<string, LedgerService> = new Map()
      for (const { persistence, owned, ...of } of edits) {
        const row = (service: Service): Service => ({ ...service, persistence, owned })
        seen = changed(seen, of.seen, row)
        wanted = changed(wanted, of.wanted, row)
        policies = changed(policies, of.policies, policy => ({ ...policy, drain: persistence }))
        const say = (copy: <V>(map: ReadonlyMap<string, V>) => ReadonlyMap<string, V>) =>
          standingServices(
            { ...emptyLedger, service: copy(known) } satisfies Ledger,
            stateOf({ service: copy(seen) }),
            { state: stateOf({ service: copy(wanted) }), policies: copy(policies) } as Wanted,
            new Set(of.refused),
            new Set(of.unsettled),
          )
        const anew = say(map => new Map(map))
        known = say(map => map)
        assert.equal(new Map(known), new Map(anew))
      }
    }),
  )
})

test.run()
