/** gRPC over HTTP/2 by Node's own client: messages there, messages back, and a status (gRPC over HTTP2). */
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { connect as connectSocket, type Socket } from 'node:net'
import { SlbError, type SlbErrorCode } from '../model/error.ts'

export interface Channel {
  /** Calls a method with one message or more; the messages of the answer. Throws an SlbError. */
  call(method: string, messages: readonly Uint8Array[]): Promise<readonly Buffer[]>
  close(): void
}

/** `grpc-status` 12: the server has no such service or method. */
export class Unimplemented extends SlbError {}

/** The length before each message. */
const prefixLength = 5
/** How long a call may take, in milliseconds. */
const patience = 30_000

const codes: Readonly<Record<number, SlbErrorCode>> = {
  3: 'invalid',
  4: 'timeout',
  5: 'stale',
  6: 'stale',
  7: 'denied',
  12: 'missing',
  14: 'io',
  16: 'denied',
}

/** A channel to `unix:/PATH` or `HOST:PORT`; it connects when it is needed, and again after a fault. */
export function openChannel(address: string): Channel {
  let session: ClientHttp2Session | undefined
  const open = (): ClientHttp2Session => {
    if (session !== undefined && !session.closed && !session.destroyed) return session
    // Most commands have no gobgpd: those are not to pay for loading it.
    const { connect } = process.getBuiltinModule('node:http2')
    const fresh = connect('http://gobgpd', { createConnection: () => socketTo(address) })
    // Each call hears of it by its own stream.
    fresh.on('error', () => {})
    fresh.unref()
    session = fresh
    return fresh
  }
  return {
    call: (method, messages) => ask(open(), address, method, messages),
    close: () => session?.destroy(),
  }
}

function socketTo(address: string): Socket {
  if (address.startsWith('unix:')) return connectSocket(address.replace(/^unix:(\/\/)?/, ''))
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, '$1')
  return connectSocket({ host, port: Number(address.slice(at + 1)) })
}

async function ask(
  session: ClientHttp2Session,
  address: string,
  method: string,
  messages: readonly Uint8Array[],
): Promise<readonly Buffer[]> {
  const stream = session.request({
    ':method': 'POST',
    ':path': method,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  stream.setTimeout(patience, () => stream.destroy(new Error('no answer in time')))
  session.ref()
  try {
    const answer = receive(stream)
    for (const message of messages) stream.write(framed(message))
    stream.end()
    const { status, words, body } = await answer
    if (status === 0) return bodyParts(body)
    const name = method.slice(method.lastIndexOf('/') + 1)
    const what = `gobgpd at ${address} refuses ${name}: ${words || `status ${status}`}`
    throw status === 12
      ? new Unimplemented('missing', what)
      : new SlbError(codes[status] ?? 'io', what)
  } catch (error) {
    if (error instanceof SlbError) throw error
    const why = reasonOf(error)
    throw new SlbError(
      isNobody(error) ? 'missing' : 'io',
      `there is no gobgpd at ${address}: ${why}`,
      {
        hint: 'start it, or say where it is with [bgp] gobgp.address',
      },
    )
  } finally {
    session.unref()
  }
}

/** What is behind a stream that was given up says more than that it was. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

/** True if nobody listens there, as opposed to one who does and cannot be reached, or does not answer. */
function isNobody(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
  const { code } = (cause ?? {}) as NodeJS.ErrnoException
  return code === 'ECONNREFUSED' || code === 'ENOENT'
}

interface Answer {
  readonly status: number
  readonly words: string
  readonly body: Buffer
}

function receive(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let status = ''
    let words = ''
    // An answer without messages has its status in the head.
    for (const event of ['response', 'trailers'] as const)
      stream.on(event, (headers: Readonly<Record<string, unknown>>) => {
        status = String(headers['grpc-status'] ?? status)
        words = String(headers['grpc-message'] ?? words)
      })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('close', () => {
      if (status === '') reject(new Error('it ended the connection without an answer'))
      else
        resolve({
          status: Number(status),
          words: decodeURIComponent(words.replaceAll(/%(?![0-9a-f]{2})/gi, '%25')),
          body: Buffer.concat(chunks),
        })
    })
  })
}

/** Not compressed, and its length. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(prefixLength)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

function bodyParts(body: Buffer): readonly Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at + prefixLength <= body.length; ) {
    const end = at + prefixLength + body.readUInt32BE(at + 1)
    parts.push(body.subarray(at + prefixLength, end))
    at = end
  }
  return parts
}
