import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { projectFolder } from './project.ts'

interface Package {
  readonly engines?: { readonly node?: string } | readonly string[]
}

const { engines } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
  engines: { node: string }
}
const lock = JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Package>
}

/** The part of npm's ranges that packages use for Node: `>=a.b.c`, `^a.b.c` and `a.*`, joined by `||`. */
function allows(range: string, [major, minor]: readonly number[]): boolean {
  return range.split('||').some(part => {
    const [, sign, a = '0', b = '0'] =
      /^\s*(>=|\^|(?=\d+\.\*))\s*(\d+)(?:\.(\d+))?/.exec(part) ?? []
    if (sign === undefined) throw new Error(`a range that this test cannot read: ${range}`)
    if (Number(a) === major) return Number(b) <= (minor ?? 0)
    return sign === '>=' && Number(a) < (major ?? 0)
  })
}

test('every package takes the oldest Node that we promise', () => {
  const oldest = engines.node.replace('>=', '').split('.').map(Number)
  for (const [path, { engines: theirs }] of Object.entries(lock.packages)) {
    const range = theirs !== undefined && 'node' in theirs ? theirs.node : undefined
    assert.ok(range === undefined || allows(range, oldest), `${path} needs Node ${range}`)
  }
})

test.run()
