/** What nft's answers mean, told by a stand-in that is a shell script. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SlbError } from '../../../src/model/error.ts'
import { nftProgram } from '../../../src/table/snat/nft.ts'

const test = suite<{ folder: string }>('nft')

test.before.each(context => {
  context.folder = mkdtempSync(join(tmpdir(), 'slb-test-'))
})
test.after.each(({ folder }) => rmSync(folder, { recursive: true }))

test('commands arrive as JSON in a file, which is gone afterwards', async ({ folder }) => {
  const nft = script(folder, `echo "$@" > ${folder}/args; cat "$3" > ${folder}/input`)
  process.env['TMPDIR'] = folder
  await nft.run({ nftables: [] }).finally(() => Reflect.deleteProperty(process.env, 'TMPDIR'))
  assert.match(readFileSync(join(folder, 'args'), 'utf8'), /^-j -f \/.*\.json$/m)
  assert.is(readFileSync(join(folder, 'input'), 'utf8'), '{"nftables":[]}')
  assert.equal(readdirSync(folder).sort(), ['args', 'input', 'nft'])
})

test('a folder that cannot be written to is told', async ({ folder }) => {
  process.env['TMPDIR'] = join(folder, 'nowhere')
  const outcome = fault(script(folder, 'true').run({ nftables: [] }))
  const error = await outcome.finally(() => Reflect.deleteProperty(process.env, 'TMPDIR'))
  assert.is(error.code, 'io')
  assert.match(error.message, 'nowhere')
})

test('a table is listed as JSON', async ({ folder }) => {
  const nft = script(folder, `echo "$@" > ${folder}/args; echo '{"nftables":[]}'`)
  assert.equal(await nft.list('inet', 'slb'), { nftables: [] })
  assert.is(readFileSync(join(folder, 'args'), 'utf8'), '-j list table inet slb\n')
})

test('a table that is not there lists as nothing', async ({ folder }) => {
  const nft = script(folder, 'echo "Error: No such file or directory" >&2; exit 1')
  assert.is(await nft.list('inet', 'slb'), undefined)
})

test('without nft a list is nothing, and a change says what to install', async ({ folder }) => {
  const nft = nftProgram(join(folder, 'no-such-program'))
  assert.is(await nft.list('inet', 'slb'), undefined)
  const error = await fault(nft.run({ nftables: [] }))
  assert.is(error.code, 'missing')
  assert.match(String(error.hint), 'nftables')
})

test('complaints say by their code what can be done', async ({ folder }) => {
  const cases = [
    ['Operation not permitted (you must be root)', 'denied', 'EPERM'],
    ['Could not process rule: Operation not supported', 'missing', 'EOPNOTSUPP'],
    ['Could not process rule: Device or resource busy', 'busy', 'EBUSY'],
    ['Could not process rule: No such file or directory', 'stale', 'ENOENT'],
    ['Could not process rule: Invalid argument', 'invalid', 'EINVAL'],
    ['syntax error, unexpected string', 'internal', undefined],
  ] as const
  for (const [text, code, errno] of cases) {
    const nft = script(folder, `echo 'internal:0:0-0: Error: ${text}' >&2; exit 1`)
    const error = await fault(nft.run({ nftables: [] }))
    assert.is(error.code, code, text)
    assert.is(error.errno, errno, text)
    assert.is(error.message, `nft says: ${text}`)
  }
})

function script(folder: string, body: string): ReturnType<typeof nftProgram> {
  const path = join(folder, 'nft')
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return nftProgram(path)
}

async function fault(outcome: Promise<unknown>): Promise<SlbError> {
  try {
    await outcome
  } catch (error) {
    if (error instanceof SlbError) return error
  }
  throw new Error('there was no SlbError')
}

test.run()
