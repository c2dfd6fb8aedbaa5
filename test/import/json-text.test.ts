import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { JsonFault, type JsonNode, JsonObject, readJson } from '../../src/import/json-text.ts'

function plain({ value }: JsonNode): unknown {
  if (value instanceof JsonObject)
    return Object.fromEntries(value.members.map(({ name, node }) => [name, plain(node)]))
  return Array.isArray(value) ? value.map(plain) : value
}

function refuses(text: string, message: string, at: number): void {
  const fault = readJson(text)
  assert.instance(fault, JsonFault, text)
  assert.equal({ ...(fault as JsonFault) }, { message, at }, text)
}

test('what JSON.parse reads it reads alike', () =>
  fc.assert(
    fc.property(fc.json(), fc.nat(3), (text, space) => {
      const spaced = JSON.stringify(JSON.parse(text), null, space)
      const node = readJson(spaced)
      assert.not.instance(node, JsonFault)
      assert.equal(plain(node as JsonNode), JSON.parse(text))
    }),
  ))

test('what JSON.parse refuses it refuses', () =>
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '{', ']', ',', '"', 'x'),
      (text, n, put) => {
        const at = n % (text.length + 1)
        const broken = text.slice(0, at) + put + text.slice(at + 1)
        let fine = true
        try {
          JSON.parse(broken)
        } catch {
          fine = false
        }
        assert.is(!(readJson(broken) instanceof JsonFault), fine, broken)
      },
    ),
  ))

test('a value knows where it stands', () => {
  const text = '{ "a": [1, {"b": null}] }'
  const node = readJson(text) as JsonNode
  const object = node.value as JsonObject
  const [member] = object.members
  assert.is(text.slice(member?.at, member?.end), '"a"')
  assert.is(text.slice(member?.node.at, member?.node.end), '[1, {"b": null}]')
})

test('a fault says what is expected, and where', () => {
  refuses('', 'the file ends where a value is expected', 0)
  refuses('{"a": 1,}', 'a name in double quotes is expected', 8)
  refuses("{'a': 1}", 'a name in double quotes is expected', 1)
  refuses('{"a" 1}', '":" is expected', 5)
  refuses('[1 2]', '"," or "]" is expected', 3)
  refuses('{"a": 1', 'the file ends where "," or "}" is expected', 7)
  refuses('{} // done', 'the end of the file is expected', 3)
  refuses('[01]', '"," or "]" is expected', 2)
  refuses('"a\nb"', 'a value is expected', 0)
})

test('nesting without end is refused, not followed', () => {
  refuses('['.repeat(100_000), 'nested deeper than 100 levels', 100)
})

test('a byte order mark is passed over', () => {
  assert.equal(plain(readJson('\ufeff{}') as JsonNode), {})
})

test.run()
