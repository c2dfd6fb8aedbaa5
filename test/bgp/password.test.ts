/** Passwords: where they come from, and that no error says what they are. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readPassword } from '../../src/bgp/password.ts'
import { SlbError } from '../../src/model/error.ts'

const directory = mkdtempSync(join(tmpdir(), 'slb-password-'))
test.after(() => rmSync(directory, { recursive: true }))

const canary = 'canary-5e8f'

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

async function refusal(read: Promise<Uint8Array>): Promise<SlbError> {
  try {
    await read
  } catch (error) {
    if (error instanceof SlbError) return error
  }
  throw new Error('it was read')
}

const text = async (read: Promise<Uint8Array>): Promise<string> =>
  Buffer.from(await read).toString('utf8')

test('from a file, without the line end behind it', async () => {
  assert.is(await text(readPassword({ file: file('plain', `${canary}\n`) })), canary)
  assert.is(await text(readPassword({ file: file('dos', `${canary}\r\n`) })), canary)
  assert.is(await text(readPassword({ file: file('spaces', ' a b ') })), ' a b ')
})

test('from the environment, and from a credential of the service manager', async () => {
  assert.is(await text(readPassword({ env: 'KEY' }, { KEY: canary })), canary)
  file('key', canary)
  const environment = { CREDENTIALS_DIRECTORY: directory }
  assert.is(await text(readPassword({ credential: 'key' }, environment)), canary)
})

test('a file is read anew each time: a changed password counts from the next session on', async () => {
  const path = file('changing', 'before')
  assert.is(await text(readPassword({ file: path })), 'before')
  file('changing', 'after')
  assert.is(await text(readPassword({ file: path })), 'after')
})

test('what is not there is said with its place', async () => {
  const missing = join(directory, 'missing')
  assert.is(
    (await refusal(readPassword({ file: missing }))).message,
    `there is no password: ${missing}: ENOENT`,
  )
  assert.match((await refusal(readPassword({ env: 'NO_KEY' }, {}))).message, 'NO_KEY is not set')
  const without = await refusal(readPassword({ credential: 'key' }, {}))
  assert.match(without.message, 'no credentials have been passed')
  assert.match(without.hint ?? '', 'LoadCredential=key:PATH')
})

test('one that is empty, or longer than signatures take, is refused without being told', async () => {
  assert.match((await refusal(readPassword({ file: file('empty', '\n') }))).message, 'is empty')
  const long = await refusal(readPassword({ env: 'KEY' }, { KEY: canary.repeat(10) }))
  assert.match(long.message, 'the environment variable KEY is longer than 80 bytes')
  assert.not.match(JSON.stringify([long.message, long.hint, long.stack]), canary)
})

test.run()
