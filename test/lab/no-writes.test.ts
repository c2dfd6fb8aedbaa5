import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { countWrites, straceOptions } from '../../bench/writes.ts'
import { projectFolder } from '../project.ts'
import { enterFreshNamespace } from './namespace.ts'

const slb = join(projectFolder, 'dist/src/cli/main.js')

test('an apply that has nothing to do sends no write to the kernel', () => {
  enterFreshNamespace()
  const folder = mkdtempSync(join(tmpdir(), 'slb-'))
  const file = join(folder, 'web.toml')
  writeFileSync(
    file,
    `[service.web]
vip      = ["192.0.2.10", "2001:db8::10"]
port     = [80, 443]
backends = ["10.0.0.11", "10.0.0.12", "fd00::11"]
`,
  )
  const apply = [slb, 'apply', '--quiet', '-c', file, '--state-dir', join(folder, 'state')]
  const traced = (): ReturnType<typeof countWrites> => {
    const trace = join(folder, 'trace')
    execFileSync('strace', [...straceOptions, '-o', trace, process.execPath, ...apply], {
      stdio: 'pipe',
    })
    return countWrites(readFileSync(trace, 'utf8'))
  }
  assert.ok(traced().writes > 0, 'the first apply writes')
  const { reads, writes } = traced()
  assert.is(writes, 0)
  assert.ok(reads > 0, 'strace has seen the reads')
})

test.run()
