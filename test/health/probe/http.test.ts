/** Asking HTTP servers: right and wrong answers, and servers that misbehave in every way. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { http } from '../../../src/health/probe/http.ts'
import { type Http, hostName } from '../../../src/health/probe/http-answer.ts'
import type { Answer } from '../../../src/health/probe.ts'
import {
  ask,
  blackHole,
  checkOf,
  type Extra,
  freePort,
  isDown,
  isOwn,
  leavesNothing,
  listen,
  type Opened,
  say,
  serve,
  using,
} from './rig.ts'

const usual: Http = {
  type: 'http',
  method: 'GET',
  path: '/health',
  headers: {},
  expect: [[200, 299]],
  redirects: 0,
}

type Handler = (request: IncomingMessage, answer: ServerResponse) => void

function web(handle: Handler, address = '127.0.0.1'): Promise<Opened> {
  return listen(createServer(handle), address)
}

/** Asks a server once and makes sure that nothing is left of it. */
async function answerOf(
  server: Promise<Opened>,
  question: Partial<Http> = {},
  extra: Extra = {},
): Promise<Answer> {
  return using(server, async port => {
    let answer: Answer = { ok: true }
    await leavesNothing(async () => {
      answer = await ask(http, checkOf({ ...usual, ...question }, port, extra))
    })
    return answer
  })
}

const fine: Handler = (_, answer) => {
  answer.end('all is well')
}
const head = 'HTTP/1.1 200 OK\r\n'
/** Long enough for loopback, short enough to wait for. */
const short: Extra = { timeout: 150 }

test('the right status is good, over IPv4 and IPv6', async () => {
  assert.equal(await answerOf(web(fine)), { ok: true })
  assert.equal(await answerOf(web(fine, '::1'), {}, { address: '::1' }), { ok: true })
})

test('what is sent: method, path, host and headers as asked, on a connection of its own', async () => {
  const seen: unknown[] = []
  const note: Handler = (request, answer) => {
    seen.push([request.method, request.url, request.rawHeaders])
    answer.end()
  }
  await using(web(note), async port => {
    await ask(http, checkOf(usual, port))
    await ask(
      http,
      checkOf(
        {
          ...usual,
          method: 'HEAD',
          path: '/a?b=c',
          host: 'web.example.org',
          headers: { 'X-Y': '1', 'user-agent': 'me' },
        },
        port,
      ),
    )
    assert.equal(seen, [
      ['GET', '/health', ['Host', `127.0.0.1:${port}`, 'Connection', 'close', 'User-Agent', 'slb']],
      [
        'HEAD',
        '/a?b=c',
        ['Host', 'web.example.org', 'Connection', 'close', 'X-Y', '1', 'user-agent', 'me'],
      ],
    ])
  })
})

test('a wrong status is told beside the right ones', async () => {
  const status =
    (code: number): Handler =>
    (_, answer) =>
      void answer.writeHead(code).end()
  isDown(await answerOf(web(status(503))), 'status 503, not 200-299')
  isDown(
    await answerOf(web(status(204)), {
      expect: [
        [200, 200],
        [301, 302],
      ],
    }),
    'status 204, not 200, 301-302',
  )
  assert.equal(await answerOf(web(status(204))), { ok: true })
  assert.equal(await answerOf(web(status(404)), { expect: [[404, 404]] }), { ok: true })
})

test('text that the body must contain, even over the seam of two packets', async () => {
  const seam: Handler = (_, answer) => {
    answer.write('all is w')
    setTimeout(() => answer.end('ell'), 20)
  }
  assert.equal(await answerOf(web(seam), { contains: 'is well' }), { ok: true })
  isDown(await answerOf(web(fine), { contains: 'OK' }), 'the body does not contain "OK"')
})

