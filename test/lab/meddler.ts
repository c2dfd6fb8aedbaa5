/**
 * Loaded before the program (`node --import`), in each of its threads: has one of them die or hang.
 *
 * MEDDLE names a folder. A file `checks.hang` there has the checking thread hang for as long as the file is
 * there, also one that was begun anew; `checks.die` has it die once. So have `speaking.*` and `engine.*`
 * theirs. Signs of life pass so many times as fast as PACE says: nobody waits for a minute.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const { MEDDLE: folder = '', PACE: pace = '1' } = process.env
/** How often signs of life pass, in milliseconds. */
const usual = 1000

const entries = {
  checks: '/health/thread.js',
  speaking: '/bgp/thread.js',
  engine: '/cli/engine-thread.js',
}

const every = globalThis.setInterval
const faster: (...args: Parameters<typeof setInterval>) => NodeJS.Timeout = (
  work,
  delay,
  ...args
) => every(work, delay === usual ? usual / Number(pace) : delay, ...args)
globalThis.setInterval = Object.assign(faster, every)

function meddle(name: string): void {
  const lies = join(folder, `${name}.die`)
  const hangs = join(folder, `${name}.hang`)
  const cell = new Int32Array(new SharedArrayBuffer(4))
  every(() => {
    if (existsSync(lies)) {
      rmSync(lies)
      throw new Error(`${name}: dies`)
    }
    while (existsSync(hangs)) Atomics.wait(cell, 0, 0, 20)
  }, 20).unref()
}

if (!isMainThread)
  for (const [name, entry] of Object.entries(entries))
    if (process.argv[1]?.endsWith(entry)) meddle(name)
