/** Tables that fit: nothing is lost, and no line is wider than the terminal unless one word is. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fittedTable, table } from '../../src/cli/text-table.ts'
import { wrapped } from '../../src/cli/wrap.ts'

const head = ['NAME', 'STATE', 'WEIGHT', 'CONNECTIONS', 'WHY']
const short = ['NAME', 'STATE', 'WEIGHT', 'CONN', 'WHY']
const rows = [
  head,
  ['web'],
  ['  tcp [2001:db8:1234:5678::1]:80', 'ok', 'wrr', '', '1 of 2 up'],
  ['    10.0.0.1:80', 'ok', '1', '12', ''],
  ['    10.0.0.2:80', 'out', '0', '-', 'drained by ada, 119m left: kernel update'],
]

test('where there is room it is as wide as it is', () => {
  for (const width of [undefined, 200]) assert.equal(fittedTable(rows, width, short), table(rows))
})

test('where there is none, what does not fit stands below', () => {
  assert.is(
    fittedTable(rows, 46, short).join('\n'),
    `
NAME                       STATE  WEIGHT  CONN
web
  tcp [2001:db8:1234:5678::1]:80
                           ok     wrr
      1 of 2 up
    10.0.0.1:80            ok     1       12
    10.0.0.2:80            out    0       -
        drained by ada, 119m left: kernel
        update`.slice(1),
  )
})

test('no word is lost, and no line is too wide', () => {
  const word = fc.stringMatching(/^[a-z0-9.:-]{1,8}$/)
  const prose = fc.array(word, { maxLength: 12 }).map(words => words.join(' '))
  const row = fc
    .tuple(fc.constantFrom('', '  ', '    '), word, word, word, word, prose)
    .map(([margin, name, ...cells]) => [margin + name, ...cells])
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 60, max: 110 }),
      (some, width) => {
        const lines = fittedTable([head.map(() => 'x'), ...some], width)
        assert.ok(
          lines.every(line => line.length <= width),
          lines.join('\n'),
        )
        assert.ok(lines.every(line => !line.endsWith(' ')))
        const words = (text: string): string => text.trim().split(/\s+/).join(' ')
        assert.is(words(lines.slice(1).join(' ')), words(some.flat().join(' ')))
      },
    ),
  )
})

test('a text is broken between words, and a long word stays whole', () => {
  assert.equal(wrapped('one two three', 7), ['one two', 'three'])
  assert.equal(wrapped('one two three', 8, '- ', '  '), ['- one', '  two', '  three'])
  assert.equal(wrapped('a 0123456789 b', 5), ['a', '0123456789', 'b'])
})

test.run()
