/** Waiting for what daemons come to. */

import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import * as assert from 'uvu/assert'

/** Long enough for a busy machine; whoever waits so long has failed. */
const patience = 30_000

/** Looks until something is there, and returns it. Throws with what was last seen. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  good: (seen: T) => boolean,
  limit: number = patience,
): Promise<T> {
  const began = performance.now()
  for (;;) {
    const seen = await look()
    if (good(seen)) return seen
    if (performance.now() - began > limit)
      throw new Error(`${what}: not within ${limit / 1000} s; last seen: ${JSON.stringify(seen)}`)
    await sleep(50)
  }
}

/** Looks until what is there equals what is expected; else fails with the difference. */
export async function untilEqual<T>(
  what: string,
  look: () => Promise<T> | T,
  expected: T,
  limit: number = patience,
): Promise<void> {
  const began = performance.now()
  for (;;) {
    const seen = await look()
    if (isDeepStrictEqual(seen, expected)) return
    if (performance.now() - began > limit) assert.equal(seen, expected, what)
    await sleep(50)
  }
}

/** Asserts that something stays so for some time. */
export async function stays<T>(
  what: string,
  milliseconds: number,
  look: () => Promise<T> | T,
  good: (seen: T) => boolean,
): Promise<void> {
  for (const began = performance.now(); performance.now() - began < milliseconds; ) {
    const seen = await look()
    if (!good(seen)) throw new Error(`${what}: ${JSON.stringify(seen)}`)
    await sleep(20)
  }
}
