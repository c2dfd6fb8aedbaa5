import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { frame, plainPaint } from '../../src/config/frame.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'

const diagnostic = (parts: Partial<Diagnostic>): Diagnostic => ({
  severity: 'error',
  code: 'some-code',
  message: 'what happened',
  ...parts,
})
const place = { file: 'a.toml', line: 7, column: 3 }

test('without a text there is only the message', () => {
  assert.is(frame(diagnostic({})), 'error[some-code]: what happened')
})

test('the caret stands below what it means, behind tabs too', () => {
  assert.is(
    frame(diagnostic({ place, line: '\t\tport = 80', length: 4, suggestion: 'do this' })),
    [
      'error[some-code]: what happened',
      '  --> a.toml:7:3',
      '  |',
      '7 |     port = 80',
      '  |     ^^^^',
      '  = do this',
    ].join('\n'),
  )
})

test('a long line is cut around the caret', () => {
  const line = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`
  const text = frame(diagnostic({ place: { ...place, column: 501 }, line, length: 4 }))
  const [shown = '', caret = ''] = text.split('\n').slice(-2)
  assert.ok(shown.length < 140)
  assert.is(shown.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1), 'HERE')
})

test('nothing of the user can steer the terminal', () => {
  const line = 'a = "\u001b[31m\u202e\u0007"'
  const text = frame(diagnostic({ place: { ...place, file: 'b\u001b.toml' }, line, length: 30 }))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there
  assert.not.match(text, /[\u0000-\u0009\u000b-\u001f\u202e]/)
})

test('an empty line has its number, and a place at the end of a line its caret', () => {
  assert.match(frame(diagnostic({ place, line: 'ab' })), /7 \| ab\n {2}\| {3}\^$/)
})

test('colours come from outside', () => {
  const text = frame(diagnostic({ severity: 'warning' }), {
    ...plainPaint,
    warning: each => `<${each}>`,
  })
  assert.is(text, '<warning[some-code]>: what happened')
})

test.run()
