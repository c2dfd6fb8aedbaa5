/** The messages of grpc.health.v1, and which answers are right. */
import type { IncomingHttpHeaders } from 'node:http2'
import type { Answer } from '../probe.ts'
import { oneLine } from './fault.ts'

/** As much as is taken of an answer, whose message has two bytes. */
export const messageLimit: number = 64 * 1024

/** HealthCheckRequest { string service = 1 }, as a message of gRPC: not compressed, with its length. */
export function request(service: string): Buffer {
  const name = Buffer.from(service)
  const message =
    name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name])
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(message.length, 1)
  return Buffer.concat([frame, message])
}

/** A number in base 128, the lowest digit first. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}

/** Codes of gRPC by number. */
const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]

/** HealthCheckResponse.ServingStatus. */
const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** The answer to the check; `headers` are those before and after the body together. */
export function judge(headers: IncomingHttpHeaders, body: Buffer, service: string): Answer {
  if (Number(headers[':status']) !== 200)
    return { ok: false, why: `status ${headers[':status']}, not 200` }
  const code = headers['grpc-status']
  if (!String(headers['content-type'] ?? '').startsWith('application/grpc') || code === undefined)
    return { ok: false, why: 'the answer is not gRPC' }
  if (code !== '0') return { ok: false, why: refusal(Number(code), headers, service) }
  const status = servingStatus(body)
  if (status === undefined) return { ok: false, why: 'the answer is no health status' }
  if (statuses[status] === 'SERVING') return { ok: true }
  return { ok: false, why: `${subject(service)} is ${statuses[status] ?? `status ${status}`}` }
}

function refusal(code: number, headers: IncomingHttpHeaders, service: string): string {
  const name = codes[code] ?? `code ${code}`
  if (name === 'NOT_FOUND') return `the server knows no ${subject(service)} (NOT_FOUND)`
  if (name === 'UNIMPLEMENTED') return 'the server has no grpc.health.v1 (UNIMPLEMENTED)'
  const message = headers['grpc-message']
  return typeof message === 'string' && message !== ''
    ? `gRPC says ${name}: ${oneLine(message)}`
    : `gRPC says ${name}`
}

function subject(service: string): string {
  return service === '' ? 'server' : `service ${service}`
}

/** Field 1 of the message; 0 if it is left out; undefined if this is no such message. */
function servingStatus(body: Buffer): number | undefined {
  if (body.length < 5 || body[0] !== 0 || body.readUInt32BE(1) !== body.length - 5) return undefined
  if (body.length === 5) return 0
  // One field of type varint: any other would be of a later version, after it.
  if (body[5] !== 0x08) return undefined
  const value = body[6]
  return value !== undefined && value < 0x80 ? value : undefined
}
