/** When memory is given back. */
import { getHeapSpaceStatistics } from 'node:v8'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openTidying } from '../../src/daemon/tidy.ts'

const megabyte = 1 << 20

/** A thread's memory, which is used as the test says. */
function rig() {
  const done: string[] = []
  const memory = { used: 90 * megabyte, young: 0 }
  const tidy = openTidying(() => ({
    used: () => memory.used,
    young: () => memory.young,
    collect: what => {
      done.push(what)
      memory.young = 0
      if (what === 'all') memory.used = 50 * megabyte
    },
  }))
  return { memory, tidy, done }
}

test('what a first load leaves is given back, and then each time that much has piled up', () => {
  const { memory, tidy, done } = rig()
  tidy(true)
  assert.equal(done, ['all'])
  memory.used = 81 * megabyte
  tidy(true)
  assert.equal(done, ['all'], 'not worth it yet')
  memory.used = 82 * megabyte
  tidy(false)
  assert.equal(done, ['all'], 'small work leaves it')
  tidy(true)
  assert.equal(done, ['all', 'all'])
})

test('what is young is collected after any work, so that the next is not held up by it', () => {
  const { memory, tidy, done } = rig()
  memory.young = megabyte / 2
  tidy(false)
  assert.equal(done, [], 'not worth it yet')
  memory.young = megabyte
  tidy(false)
  assert.equal(done, ['young'])
})

test('a thread has less that is young afterwards', () => {
  const young = (): number =>
    getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_used_size ?? 0
  const tidy = openTidying()
  tidy(true)
  let kept: readonly number[][] = []
  for (let piece = 0; piece < 20; piece++) kept = [Array.from({ length: 10_000 }, Math.random)]
  const before = young()
  tidy(false)
  assert.ok(before < megabyte || young() < before, `${kept.length}: ${before}, then ${young()}`)
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
  tidy(true)
  const before = outside()
  assert.ok(withTexts() - before > 70 * megabyte)
  tidy(true)
  // What is freed is swept beside the thread.
  while (outside() - before > 40 * megabyte) await new Promise(resolve => setTimeout(resolve, 5))
})

test.run()
