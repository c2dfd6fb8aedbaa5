/** A process that has no file descriptor left cannot read its files, and later can. */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { makeRig, textsOf } from './rig.ts'

const few = 'SLB_TEST_FEW_DESCRIPTORS'

async function runDry(): Promise<void> {
  const text = '[service.web]\n'
  const saved = '[service.www]\n'
  const rig = makeRig({ 'a.toml': text })
  const path = join(rig.dir, 'a.toml')
  await rig.follow({ poll: 100 }, [path, rig.dir])
  const spent: number[] = []
  try {
    for (;;) spent.push(openSync('/dev/null', 'r'))
  } catch {
    // None is left.
  }
  await rig.when('a fault', () => rig.told.at(-1)?.unreadable.length === 1)
  assert.equal(rig.told.at(-1)?.unreadable, [rig.dir], 'what was read before is not read again')
  closeSync(spent.pop() ?? -1)
  writeFileSync(path, saved)
  spent.push(openSync('/dev/null', 'r'))
  await rig.when('another', () => rig.told.at(-1)?.unreadable.length === 2)
  for (const descriptor of spent) closeSync(descriptor)
  await rig.when('recovery', () => rig.told.at(-1)?.diagnostics.length === 0)
  assert.equal(textsOf(rig.told.at(-1)), { 'a.toml': saved })
  await rig.close()
}

if (process.env[few] === undefined)
  test('without a file descriptor nothing is forgotten, nor later missed', () => {
    const command = `ulimit -n 64; exec "${process.execPath}" "${process.argv[1]}"`
    const child = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { ...process.env, [few]: '1' },
    })
    assert.is(child.status, 0, child.stdout + child.stderr)
  })
else test('has none left', runDry)

test.run()
