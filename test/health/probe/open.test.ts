/** Every kind of check has its probe, and none of them blames others for what this process lacks. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { probe } from '../../../src/health/probe/open.ts'
import type { Answer } from '../../../src/health/probe.ts'
import { projectFolder } from '../../project.ts'
import { ask, checkOf, isOwn, serve, using } from './rig.ts'

test('a check finds its probe', async () => {
  await using(
    serve(() => {}),
    async port => {
      assert.equal(await ask(probe, checkOf({ type: 'tcp' }, port)), { ok: true })
    },
  )
  const command = ['/bin/true']
  assert.equal(await ask(probe, checkOf({ type: 'exec', command, weight: false }, 1)), { ok: true })
})

test('without a file descriptor every kind says that it is our own fault', () => {
  const file = join(projectFolder, 'dist/test/health/probe/no-descriptors.js')
  const said = execFileSync(
    '/bin/sh',
    ['-c', 'ulimit -n 64; exec "$0" "$1"', process.execPath, file],
    {
      encoding: 'utf8',
    },
  )
  const answers = JSON.parse(said) as readonly Answer[]
  assert.is(answers.length, 9)
  for (const answer of answers) isOwn(answer, /EMFILE|ping_group_range/)
})

test.run()
