/** How soon a verdict is in the kernel, held against what an edit takes on the same machine in the same minute. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeConfig } from '../../bench/generate.ts'
import { measureVerdicts } from '../../bench/verdict.ts'
import { freshRig } from './rig.ts'

test('a verdict is in the kernel sooner than an edit, which stands still for 50 ms before it counts', async () => {
  const { directory } = freshRig()
  writeConfig(directory, { services: 100, backends: 10, files: 10, external: true })
  const { seconds, edit } = await measureVerdicts(directory, 5)
  assert.ok(seconds < edit, `${seconds} s after the rules have it down; an edit takes ${edit} s`)
})

test.run()
