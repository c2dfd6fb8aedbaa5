/** The daemon's socket: what it stands on, and what it lets a stranger have done. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { get, type Server } from 'node:http'
import type { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { askDaemon } from '../../src/daemon/client.ts'
import { type Ask, listen, type ServerEnds } from '../../src/daemon/server.ts'

const terminal = { tty: false, colour: false }
const ask: Ask = {
  argv: ['get'],
  changes: false,
  namespace: 'net:[1]',
  out: terminal,
  err: terminal,
  attached: {},
}
const ends: ServerEnds = {
  stranger: () => undefined,
  userOf: () => ({ name: 'ada', root: false }),
  begin(line, session) {
    session.print({ out: `${line.user}: ${line.argv.join(' ')}` })
    session.end(4)
    return { gone() {} }
  },
}

const test = suite<{
  folder: string
  path: string
  open: (Server | ReturnType<typeof createServer>)[]
}>('socket')

test.before.each(context => {
  context.folder = mkdtempSync(join(tmpdir(), 'slb-socket-'))
  context.path = join(context.folder, 'slb.sock')
  context.open = []
})

test.after.each(async ({ folder, open }) => {
  for (const server of open) await new Promise(done => server.close(done))
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})

async function said(path: string): Promise<[number | undefined, string]> {
  let text = ''
  const outlet = {
    out: async (more: string) => {
      text += more
    },
    err: async () => {},
  }
  const status = await askDaemon(path, ask, outlet, new AbortController().signal)
  return [status, text]
}

test('only its owner and its group may use it', async ({ path, open }) => {
  open.push(await listen(path, ends))
  assert.is(statSync(path).mode & 0o777, 0o660)
  assert.equal(await said(path), [4, 'ada: get'])
})

test('the socket of a dead daemon is taken over, a live one never', async ({ path, open }) => {
  open.push(await listen(path, ends))
  let refused = ''
  await listen(path, ends).catch(error => {
    refused = (error as Error).message
  })
  assert.match(refused, /listens on .*slb\.sock/)
  assert.equal(await said(path), [4, 'ada: get'])
})

test('a file that stands there is not removed', async ({ path }) => {
  writeFileSync(path, 'precious')
  let refused = ''
  await listen(path, ends).catch(error => {
    refused = (error as Error).message
  })
  assert.match(refused, /cannot listen on/)
  assert.is(readFileSync(path, 'utf8'), 'precious')
})

test('neither is what a symbolic link leads to', async ({ folder, path }) => {
  const target = join(folder, 'target')
  writeFileSync(target, 'precious')
  symlinkSync(target, path)
  await listen(path, ends).then(
    server => server.close(),
    () => {},
  )
  assert.ok(existsSync(target))
  assert.is(readFileSync(target, 'utf8'), 'precious')
})

test('who asks for the impossible does not end the daemon', async ({ path, open }) => {
  const server = await listen(path, {
    ...ends,
    userOf() {
      throw new Error('never')
    },
  })
  open.push(server)
  let refused = ''
  await said(path).catch(error => {
    refused = (error as Error).message
  })
  assert.match(refused, /went away/)
  assert.ok(server.listening)
})

/** The status and the body of what is got there. */
function got(socketPath: string, path: string): Promise<[number | undefined, string]> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (more: string) => {
        text += more
      })
      response.on('end', () => resolve([response.statusCode, text]))
    }).on('error', reject)
  })
}

test('programs get what commands print as JSON, by the path of their name', async context => {
  const { path, open } = context
  open.push(await listen(path, ends))
  assert.equal(await got(path, '/v1/status'), [200, 'ada: status --output json'])
  assert.equal(await got(path, '/v1/history'), [200, 'ada: history --output json'])
  const [status, text] = await got(path, '/v1/apply')
  assert.is(status, 404)
  assert.match(JSON.parse(text).error, 'GET /v1/status, /v1/plan')
})

test('where there is nothing to get, why is said', async ({ path, open }) => {
  const begin: ServerEnds['begin'] = (_, session) => {
    session.print({ err: 'error: no ' })
    session.print({ err: 'memory\n' })
    session.end(1)
    return { gone() {} }
  }
  open.push(await listen(path, { ...ends, begin }))
  assert.equal(await got(path, '/v1/plan'), [500, '{"error":"error: no memory"}\n'])
})

test('no directory, no permission: it is said where', async ({ folder }) => {
  for (const path of [join(folder, 'slb.sock', 'x'.repeat(120)), '/proc/slb.sock']) {
    let refused = ''
    await listen(path, ends).catch(error => {
      refused = (error as Error).message
    })
    assert.match(refused, /cannot listen on/)
    assert.ok(refused.includes(path), refused)
  }
})

test('what is wrong with the path is said in its words', async ({ folder }) => {
  const wrong = { [join(folder, 'x'.repeat(120))]: /at most 107/, [folder]: /is no socket/ }
  for (const [path, words] of Object.entries(wrong)) {
    const error = await listen(path, ends).catch(error => error)
    assert.match(error.message, words)
    assert.match(error.hint, /--socket/)
  }
})

test.run()
