/** Asking gRPC servers for their health. */
import {
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Server } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { grpc } from '../../../src/health/probe/grpc.ts'
import type { Answer } from '../../../src/health/probe.ts'
import type { Tls } from '../../../src/model/check.ts'
import {
  ask,
  checkOf,
  type Extra,
  isDown,
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

type Handler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer) => void

function handled(handle: Handler) {
  return (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    const chunks: Buffer[] = []
    stream.on('error', () => {})
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => handle(stream, headers, Buffer.concat(chunks)))
  }
}

function plain(handle: Handler): Promise<Opened> {
  return listen(createServer().on('stream', handled(handle)), '127.0.0.1')
}

function secured(certificate: string, handle: Handler): Promise<Opened> {
  const server = createSecureServer(keyPair(certificate)).on('stream', handled(handle))
  return listen(server as Server, '127.0.0.1')
}

/** Answers by a message and a status of gRPC after it. */
function says(message: readonly number[], status = '0'): Handler {
  return stream => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc' },
      { waitForTrailers: true },
    )
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }))
    const frame = Buffer.alloc(5)
    frame.writeUInt32BE(message.length, 1)
    stream.end(Buffer.concat([frame, Buffer.from(message)]))
  }
}

/** Answers by a status of gRPC alone. */
function refuses(code: string, message?: string): Handler {
  return stream =>
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': code,
        ...(message === undefined ? {} : { 'grpc-message': message }),
      },
      { endStream: true },
    )
}

const serving = says([0x08, 1])

async function answerOf(
  server: Promise<Opened>,
  { service = '', tls, ...extra }: Extra & { service?: string; tls?: Tls } = {},
): Promise<Answer> {
  const question = { type: 'grpc', service, ...(tls === undefined ? {} : { tls }) } as const
  return using(server, async port => {
    let answer: Answer = { ok: true }
    await leavesNothing(async () => {
      answer = await ask(grpc, checkOf(question, port, extra))
    })
    return answer
  })
}

const authority: Tls = { caFile: pemPath('ca'), verify: true, expiryWarning: 0 }

test('SERVING is good, without TLS and with it', async () => {
  assert.equal(await answerOf(plain(serving)), { ok: true })
  assert.equal(await answerOf(secured('good', serving), { tls: authority }), { ok: true })
})

test('what is sent: the service, as grpc.health.v1 wants it', async () => {
  const seen: unknown[] = []
  const note: Handler = (stream, headers, body) => {
    seen.push([
      headers[':method'],
      headers[':path'],
      headers['content-type'],
      headers['te'],
      [...body],
    ])
    serving(stream, headers, body)
  }
  await answerOf(plain(note))
  await answerOf(plain(note), { service: 'a.B' })
  await answerOf(plain(note), { service: 'x'.repeat(300) })
  const head = ['POST', '/grpc.health.v1.Health/Check', 'application/grpc', 'trailers']
  assert.equal(seen, [
    [...head, [0, 0, 0, 0, 0]],
    [...head, [0, 0, 0, 0, 5, 0x0a, 3, 97, 46, 66]],
    [...head, [0, 0, 0, 1, 0x2f, 0x0a, 0xac, 2, ...Array(300).fill(120)]],
  ])
})

test('every other status is bad, and named', async () => {
  isDown(await answerOf(plain(says([0x08, 2]))), 'server is NOT_SERVING')
  isDown(await answerOf(plain(says([0x08, 2])), { service: 'a.B' }), 'service a.B is NOT_SERVING')
  isDown(
    await answerOf(plain(says([0x08, 3])), { service: 'a.B' }),
    'service a.B is SERVICE_UNKNOWN',
  )
  isDown(await answerOf(plain(says([]))), 'server is UNKNOWN')
  isDown(await answerOf(plain(says([0x08, 9]))), 'server is status 9')
  isDown(await answerOf(plain(says([1, 2, 3]))), 'the answer is no health status')
})

test('refusals of gRPC are named', async () => {
  isDown(
    await answerOf(plain(refuses('5')), { service: 'a.B' }),
    'the server knows no service a.B (NOT_FOUND)',
  )
  isDown(await answerOf(plain(refuses('12'))), 'the server has no grpc.health.v1 (UNIMPLEMENTED)')
  isDown(await answerOf(plain(refuses('14', 'warming up'))), 'gRPC says UNAVAILABLE: warming up')
  isDown(await answerOf(plain(says([0x08, 1], '13'))), 'gRPC says INTERNAL')
  isDown(await answerOf(plain(refuses('77'))), 'gRPC says code 77')
})

test('what is not gRPC', async () => {
  isDown(
    await answerOf(plain(stream => stream.respond({ ':status': 503 }, { endStream: true }))),
    'status 503, not 200',
  )
  isDown(
    await answerOf(
      plain(stream => {
        stream.respond({ ':status': 200 })
        stream.end('hello')
      }),
    ),
    'the answer is not gRPC',
  )
  isDown(
    await answerOf(serve(say('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))),
    /^the answer is not HTTP\/2/,
  )
  isDown(
    await answerOf(
      serveTls('good', () => {}),
      { tls: authority },
    ),
    'the server does not offer HTTP/2',
  )
})

test('a certificate that is not good', async () => {
  isDown(
    await answerOf(secured('expired', serving), { tls: authority }),
    'certificate has expired on 2026-01-01',
  )
  const soon = { ...authority, expiryWarning: 200 * 365 * 86_400_000 }
  const answer = await answerOf(secured('good', serving), { tls: soon })
  assert.ok(answer.ok)
  assert.match(answer.warning ?? '', /^certificate ends on 2120/)
})

test('servers that are silent, slow, endless or gone', async () => {
  const timeout = 200
  isDown(
    await answerOf(
      serve(() => {}),
      { timeout },
    ),
    'no answer in 0.2 s',
  )
  isDown(
    await answerOf(
      plain(() => {}),
      { timeout },
    ),
    'no answer in 0.2 s',
  )
  isDown(
    await answerOf(
      plain(stream => stream.respond({ ':status': 200 })),
      { timeout },
    ),
    'no end of the answer in 0.2 s',
  )
  isDown(
    await answerOf(
      plain(stream => {
        stream.respond({ ':status': 200 })
        stream.write(Buffer.alloc(100_000))
      }),
    ),
    'the answer is too long',
  )
  isDown(await answerOf(serve(socket => socket.destroy())), /^connection (closed|reset)/)
  isDown(
    await answerOf(plain(stream => stream.session?.destroy())),
    'connection closed without an answer',
  )
  isDown(await answerOf(plain(stream => stream.close(8))), 'request ended without an answer')
  const gone = await plain(serving)
  await gone.close()
  isDown(await ask(grpc, checkOf({ type: 'grpc', service: '' }, gone.port)), 'connection refused')
})

test('given up', async () => {
  for (const server of [() => serve(() => {}), () => plain(() => {})])
    await using(server(), port =>
      leavesNothing(async () => {
        const stop = new AbortController()
        const answer = grpc(checkOf({ type: 'grpc', service: '' }, port), stop.signal)
        await new Promise(resolve => setTimeout(resolve, 30))
        stop.abort()
        assert.is((await answer).ok, false)
      }),
    )
})

test.run()
