/** A file that is written in pieces, cut anywhere: no piece is ever told for the whole. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rounds } from '../rounds.ts'
import { makeRig, settle, textsOf } from './rig.ts'

/** So many at once, each of them cut at two places. */
const batch = 40
const batches = rounds(1, 13)

const text = (port: number): string =>
  `[service.web]\nvip = "192.0.2.10"\nport = ${port}\nbackends = ["10.0.0.11:80", "10.0.0.12:80"]\n`
/** Cut after `port = 8` each of them is valid, and wrong. */
const [old, saved] = [text(81), text(80)]

type Open = 'truncated' | 'over the old text' | 'new'

/**
 * Writes it in pieces. False if two of them were so far apart that the first stood still for `settle`: on
 * a machine that has much to do a pause may take longer than it was to.
 */
async function write(path: string, cuts: readonly number[], open: Open): Promise<boolean> {
  const name = open === 'new' ? path.replace('a.toml', 'b.toml') : path
  let before = performance.now()
  const file = openSync(name, open === 'over the old text' ? 'r+' : 'w')
  let at = 0
  let longest = 0
  for (const cut of new Set([...cuts, saved.length])) {
    if (at > 0) await sleep(settle / 2)
    writeSync(file, saved.slice(at, cut))
    at = cut
    longest = Math.max(longest, performance.now() - before)
    before = performance.now()
  }
  closeSync(file)
  return longest < settle
}

async function round(open: Open, seen: Set<number>): Promise<void> {
  while (!(await tried(open, seen)));
}

/** False if it was written too slowly to say anything. */
async function tried(open: Open, seen: Set<number>): Promise<boolean> {
  const cuts = [0, 0].map(() => 1 + Math.floor(Math.random() * (saved.length - 1)))
  cuts.sort((a, b) => a - b)
  const rig = makeRig({ 'a.toml': old })
  try {
    await rig.follow({ poll: 60_000 })
    if (!(await write(join(rig.dir, 'a.toml'), cuts, open))) return false
    const after = open === 'new' ? { 'a.toml': old, 'b.toml': saved } : { 'a.toml': saved }
    await rig.until(after)
    await sleep(2 * settle)
    assert.equal(rig.told.map(textsOf), [{ 'a.toml': old }, after], `cut at ${cuts}`)
    for (const cut of cuts) seen.add(cut)
    return true
  } finally {
    await rig.close()
  }
}

for (const open of ['truncated', 'over the old text', 'new'] as const)
  test(`in three pieces, cut at any two bytes: ${open}`, async () => {
    const seen = new Set<number>()
    for (let done = 0; done < batches; done++)
      await Promise.all(Array.from({ length: batch }, () => round(open, seen)))
    console.log(`  ${open}: ${batches * batch} rounds, ${seen.size} of ${saved.length - 1} cuts`)
  })

test.run()
