/** TLS over a connection of a check: whose certificate is good, and how long it still is. */
import { readFileSync, statSync } from 'node:fs'
import type { Socket } from 'node:net'
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { Check, Tls } from '../../model/check.ts'
import type { Attempt } from './attempt.ts'
import { codeOf, messageOf, oneLine, ownFault } from './fault.ts'

/** What is wanted of a TLS connection. */
export interface Wish {
  readonly tls: Tls
  /** The name that the certificate must carry if `tls.serverName` is absent: that of the Host header. */
  readonly host?: string | undefined
  /** The protocols offered (ALPN, RFC 7301). */
  readonly protocols?: readonly string[]
}

/** Takes the connection when it is encrypted and the certificate is good. */
export type Secured = (socket: TLSSocket, warning: string | undefined) => void

/**
 * Makes a connection secure, or ends the attempt.
 *
 * With `verify`, the chain must lead to a known authority and the certificate must carry the name
 * asked for: `serverName`, or else the name of the Host header, or else the address itself (RFC 9110,
 * 4.3.4). Nothing is sent before. A certificate is looked at by hand, not by Node's
 * `rejectUnauthorized`, which closes the connection before one can say until when it was valid.
 */
export function secure(
  it: Attempt,
  check: Check,
  plain: Socket,
  wish: Wish,
  secured: Secured,
): TLSSocket | undefined {
  const { tls } = wish
  const context = contextFor(it, tls.caFile)
  if (context === undefined) return undefined
  const name = tls.serverName ?? wish.host ?? check.address
  const socket = connect({
    socket: plain,
    secureContext: context,
    servername: tls.serverName ?? '',
    rejectUnauthorized: false,
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
    ...(wish.protocols === undefined ? {} : { ALPNProtocols: [...wish.protocols] }),
  })
  socket.once('error', error => failed(it, error))
  socket.once('secureConnect', () => {
    const bad = tls.verify ? faultOfCertificate(socket, name) : undefined
    if (bad !== undefined) it.tell({ ok: false, why: bad })
    else secured(socket, tls.expiryWarning > 0 ? endsSoon(socket, tls.expiryWarning) : undefined)
  })
  return socket
}

/** An error of the connection, or of the handshake: then OpenSSL's reason, which is the last part. */
function failed(it: Attempt, error: Error): void {
  const code = codeOf(error)
  if (code === 'ECONNRESET' && it.waitsFor === 'end of the TLS handshake')
    it.tell({ ok: false, why: 'connection closed during the TLS handshake' })
  else if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    const reason = (error as { readonly reason?: unknown }).reason
    const words = typeof reason === 'string' ? oneLine(reason) : messageOf(error)
    it.tell({ ok: false, why: `TLS handshake failed: ${words}` })
  } else it.fail(error)
}

/** What is wrong with the certificate of the other side, if anything. */
function faultOfCertificate(socket: TLSSocket, name: string): string | undefined {
  if (socket.authorized) return undefined
  // An Error by its type, but in truth the code of one.
  const code = String(socket.authorizationError)
  const certificate = socket.getPeerCertificate()
  if (code === 'CERT_HAS_EXPIRED') return `certificate has expired on ${day(certificate.valid_to)}`
  if (code === 'CERT_NOT_YET_VALID')
    return `certificate is not valid before ${day(certificate.valid_from)}`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `certificate is not for ${name} but for ${names(certificate.subjectaltname, certificate.subject?.CN)}`
  return chainFaults[code] ?? `certificate is not accepted (${code})`
}

/** Codes of OpenSSL (X509_verify_cert_error_string(3)). */
const chainFaults: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate comes from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate comes from an unknown authority',
  CERT_REVOKED: 'certificate is revoked',
  CERT_SIGNATURE_FAILURE: 'certificate has a wrong signature',
  INVALID_PURPOSE: 'certificate is not meant for servers',
}

function names(alternatives: string | undefined, common: unknown): string {
  const text = alternatives?.replaceAll(/\b(DNS|IP Address):/g, '') ?? common
  return typeof text === 'string' && text !== '' ? oneLine(text) : 'nobody'
}

/** The day of an X.509 time as OpenSSL prints it (`Jan  1 00:00:00 2026 GMT`). */
function day(time: string): string {
  const at = Date.parse(time)
  return Number.isNaN(at) ? oneLine(time) : new Date(at).toISOString().slice(0, 10)
}

/** Certificates speak of the time of day; so does this. */
function endsSoon(socket: TLSSocket, within: number): string | undefined {
  const end = socket.getPeerCertificate().valid_to
  const left = Date.parse(end) - Date.now()
  if (!(left <= within)) return undefined
  if (left <= 0) return `certificate has expired on ${day(end)}`
  const days = Math.floor(left / 86_400_000)
  return `certificate ends on ${day(end)}, in ${days === 1 ? '1 day' : `${days} days`}`
}

interface Known {
  readonly stamp: string
  readonly context: SecureContext
}

/** Contexts by authority file, the empty name for the system's; making one takes about a millisecond. */
const contexts = new Map<string, Known>()

/** The context for an authority file, made again when the file was changed; ends the attempt without one. */
function contextFor(it: Attempt, file = ''): SecureContext | undefined {
  try {
    const stamp = file === '' ? '' : stampOf(file)
    const known = contexts.get(file)
    if (known?.stamp === stamp) return known.context
    const context = createSecureContext(file === '' ? {} : { ca: readFileSync(file) })
    contexts.set(file, { stamp, context })
    return context
  } catch (error) {
    it.tell(ownFault(`cannot read the authorities in ${file}: ${messageOf(error)}`))
    return undefined
  }
}

function stampOf(file: string): string {
  const { mtimeMs, size, ino } = statSync(file)
  return `${mtimeMs} ${size} ${ino}`
}
