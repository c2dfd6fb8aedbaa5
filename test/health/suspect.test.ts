/** Is it them or is it us? The table, and the counts behind it. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { circlesOf, type Standing, Suspicion } from '../../src/health/suspect.ts'
import { check } from '../property/runs.ts'

/** Circles as text, each letter a check: `well` is small, failing a capital, `.` has nothing to lose. */
function suspect(text: string): boolean {
  const circles = text.split(' ')
  const numbers = circles.flatMap((circle, number) => [...circle].map(() => number))
  const suspicion = new Suspicion(numbers)
  for (const [at, letter] of [...circles.join('')].entries())
    suspicion.place(at, standingOf(letter))
  return suspicion.suspect
}

function standingOf(letter: string): Standing {
  if (letter === '.') return 'out'
  return letter === letter.toUpperCase() ? 'failing' : 'well'
}

const table: readonly [circles: string, is: boolean, why: string][] = [
  ['A B C', true, 'all of three'],
  ['A B c', true, 'two of three'],
  ['A b c', false, 'one of three'],
  ['A B', false, 'two groups are too few to tell'],
  ['AAAA', false, 'one service may die as a whole'],
  ['AAAA B', false, 'so may two'],
  ['AAAAAAAA b c', false, 'a big one that dies does not make a majority of groups'],
  ['A B C dddddddd', false, 'three small ones do not make a majority of backends'],
  ['A B c d', false, 'half is not more than half'],
  ['AAa BBb ccc', false, 'four of nine'],
  ['AAa BBb CCc', true, 'two thirds of each'],
  ['Aa Bb Cc', false, 'half of each'],
  ['A B . .', false, 'what was down before does not count as a group'],
  ['A.. B.. c..', true, 'nor as a backend'],
  ['. . .', false, 'nobody has anything to lose'],
  ['', false, 'nothing is checked'],
]
for (const [circles, is, why] of table)
  test(`${circles || '(none)'}: ${why}`, () => assert.is(suspect(circles), is))

test('checks that share a service or an address belong together, through any number of steps', () => {
  const one = (address: string, ...groups: string[]) => ({ address, groups })
  const circles = circlesOf([
    one('10.0.0.1', 'web'),
    one('10.0.0.2', 'web'),
    one('10.0.0.2', 'api'),
    one('10.0.0.3', 'api', 'mail'),
    one('10.0.0.4', 'dns'),
    one('10.0.0.5'),
    one('10.0.0.5', 'ntp'),
    one('web'),
  ])
  assert.equal(circles, [0, 0, 0, 0, 1, 2, 2, 3])
})

test('counts that are kept are those that would be taken anew', async () => {
  const anyStanding = fc.constantFrom<Standing>('out', 'well', 'failing')
  const anyMoves = fc.array(fc.tuple(fc.nat(11), anyStanding), { maxLength: 60 })
  await check(
    'counts',
    300,
    fc.property(
      fc.array(fc.nat(4), { minLength: 12, maxLength: 12 }),
      anyMoves,
      (circles, moves) => {
        const kept = new Suspicion(circles)
        const now: Standing[] = circles.map(() => 'out')
        for (const [at, standing] of moves) {
          kept.place(at, standing)
          now[at] = standing
          assert.is(kept.suspect, anew(circles, now))
        }
      },
    ),
  )
})

/** The rule, said in another way. */
function anew(circles: readonly number[], standings: readonly Standing[]): boolean {
  const asked = standings.map((standing, at) => ({ standing, circle: circles[at] }))
  const counting = asked.filter(({ standing }) => standing !== 'out')
  const failing = counting.filter(({ standing }) => standing === 'failing')
  const all = new Set(counting.map(({ circle }) => circle))
  const hit = [...all].filter(circle => {
    const of = (list: typeof asked): number => list.filter(one => one.circle === circle).length
    return of(failing) > of(counting) / 2
  })
  return all.size >= 3 && hit.length > all.size / 2 && failing.length > counting.length / 2
}

test.run()
