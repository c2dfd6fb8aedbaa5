/** `slb version`: what is running, for a report of a fault. */
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'
import { printData } from '../output.ts'

/** The version in the package's own package.json. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return version
}

export const run: Run<object> = async ({ io, options }) => {
  const data = { slb: packageVersion(), node: process.versions.node, kernel: release() }
  await printData(io, options, data, [
    `slb ${data.slb} (Node.js ${data.node}, kernel ${data.kernel})`,
  ])
  return exit.done
}
