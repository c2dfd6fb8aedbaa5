/** When memory is given back. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openTidying } from '../../src/daemon/tidy.ts'

const megabyte = 1 << 20

test('what a first load leaves is given back, and then each time that much has piled up', () => {
  let used = 90 * megabyte
  let collections = 0
  const tidy = openTidying(() => ({
    used: () => used,
    collect: () => {
      collections++
      used = 50 * megabyte
    },
  }))
  tidy()
  assert.is(collections, 1)
  used = 81 * megabyte
  tidy()
  assert.is(collections, 1, 'not worth it yet')
  used = 82 * megabyte
  tidy()
  assert.is(collections, 2)
})

const outside = (): number => process.memoryUsage().external

/** What is used while twenty texts of 4 MB are there; afterwards nobody needs them. */
function withTexts(): number {
  const texts = Array.from({ length: 20 }, () => Buffer.alloc(4 * megabyte, 1))
  const used = outside()
  assert.is(texts.length, 20)
  return used
}

test('a thread gives back texts that nobody needs any more', async () => {
  const tidy = openTidying()
  tidy()
  const before = outside()
  assert.ok(withTexts() - before > 70 * megabyte)
  tidy()
  // What is freed is swept beside the thread.
  while (outside() - before > 40 * megabyte) await new Promise(resolve => setTimeout(resolve, 5))
})

test.run()
