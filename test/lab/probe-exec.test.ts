/** Commands as checks, run by root: whom they run as, and which are refused. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exec } from '../../src/health/probe/exec.ts'
import { distrust } from '../../src/health/probe/trusted.ts'
import { ask, checkOf, isDown } from '../health/probe/rig.ts'

const test = suite<{ folder: string; script: string }>('commands as checks')

test.before.each(context => {
  context.folder = mkdtempSync('/run/slb-exec-')
  chmodSync(context.folder, 0o755)
  context.script = join(context.folder, 'check.sh')
  writeFileSync(context.script, '#!/bin/sh\necho "$(id -u) $(id -g) $(id -G)" >&2\nexit 1\n')
  chmodSync(context.script, 0o755)
})
test.after.each(({ folder }) => rmSync(folder, { recursive: true }))

test('a command runs as its user, without other groups', async ({ script }) => {
  const run = (user?: string) =>
    ask(
      exec,
      checkOf(
        { type: 'exec', command: [script], weight: false, ...(user === undefined ? {} : { user }) },
        1,
      ),
    )
  isDown(await run('nobody'), /^exit status 1: 65534 (\d+) \1$/)
  isDown(await run(), /^exit status 1: 0 0 0\b/)
})

test('what only root can change is trusted', ({ folder, script }) => {
  assert.is(distrust(script), undefined)
  assert.is(distrust('/bin/sh'), undefined)
  symlinkSync(script, join(folder, 'link'))
  assert.is(distrust(join(folder, 'link')), undefined)
})

test('what others can change is not', ({ folder, script }) => {
  chmodSync(script, 0o775)
  assert.is(
    distrust(script),
    `${script} is not run: it is writable for its group, so others than root can change it`,
  )
  chmodSync(script, 0o757)
  assert.match(distrust(script) ?? '', /it is writable for everybody/)
  chmodSync(script, 0o755)
  chownSync(script, 65534, 0)
  assert.match(distrust(script) ?? '', /it belongs to user 65534/)
  chownSync(script, 0, 0)
  chmodSync(folder, 0o777)
  assert.match(distrust(script) ?? '', new RegExp(`not run: ${folder} is writable for everybody`))
  chmodSync(folder, 0o1777)
  assert.is(distrust(script), undefined)
})

test('a link in a folder of others is not, whatever it leads to', ({ folder, script }) => {
  const theirs = join(folder, 'theirs')
  mkdirSync(theirs)
  symlinkSync(script, join(theirs, 'link'))
  chownSync(theirs, 65534, 0)
  assert.match(distrust(join(theirs, 'link')) ?? '', /theirs belongs to user 65534/)
})

test.run()
