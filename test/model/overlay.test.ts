import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { replaced } from '../../src/model/overlay.ts'

interface Value {
  readonly value: number
}

const size = 30
const base: ReadonlyMap<number, Value> = new Map(
  Array.from({ length: size }, (_, i) => [i, { value: i }]),
)

/** As it looks from outside, in every way that a map can be looked at. */
const seen = (map: ReadonlyMap<number, Value>): unknown => {
  const each: [number, Value][] = []
  map.forEach((value, key, of) => {
    assert.is(of, map)
    each.push([key, value])
  })
  return [
    map.size,
    [...map],
    [...map.entries()],
    [...map.keys()],
    [...map.values()],
    each,
    Array.from({ length: size + 1 }, (_, i) => [map.has(i), map.get(i)]),
  ]
}

const news = fc.array(fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer()), {
  maxLength: 6,
})

test('after any replacements it is as a copy would be, and what it was made of is untouched', () => {
  fc.assert(
    fc.property(fc.array(news, { maxLength: 6 }), rounds => {
      const copy = new Map(base)
      let map = base
      for (const round of rounds) {
        const values = new Map(round.map(([key, value]) => [key, { value }]))
        for (const [key, value] of values) copy.set(key, value)
        const before = map
        const was = seen(before)
        map = replaced(before, values)
        assert.equal(seen(map), seen(copy))
        assert.equal(seen(before), was)
      }
    }),
  )
})

test('nothing replaced is the same map', () => {
  assert.is(replaced(base, new Map()), base)
})

test.run()
