/** Which test files there are, and what they run on. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../project.ts'

/**
 * `host`: this machine as it is; `net`: its own kernel, in network namespaces, with routers; `lab`: a
 * kernel with IPVS; `qemu`: a whole distribution kernel.
 */
export type Lane = 'host' | 'net' | 'lab' | 'qemu'

export const lanes: readonly Lane[] = ['host', 'net', 'lab', 'qemu']

/**
 * The test files by lane, as sorted paths of their sources (`test/plan/plan.test.ts`) that contain
 * one of `words`, if there are any. Sources are asked, not the compiled files, because
 * those of deleted tests stay behind.
 */
export function findTests(words: readonly string[]): Readonly<Record<Lane, readonly string[]>> {
  const files = readdirSync(join(projectFolder, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.test.ts'))
    .map(file => `test/${file}`)
    .filter(file => words.length === 0 || words.some(word => file.includes(word)))
    .sort()
  const found: Record<Lane, string[]> = { host: [], net: [], lab: [], qemu: [] }
  for (const file of files) found[laneOf(file)].push(file)
  return found
}

function laneOf(file: string): Lane {
  const folder = /^test\/(net|lab|qemu)\//.exec(file)?.[1]
  return lanes.find(lane => lane === folder) ?? 'host'
}

/** The compiled file of a source file, as an absolute path. */
export function compiled(file: string): string {
  return join(projectFolder, 'dist', file.replace(/\.ts$/, '.js'))
}
