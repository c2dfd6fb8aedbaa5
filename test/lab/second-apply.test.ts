/** An apply that has nothing to do only looks: nothing is sent to be changed, no file is written. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { countWrites } from '../../bench/writes.ts'
import { after, before, makeForeign } from './fifty.ts'
import { ip } from './namespace.ts'
import { freshRig, type LabRig } from './rig.ts'
import { fileWrites, sends, traced } from './trace.ts'

/** Every file of the state directory with what changes when it is written. */
function files({ stateDir }: LabRig): readonly string[] {
  return readdirSync(stateDir, { recursive: true, encoding: 'utf8' })
    .map(name => {
      const { ino, mtimeMs, ctimeMs } = statSync(join(stateDir, name))
      return `${name} ${ino} ${mtimeMs} ${ctimeMs}`
    })
    .sort()
}

test('a second apply sends no write and touches no file', async () => {
  const rig = freshRig()
  ip(undefined, 'link add eth7 type dummy', 'link set eth7 up')
  await rig.here('apply', '-c', rig.file('before.toml', before))
  makeForeign()
  const file = rig.file('after.toml', after)
  const args = ['apply', '-c', file, '--yes-remove', '99']
  const bytes = ['-xx', '-X', 'raw', '-s', '16', '-e', `trace=socket,${sends}`]
  const first = await traced(rig, args, ...bytes)
  assert.is(first.status, 0, first.err)
  const { writes } = countWrites(first.calls.join('\n'))
  assert.ok(writes >= 8, `the first apply writes ${writes} times`)

  const known = files(rig)
  const second = await traced(rig, args, ...bytes)
  assert.match(second.out, 'No changes.')
  const looked = countWrites(second.calls.join('\n'))
  assert.is(looked.writes, 0)
  assert.ok(looked.reads > 20, `it looks ${looked.reads} times`)
  assert.equal(files(rig), known)

  const third = await traced(rig, args, '-y', '-e', `trace=${fileWrites}`)
  assert.match(third.out, 'No changes.')
  const written = third.calls.filter(
    call => !/^(?:write|fsync)\((?:[12]<|\d+<(?:pipe|anon_inode):)/.test(call),
  )
  assert.equal(written, [])
})

test.run()
