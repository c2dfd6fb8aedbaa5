/**
 * Run this machine's tests on the other releases of Node that we support:  npm run test:nodes
 *
 * They come as npm's platform packages into the lab's cache, outside the project's dependencies
 * (npm's `node` package as a dependency would replace `node` in every script).
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { cached } from './lab/kernel/cache.ts'
import { runCommand } from './lab/kernel/run-command.ts'
import { projectFolder } from './project.ts'

const releases = ['22.23.3', '24.21.0'] as const

for (const release of releases) {
  const folder = await cached(`node-${release}`, async part => {
    console.log(`fetching Node ${release}`)
    await runCommand('npm', [
      'install',
      '--prefix',
      part,
      '--no-save',
      `node-linux-${process.arch}@${release}`,
    ])
  })
  const node = join(folder, `node_modules/node-linux-${process.arch}/bin/node`)
  const run = spawnSync(
    node,
    [join(projectFolder, 'dist/test/run.js'), '--lane', 'host', ...process.argv.slice(2)],
    { stdio: 'inherit' },
  )
  if (run.status !== 0) process.exitCode = 1
}
