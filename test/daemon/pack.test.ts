/** Texts on their way to the engine: in pieces, given away, and only once. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Sources } from '../../src/config/read.ts'
import { openPacker, openUnpacker, transferOf } from '../../src/daemon/pack.ts'

const source = (file: string, length: number) => ({ file, text: Buffer.alloc(length, file) })
const now = (...sources: Sources['sources']): Sources => ({
  sources,
  diagnostics: [],
  unreadable: [],
})

/** As the message port does it: what is given away is the sender's no more. */
function sent(packer: ReturnType<typeof openPacker>, what: Sources) {
  return [...packer(what)].map(one => structuredClone(one, { transfer: transferOf(one) }))
}

test('everything arrives, in its order, and the sender keeps its texts', () => {
  const files = ['a', 'b', 'c', 'd', 'e'].map(file => source(file, 100_000))
  const unpack = openUnpacker()
  const orders = sent(openPacker(), now(...files))
  assert.ok(orders.length > 2, 'more than one piece')
  const came = orders.map(unpack).at(-1)
  assert.equal(
    came?.sources.map(({ file, text }) => [file, `${Buffer.from(text)}`]),
    files.map(({ file, text }) => [file, `${text}`]),
  )
  assert.ok(files.every(({ text }) => text.length === 100_000))
})

test('a long file goes alone', () => {
  const orders = sent(openPacker(), now(source('a', 10), source('b', 1_000_000), source('c', 10)))
  assert.equal(
    orders.map(one => (one.kind === 'texts' ? one.texts.map(({ file }) => file) : one.kind)),
    [['a'], ['b'], ['c'], 'files'],
  )
})

test('what did not change is not sent again, and is the same object at the other end', () => {
  const [a, b] = [source('a', 10), source('b', 10)]
  const packer = openPacker()
  const unpack = openUnpacker()
  const first = sent(packer, now(a, b)).map(unpack).at(-1)
  const orders = sent(packer, now(a, source('b', 20)))
  assert.equal(
    orders.map(one => one.kind === 'texts' && one.texts.map(({ file }) => file)),
    [['b'], false],
  )
  const second = orders.map(unpack).at(-1)
  assert.is(second?.sources[0], first?.sources[0])
  assert.is(second?.sources[1]?.text.length, 20)
})

test.run()
