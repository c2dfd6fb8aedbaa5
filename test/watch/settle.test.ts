import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { absent, type Print } from '../../src/watch/fingerprint.ts'
import { type Moving, type Settling, settle } from '../../src/watch/settle.ts'

const patience = { inPlace: 250, whole: 50, limit: 2000 }

const print = (inode: string, state: string, more: Partial<Print> = {}): Print => ({
  inode,
  state,
  bare: true,
  empty: false,
  ...more,
})

/** A file that is looked at again and again; `sights` are what is seen, and when, and when it was heard of. */
function watchOne(
  taken: Print,
  sights: readonly (readonly [now: number, print: Print, heard?: number])[],
  written: boolean | undefined,
): Settling {
  let settling: Settling = {
    moving: new Map(),
    ripe: [],
    waiting: false,
    restless: [],
    next: undefined,
  }
  for (const [now, seen, heard] of sights)
    settling = settle(
      new Map([['a', taken]]),
      settling.moving,
      {
        from: now,
        now,
        prints: new Map([['a', seen]]),
        written: () => written,
        heard: () => heard,
      },
      patience,
    )
  return settling
}

const old = print('1', 'old')

test('what did not change does not move', () => {
  assert.equal(watchOne(old, [[0, old]], false), {
    moving: new Map(),
    ripe: [],
    waiting: false,
    restless: [],
    next: undefined,
  })
})

for (const [what, wait, sight, written] of [
  ['written in place', 250, print('1', 'new'), false],
  ['replaced by a whole one', 50, print('2', 'new'), false],
  ['replaced by one that is written to', 250, print('2', 'new'), true],
  ['replaced by an empty one', 250, print('2', 'new', { empty: true }), false],
  ['replaced, and nobody knows how', 250, print('2', 'new'), undefined],
  [
    'replaced, and nobody knows how, but something followed on the last write',
    50,
    print('2', 'new', { bare: false }),
    undefined,
  ],
  ['gone', 250, absent, false],
  ['unreadable', 250, { ...absent, state: 'EACCES' }, false],
] as const)
  test(`a file that is ${what} must stand still for ${wait} ms`, () => {
    const early = watchOne(
      old,
      [
        [1000, sight],
        [1000 + wait - 1, sight],
      ],
      written,
    )
    assert.equal([early.ripe, early.next], [[], 1000 + wait])
    const due = watchOne(
      old,
      [
        [1000, sight],
        [1000 + wait, sight],
      ],
      written,
    )
    assert.equal([due.ripe, due.next], [['a'], undefined])
  })

test('whatever moves meanwhile starts over, and is written in place', () => {
  const { ripe, next } = watchOne(
    old,
    [
      [0, print('2', 'half')],
      [40, print('2', 'whole')],
      [90, print('2', 'whole')],
    ],
    false,
  )
  assert.equal([ripe, next], [[], 290])
})

test('a write that is told of late makes the wait longer', () => {
  const seen = print('2', 'half')
  const first = watchOne(old, [[0, seen]], false)
  const taken = new Map([['a', old]])
  const prints = new Map([['a', seen]])
  const later = settle(
    taken,
    first.moving,
    { from: 50, now: 50, prints, written: () => true, heard: () => undefined },
    patience,
  )
  assert.equal([later.ripe, later.next], [[], 250])
})

const whole = print('2', 'new', { bare: false })

/** A whole file, and when something was last heard of it. */
function heardOf(moments: readonly (readonly [now: number, heard: number])[], written?: boolean) {
  return watchOne(
    old,
    moments.map(([now, heard]) => [now, whole, heard]),
    written,
  )
}

test('a file that was put in place stands still since that was heard, not since it was looked at', () => {
  assert.is(heardOf([[1000, 985]], false).next, 1035)
  assert.equal(
    heardOf(
      [
        [1000, 985],
        [1035, 985],
      ],
      false,
    ).ripe,
    ['a'],
  )
})

test('what is heard of it after that makes the wait longer', () => {
  const late = heardOf(
    [
      [1000, 985],
      [1035, 1010],
    ],
    false,
  )
  assert.equal([late.ripe, late.next], [[], 1060])
})

test('what was heard of one that moves on is not about what it is now', () => {
  const sights = [
    [1000, whole, 985],
    [1030, print('3', 'newer', { bare: false }), 985],
  ] as const
  assert.equal([watchOne(old, sights, false).ripe, watchOne(old, sights, false).next], [[], 1080])
})

test('where not everything is told of, it counts when it was looked at', () => {
  assert.is(heardOf([[1000, 985]]).next, 1050)
  assert.is(heardOf([[1000, 985]], true).next, 1250)
})

test('what comes back as it was has not moved', () => {
  const { moving } = watchOne(
    old,
    [
      [0, absent],
      [100, old],
    ],
    false,
  )
  assert.is(moving.size, 0)
})

/** Two files: `a` is as given, `b` is new since 0 and whole. */
const two = (now: number, a: Moving): Settling =>
  settle(
    new Map([
      ['a', old],
      ['b', old],
    ]),
    new Map([
      ['a', a],
      ['b', { print: print('2', 'b'), since: 0, began: 0, inPlace: false }],
    ]),
    {
      from: now,
      now,
      prints: new Map([
        ['a', a.print],
        ['b', print('2', 'b')],
      ]),
      written: () => false,
      heard: () => undefined,
    },
    patience,
  )

test('files that change together are taken together', () => {
  const a = { print: print('1', 'new'), since: 10, began: 10, inPlace: true }
  assert.equal(two(100, a).ripe, [])
  assert.equal(two(260, a).ripe, ['a', 'b'])
})

test('nobody waits longer than the limit, whoever moves', () => {
  const a = { print: print('1', 'new'), since: 1900, began: 1900, inPlace: true }
  assert.equal([two(2000, a).ripe, two(2000, a).waiting], [[], true])
  assert.equal([two(2001, a).ripe, two(2001, a).waiting], [['b'], false])
})

test('nobody waits for a restless file', () => {
  const a = { print: print('1', 'new'), since: 2090, began: 10, inPlace: true }
  const { ripe, restless, next } = two(2100, a)
  assert.equal([ripe, restless, next], [['b'], ['a'], 2340])
})

test.run()
