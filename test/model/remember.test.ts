import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { replaced } from '../../src/model/overlay.ts'
import { openComparison, openMemory } from '../../src/model/remember.ts'

interface Value {
  readonly value: number
}

const key = fc.integer({ min: 0, max: 19 }).map(String)
const values = fc.array(fc.tuple(key, fc.integer({ min: 0, max: 2 })), { maxLength: 30 })
const toMap = (entries: readonly (readonly [string, number])[]): ReadonlyMap<string, Value> =>
  new Map(entries.map(([name, value]) => [name, { value }]))

/** Only keys that are there already can be replaced. */
const replacing = (
  map: ReadonlyMap<string, Value>,
  entries: readonly (readonly [string, number])[],
): ReadonlyMap<string, Value> =>
  replaced(map, toMap(entries.filter(([name]) => map.has(name)).slice(0, 2)))

test('a comparison that remembers finds what one that does not would, whatever was replaced since', () => {
  fc.assert(
    fc.property(
      values,
      values,
      fc.array(fc.tuple(values, values), { maxLength: 8 }),
      (one, two, rounds) => {
        const compare = openComparison<Value>((x, y) => x.value === y.value)
        let [a, b] = [toMap(one), toMap(two)]
        for (const [left, right] of [[[], []] as const, ...rounds]) {
          a = replacing(a, left)
          b = replacing(b, right)
          assert.equal(compare(a, b), {
            unlike: [...a.keys()].filter(name => a.get(name)?.value !== b.get(name)?.value),
            extra: [...b.keys()].filter(name => !a.has(name)),
          })
        }
      },
    ),
  )
})

test('maps that were compared are looked at again only where something was replaced', () => {
  let looks = 0
  const compare = openComparison<Value>((x, y) => {
    looks++
    return x.value === y.value
  })
  const map = toMap(Array.from({ length: 100 }, (_, i) => [String(i), i]))
  compare(map, map)
  assert.is(looks, 100)
  const edited = replaced(map, new Map([['7', { value: 0 }]]))
  assert.equal(compare(edited, map).unlike, ['7'])
  assert.is(looks, 101)
  assert.equal(compare(edited, edited).unlike, [])
  assert.is(looks, 102)
})

test('a memory tells maps apart by which they are, in their order', () => {
  const memory = openMemory<{ readonly from: string }>()
  const [a, b] = [new Map(), new Map()]
  assert.equal(
    memory([a, b], () => ({ from: 'first' })),
    { from: 'first' },
  )
  assert.equal(
    memory([a, b], () => ({ from: 'never' })),
    { from: 'first' },
  )
  assert.equal(
    memory([b, a], () => ({ from: 'second' })),
    { from: 'second' },
  )
  assert.equal(
    memory([a], () => ({ from: 'third' })),
    { from: 'third' },
  )
})

test.run()
