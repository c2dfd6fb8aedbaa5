/**
 * Loaded before a program (`node --import`): writes down how long its main thread did not come round.
 *
 * A ticker of 10 ms; each longer gap is a line of the file that TICKER names: its beginning and its end
 * in milliseconds of the monotonic clock, which is the same in all processes.
 */
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const tick = 10

export interface Gap {
  readonly from: number
  readonly to: number
}

export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

const file = process.env['TICKER']
if (isMainThread && file !== undefined) {
  appendFileSync(file, '')
  let last = now()
  setInterval(() => {
    const from = last
    last = now()
    if (last - from > 2 * tick) appendFileSync(file, `${from} ${last}\n`)
  }, tick).unref()
}
