/** Several daemons and commands that begin at the same moment: one of them works, the others are refused. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rounds } from '../rounds.ts'
import { lines, web } from './daemon-pair.ts'
import { until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { freshRig, type Running } from './rig.ts'

/** In each of them two of three are refused at least. */
const races = rounds(1, 100)

/** A daemon that goes on when another one has what it needs. */
interface Rival {
  readonly running: Running
  said(): string
}

test(`of two daemons and an apply one works at a time (${races} races)`, async () => {
  let refusals = 0
  let met = 0
  for (let race = 0; race < races; race++) {
    const rig = freshRig()
    const config = rig.file('etc/web.toml', web())
    const daemon = (name: string): Rival => {
      let said = ''
      const socket = join(rig.directory, name)
      const running = rig.start(['run', '-c', join(rig.directory, 'etc'), '--socket', socket])
      running.process.stderr.on('data', chunk => {
        said += chunk
      })
      return { running, said: () => said }
    }
    const rivals = [daemon('one'), daemon('two')]
    const apply = rig.slb('apply', '-c', config, '--socket', join(rig.directory, 'none'))
    const gone = (one: Rival): boolean => one.running.process.exitCode !== null
    const ready = (one: Rival): boolean => one.said().includes('"ready')
    await until('an end of the race', () => rivals.every(one => gone(one) || ready(one)))
    const applied = await apply
    const winners = rivals.filter(one => !gone(one))
    assert.ok(winners.length <= 1, 'one daemon at most')
    for (const one of rivals.filter(gone)) {
      assert.is(one.running.process.exitCode, 4, one.said())
      assert.match(one.said(), 'another slb is at work in this network namespace')
      refusals++
    }
    assert.ok(applied.status === 0 || applied.status === 4, applied.err)
    if (applied.status === 4) refusals++
    if (applied.status === 0 && winners.length === 1) met++
    assert.ok(applied.status === 0 || winners.length === 1, 'somebody has done it')
    assert.equal(saved(), lines('web'))
    const files = readdirSync(rig.stateDir, { recursive: true, encoding: 'utf8' })
    const entries = files.filter(file => /history.*\d\.json$/.test(file))
    assert.is(entries.length, 1, 'one of them has made it, and once')
    for (const one of winners) {
      one.running.process.kill('SIGKILL')
      await one.running.ended
    }
  }
  console.log(`  ${races} races, ${refusals} refused, ${met} in which both came to their turn`)
})

test.run()