test('a body without end: 64 KiB of it are read, and what it must contain must be there', async () => {
  let sent = 0
  const endless: Handler = (_, answer) => {
    answer.on('error', () => {})
    answer.write('begin')
    const more = (): void => {
      for (; answer.writable; sent += 1000) if (!answer.write('x'.repeat(1000))) break
    }
    answer.on('drain', more)
    more()
  }
  assert.equal(await answerOf(web(endless), { contains: 'begin' }), { ok: true })
  isDown(
    await answerOf(web(endless), { contains: 'end' }),
    'the first 64 KiB of the body do not contain "end"',
  )
  assert.ok(sent < 50_000_000, `${sent} bytes were taken`)
})

test('a byte now and then does not gain time', async () => {
  const drip = (first: string) => (socket: Socket) => {
    socket.once('data', () => {
      socket.write(first)
      const timer = setInterval(() => socket.write('x'), 20)
      socket.once('close', () => clearInterval(timer))
    })
  }
  isDown(
    await answerOf(serve(drip(`${head}Content-Length: 1000\r\n\r\n`)), {}, short),
    'no end of the answer in 0.15 s',
  )
  isDown(await answerOf(serve(drip(`${head}X-Long: `)), {}, short), 'no answer in 0.15 s')
})

test('servers that do not answer', async () => {
  isDown(
    await answerOf(
      serve(() => {}),
      {},
      short,
    ),
    'no answer in 0.15 s',
  )
  isDown(await answerOf(blackHole(), {}, short), 'no connection in 0.15 s')
  isDown(
    await answerOf(serve(say(`${head}Content-Length: 9\r\n\r\nhalf`)), {}, short),
    /^no end of/,
  )
  const port = await freePort()
  isDown(await ask(http, checkOf(usual, port)), 'connection refused')
})

test('servers that close too early', async () => {
  isDown(await answerOf(serve(socket => socket.destroy())), /^connection (reset|closed)/)
  isDown(
    await answerOf(serve(socket => socket.once('data', () => socket.end()))),
    'connection closed without an answer',
  )
  isDown(
    await answerOf(serve(socket => socket.once('data', () => socket.resetAndDestroy()))),
    'connection reset',
  )
  isDown(
    await answerOf(
      serve(socket =>
        socket.once('data', () => socket.end(`${head}Content-Length: 9\r\n\r\nhalf`)),
      ),
    ),
    'connection closed before the end of the answer',
  )
})

test('a body that ends with the connection is complete', async () => {
  const old = serve(socket => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nwell')))
  assert.equal(await answerOf(old, { contains: 'well' }), { ok: true })
})

test('what is not HTTP', async () => {
  isDown(await answerOf(serve(say('220 mail.example.org ESMTP\r\n'))), /^the answer is not HTTP/)
  isDown(
    await answerOf(serve(say(`${head}X-Long: ${'x'.repeat(100_000)}\r\n\r\n`))),
    'the head of the answer is too long',
  )
  isDown(
    await answerOf(
      serve(say('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')),
    ),
    'status 101, not 200-299',
  )
})

test('100 (Continue) is not the answer', async () => {
  const server = serve(say(`HTTP/1.1 100 Continue\r\n\r\n${head}Content-Length: 0\r\n\r\n`))
  assert.equal(await answerOf(server), { ok: true })
})

/** Redirects /health to a location made of the port, and answers everything else. */
async function redirected(
  location: (port: number) => string,
  question: Partial<Http> = {},
  code = 301,
): Promise<{ answer: Answer; asked: string[] }> {
  const asked: string[] = []
  let own = 0
  const server = web((request, answer) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.url === '/health') answer.writeHead(code, { Location: location(own) })
    answer.end()
  })
  own = (await server).port
  return { answer: await answerOf(server, { redirects: 2, ...question }), asked }
}

test('a redirect is not followed unless asked', async () => {
  const { answer, asked } = await redirected(() => '/there', { redirects: 0 })
  isDown(answer, 'status 301, not 200-299')
  assert.equal(asked, ['GET /health'])
})

test('a redirect on the same server is followed where asked', async () => {
  for (const location of [
    () => '/there',
    () => 'there',
    (port: number) => `http://127.0.0.1:${port}/there`,
  ]) {
    const { answer, asked } = await redirected(location)
    assert.equal(answer, { ok: true })
    assert.equal(asked, ['GET /health', 'GET /there'])
  }
  const named = await redirected(() => 'http://web.example.org/there', { host: 'web.example.org' })
  assert.equal(named.answer, { ok: true })
})

