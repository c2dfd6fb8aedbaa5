/** A snapshot loses nothing: text and JSON are exact inverses of the State. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromText, toText } from '../../src/table/snapshot.ts'
import { fromJson } from '../../src/table/snapshot-from-json.ts'
import { toJson } from '../../src/table/snapshot-json.ts'
import { anyState } from './rows.ts'
import { check } from './runs.ts'

test('text: what is printed reads back as the same State, and prints as the same text', () =>
  check(
    'text round trip',
    400,
    fc.property(anyState, state => {
      const text = toText(state)
      const back = fromText(text)
      assert.equal(back.diagnostics, [])
      assert.equal(back.state, state)
      assert.is(toText(back.state), text)
    }),
  ))

test('text: the order of the rows does not matter, the print is canonical', () =>
  check(
    'canonical order',
    100,
    fc.property(anyState, state => {
      const reversed = Object.fromEntries(
        Object.entries(state).map(([kind, rows]) => [kind, new Map([...rows].reverse())]),
      ) as unknown as typeof state
      assert.is(toText(reversed), toText(state))
    }),
  ))

test('JSON: what is written reads back as the same State', () =>
  check(
    'JSON round trip',
    200,
    fc.property(anyState, state => {
      const back = fromJson(JSON.parse(JSON.stringify(toJson(state))))
      assert.equal(back.diagnostics, [])
      assert.equal(back.state, state)
    }),
  ))

test('text: no input makes the reader throw', () =>
  check(
    'hostile text',
    300,
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.tuple(anyState, fc.nat(), fc.string({ maxLength: 3 })).map(([state, at, junk]) => {
          const text = toText(state)
          const cut = text.length === 0 ? 0 : at % text.length
          return text.slice(0, cut) + junk + text.slice(cut + 1)
        }),
      ),
      text => {
        const { state, diagnostics } = fromText(text)
        for (const one of diagnostics) assert.ok((one.place?.line ?? 0) >= 1)
        // Whatever was understood is a State like any other.
        assert.equal(fromText(toText(state)).state, state)
      },
    ),
  ))

test.run()
