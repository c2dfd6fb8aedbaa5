/** Does a gRPC server say that it serves (grpc.health.v1)? */
import { type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Check } from '../../model/check.ts'
import { endpoint } from '../../model/ip.ts'
import type { Probe } from '../probe.ts'
import { type Attempt, attempt, questionOf, type Release } from './attempt.ts'
import { open } from './connection.ts'
import { codeOf, faultOf } from './fault.ts'
import { judge, messageLimit, request } from './grpc-answer.ts'

/**
 * Good if the answer to grpc.health.v1.Health/Check is SERVING. Over HTTP/2 without TLS (prior
 * knowledge, RFC 9113, 3.3) or with it, by Node's own client: gRPC is one message there and back.
 */
export const grpc: Probe = (check, signal) => {
  const question = questionOf(check, 'grpc')
  const wish = question.tls && { tls: question.tls, protocols: ['h2'] }
  return attempt(check, signal, it => {
    let end: Release | undefined
    const close = open(it, check, wish, (socket, warning) => {
      if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2')
        it.tell({ ok: false, why: 'the server does not offer HTTP/2' })
      else end = call(it, check, question.service, socket, warning)
    })
    // The session owns the connection as soon as there is one.
    return () => (end ?? close)()
  })
}

function call(
  it: Attempt,
  check: Check,
  service: string,
  socket: Socket,
  warning: string | undefined,
): Release {
  const scheme = socket instanceof TLSSocket ? 'https' : 'http'
  const session = connect(`${scheme}://${endpoint(check.address, check.port)}`, {
    createConnection: () => socket,
  })
  const failed = (error: Error): void => {
    if (codeOf(error).startsWith('ERR_HTTP2_'))
      it.tell({ ok: false, why: `the answer is not HTTP/2 (${codeOf(error)})` })
    else it.tell(faultOf(error, check))
  }
  session.on('error', failed)
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'slb',
  })
  stream.on('error', failed)
  // Also of a stream that was reset with CANCEL, which Node does not call an error.
  stream.once('close', () => {
    const what = socket.destroyed || session.destroyed ? 'connection closed' : 'request ended'
    it.tell({ ok: false, why: `${what} without an answer` })
  })
  receive(it, stream, service, warning)
  stream.end(request(service))
  return () => session.destroy()
}

/** Collects the answer: head, message, and the status that comes after it. */
function receive(
  it: Attempt,
  stream: ClientHttp2Stream,
  service: string,
  warning: string | undefined,
): void {
  let head: IncomingHttpHeaders | undefined
  let trailers: IncomingHttpHeaders = {}
  const chunks: Buffer[] = []
  let length = 0
  stream.once('response', headers => {
    head = headers
    it.waitsFor = 'end of the answer'
  })
  stream.once('trailers', headers => {
    trailers = headers
  })
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length > messageLimit) it.tell({ ok: false, why: 'the answer is too long' })
  })
  stream.once('end', () => {
    if (head === undefined) return
    const answer = judge({ ...head, ...trailers }, Buffer.concat(chunks), service)
    it.tell(answer.ok && warning !== undefined ? { ...answer, warning } : answer)
  })
}
