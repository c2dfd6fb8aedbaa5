import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { countOf } from '../../src/model/health.ts'

test('a share of all is rounded up, and only where there is something to round', () => {
  for (let percent = 1; percent <= 100; percent++)
    for (let all = 0; all <= 1000; all++) {
      const exact = Math.trunc((percent * all + 99) / 100)
      assert.is(countOf({ share: percent / 100 }, all), exact, `${percent}% of ${all}`)
    }
})

test('a count is the same of however many', () => {
  assert.equal(
    [0, 1, 5].map(all => countOf({ count: 3 }, all)),
    [3, 3, 3],
  )
})

test.run()