test('a redirect that leads elsewhere is never followed', async () => {
  const other = await redirected(port => `http://127.0.0.1:${port + 1}/there`)
  isDown(other.answer, /^redirects elsewhere, to http:\/\/127.0.0.1:\d+, which is never followed$/)
  for (const location of [
    'http://192.0.2.1/',
    '//192.0.2.1/x',
    'https://127.0.0.1/',
    'file:///etc/passwd',
  ])
    isDown((await redirected(() => location)).answer, /^redirects elsewhere/)
  isDown((await redirected(() => 'http://[nonsense')).answer, /^redirects to .* no address$/)
})

test('redirects in a circle come to an end', async () => {
  const { answer, asked } = await redirected(() => '/health')
  isDown(answer, 'status 301, not 200-299')
  assert.is(asked.length, 3)
})

test('307 keeps the method, 302 makes it GET', async () => {
  const kept = await redirected(() => '/there', { method: 'POST' }, 307)
  assert.equal(kept.asked, ['POST /health', 'POST /there'])
  const turned = await redirected(() => '/there', { method: 'POST' }, 302)
  assert.equal(turned.asked, ['POST /health', 'GET /there'])
})

test('all redirects together have the one deadline', async () => {
  const slow = web((_, answer) => {
    setTimeout(() => answer.writeHead(301, { Location: '/health' }).end(), 60)
  })
  isDown(await answerOf(slow, { redirects: 100 }, short), 'no answer in 0.15 s')
})

test('a header says the weight', async () => {
  const weighs =
    (value: string | string[]): Handler =>
    (_, answer) =>
      void answer.writeHead(200, { 'X-Weight': value }).end()
  const question = { weightHeader: 'X-Weight' }
  assert.equal(await answerOf(web(weighs('50')), question), { ok: true, weight: 50 })
  assert.equal(await answerOf(web(weighs('0')), question), { ok: true, weight: 0 })
  for (const value of ['65536', '-1', '1.5', 'much', '1e3', ''])
    assert.equal(await answerOf(web(weighs(value)), question), {
      ok: true,
      warning: `header X-Weight says "${value}", not a weight from 0 to 65535`,
    })
  assert.equal(await answerOf(web(fine), question), {
    ok: true,
    warning: 'the answer has no header X-Weight',
  })
})

test('given up at every stage: all is closed at once', async () => {
  const stages = [
    () => serve(() => {}),
    () => serve(say(head)),
    () => serve(say(`${head}\r\nbody`)),
    blackHole,
  ]
  for (const stage of stages)
    await using(stage(), port =>
      leavesNothing(async () => {
        const stop = new AbortController()
        const answer = http(checkOf(usual, port, { timeout: 60_000 }), stop.signal)
        await new Promise(resolve => setTimeout(resolve, 30))
        stop.abort()
        assert.is((await answer).ok, false)
      }),
    )
})

test('what cannot be sent is our own fault', async () => {
  await using(web(fine), async port => {
    await leavesNothing(async () => {
      const source = '192.0.2.77'
      isOwn(await ask(http, checkOf(usual, port, { source })), /source address 192.0.2.77$/)
    })
  })
})

test('what Node refuses to send is our own fault, at once and after a redirect', async () => {
  isOwn(await answerOf(web(fine), { headers: { 'X-Bad': 'a\nb' } }), /^Invalid character in header/)
  isOwn(await answerOf(web(fine), { path: '/ /' }), /unescaped characters/)
  const { answer } = await redirected(() => '/there', { host: 'not a host' })
  assert.is(answer.ok, false)
})

test('the name in a Host header', () => {
  assert.is(hostName('web.example.org:8080'), 'web.example.org')
  assert.is(hostName('[2001:db8::1]:8080'), '2001:db8::1')
  assert.is(hostName('[2001:db8::1]'), '2001:db8::1')
  assert.is(hostName('192.0.2.1'), '192.0.2.1')
})

test.run()
