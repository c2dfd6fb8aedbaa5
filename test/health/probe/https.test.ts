/** TLS: whose certificates are good, and servers that fail in the handshake. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { http } from '../../../src/health/probe/http.ts'
import type { Http } from '../../../src/health/probe/http-answer.ts'
import type { Answer } from '../../../src/health/probe.ts'
import type { Tls } from '../../../src/model/check.ts'
import {
  ask,
  blackHole,
  checkOf,
  type Extra,
  freePort,
  isDown,
  isOwn,
  keyPair,
  leavesNothing,
  listen,
  type Opened,
  pemPath,
  say,
  serve,
  serveTls,
  using,
} from './rig.ts'

const authority: Tls = { caFile: pemPath('ca'), verify: true, expiryWarning: 0 }

function question(tls: Tls, host?: string): Http {
  return {
    type: 'http',
    method: 'GET',
    path: '/',
    headers: {},
    expect: [[200, 200]],
    redirects: 0,
    tls,
    ...(host === undefined ? {} : { host }),
  }
}

/** A server that greets with the name that it was asked for by SNI. */
function web(certificate: string): Promise<Opened> {
  const server = createServer(keyPair(certificate), (request, answer) => {
    const { servername } = request.socket as { servername?: string | false }
    answer.end(`SNI ${servername || 'none'}`)
  })
  return listen(server, '127.0.0.1')
}

async function answerOf(server: Promise<Opened>, asked: Http, extra: Extra = {}): Promise<Answer> {
  return using(server, async port => {
    let answer: Answer = { ok: true }
    await leavesNothing(async () => {
      answer = await ask(http, checkOf(asked, port, extra))
    })
    return answer
  })
}

test('a certificate of the authority that carries the name asked for', async () => {
  const tls = { ...authority, serverName: 'web.example.org' }
  const answer = await answerOf(web('good'), { ...question(tls), contains: 'SNI web.example.org' })
  assert.equal(answer, { ok: true })
})

test('without a server name none is sent, and the certificate must carry the host or address', async () => {
  const none = { ...question(authority), contains: 'SNI none' }
  assert.equal(await answerOf(web('good'), none), { ok: true })
  assert.equal(await answerOf(web('good'), question(authority, 'web.example.org:8443')), {
    ok: true,
  })
  isDown(
    await answerOf(web('other'), question(authority)),
    'certificate is not for 127.0.0.1 but for other.example.org',
  )
  isDown(
    await answerOf(web('good'), question(authority, 'www.example.org')),
    'certificate is not for www.example.org but for web.example.org, 127.0.0.1, 0:0:0:0:0:0:0:1',
  )
})

test('certificates out of their time', async () => {
  isDown(
    await answerOf(web('expired'), question(authority)),
    'certificate has expired on 2026-01-01',
  )
  isDown(
    await answerOf(web('early'), question(authority)),
    'certificate is not valid before 2110-01-01',
  )
})

test('a certificate of an authority that the system does not know', async () => {
  const { caFile: _, ...system } = authority
  isDown(
    await answerOf(web('good'), question(system)),
    'certificate comes from an unknown authority',
  )
})

test('without verification any certificate will do', async () => {
  for (const certificate of ['expired', 'other'])
    assert.equal(await answerOf(web(certificate), question({ verify: false, expiryWarning: 0 })), {
      ok: true,
    })
})

test('nothing is sent to a server whose certificate is not good', async () => {
  let received = ''
  const server = serveTls('expired', socket => {
    socket.on('data', bytes => {
      received += bytes
    })
  })
  isDown(await answerOf(server, question(authority)), /expired/)
  assert.is(received, '')
})

test('a certificate that ends soon is good, and is told', async () => {
  const soon = { ...authority, expiryWarning: 200 * 365 * 86_400_000 }
  const answer = await answerOf(web('good'), question(soon))
  assert.ok(answer.ok)
  assert.match(answer.warning ?? '', /^certificate ends on 2120-01-01, in \d+ days$/)
  const week = { ...authority, expiryWarning: 7 * 86_400_000 }
  assert.equal(await answerOf(web('good'), question(week)), { ok: true })
  const lenient = { verify: false, expiryWarning: 7 * 86_400_000 }
  assert.equal(await answerOf(web('expired'), question(lenient)), {
    ok: true,
    warning: 'certificate has expired on 2026-01-01',
  })
})

test('an authority file that cannot be read is our own fault, and is read again when it changes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slb-ca-'))
  const caFile = join(folder, 'ca.pem')
  const asked = question({ ...authority, caFile })
  try {
    isOwn(await answerOf(web('good'), asked), /^cannot read the authorities in .*ENOENT/)
    copyFileSync(pemPath('ca'), caFile)
    assert.equal(await answerOf(web('good'), asked), { ok: true })
    writeFileSync(caFile, '')
    assert.is((await answerOf(web('good'), asked)).ok, false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('servers that fail in the handshake', async () => {
  isDown(
    await answerOf(
      serve(() => {}),
      question(authority),
      { timeout: 150 },
    ),
    'no end of the TLS handshake in 0.15 s',
  )
  isDown(
    await answerOf(serve(say('HTTP/1.1 400 Bad Request\r\n\r\n')), question(authority)),
    'TLS handshake failed: wrong version number',
  )
  isDown(
    await answerOf(
      serve(socket => socket.once('data', () => socket.end())),
      question(authority),
    ),
    'connection closed during the TLS handshake',
  )
  isDown(
    await answerOf(
      serve(socket => socket.once('data', () => socket.resetAndDestroy())),
      question(authority),
    ),
    /^connection (reset|closed)/,
  )
})

test('servers that fail after the handshake', async () => {
  isDown(
    await answerOf(
      serveTls('good', () => {}),
      question(authority),
      { timeout: 300 },
    ),
    'no answer in 0.3 s',
  )
  isDown(
    await answerOf(
      serveTls('good', socket => socket.destroy()),
      question(authority),
    ),
    /^connection (reset|closed)/,
  )
})

test('servers that are not reached', async () => {
  const asked = question(authority)
  const port = await freePort()
  isDown(await ask(http, checkOf(asked, port)), 'connection refused')
  isDown(await answerOf(blackHole(), asked, { timeout: 150 }), 'no connection in 0.15 s')
  isOwn(await answerOf(web('good'), asked, { source: '192.0.2.77' }), /source address/)
})

test('a redirect is followed on a connection of its own', async () => {
  const server = createServer(keyPair('good'), (request, answer) => {
    if (request.url === '/') answer.writeHead(302, { Location: '/there' })
    answer.end(request.url)
  })
  const asked = { ...question(authority), redirects: 1, contains: '/there' }
  assert.equal(await answerOf(listen(server, '127.0.0.1'), asked), { ok: true })
})

test('given up in the handshake', async () => {
  await using(
    serve(() => {}),
    port =>
      leavesNothing(async () => {
        const stop = new AbortController()
        const answer = http(checkOf(question(authority), port, { timeout: 60_000 }), stop.signal)
        await new Promise(resolve => setTimeout(resolve, 30))
        stop.abort()
        assert.is((await answer).ok, false)
      }),
  )
})

test.run()
