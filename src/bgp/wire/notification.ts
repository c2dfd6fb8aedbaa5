/** NOTIFICATION (RFC 4271, 4.5): why a session ends, in bytes and in words. */
import { type Fault, fault } from './fault.ts'
import { headerLength, message, messageType } from './message.ts'
import { maxMessage } from './writer.ts'

export interface Notification {
  readonly kind: 'notification'
  readonly code: number
  readonly subcode: number
  readonly data: Uint8Array
}

/** Codes and their subcodes in the words of the IANA registry of BGP parameters. */
const words: Readonly<Record<number, readonly [string, Readonly<Record<number, string>>]>> = {
  1: [
    'Message Header Error',
    { 1: 'Connection Not Synchronized', 2: 'Bad Message Length', 3: 'Bad Message Type' },
  ],
  2: [
    'OPEN Message Error',
    {
      1: 'Unsupported Version Number',
      2: 'Bad Peer AS',
      3: 'Bad BGP Identifier',
      4: 'Unsupported Optional Parameter',
      5: 'Authentication Failure',
      6: 'Unacceptable Hold Time',
      7: 'Unsupported Capability',
      11: 'Role Mismatch',
    },
  ],
  3: [
    'UPDATE Message Error',
    {
      1: 'Malformed Attribute List',
      2: 'Unrecognized Well-known Attribute',
      3: 'Missing Well-known Attribute',
      4: 'Attribute Flags Error',
      5: 'Attribute Length Error',
      6: 'Invalid ORIGIN Attribute',
      7: 'AS Routing Loop',
      8: 'Invalid NEXT_HOP Attribute',
      9: 'Optional Attribute Error',
      10: 'Invalid Network Field',
      11: 'Malformed AS_PATH',
    },
  ],
  4: ['Hold Timer Expired', {}],
  5: [
    'Finite State Machine Error',
    {
      1: 'Receive Unexpected Message in OpenSent State',
      2: 'Receive Unexpected Message in OpenConfirm State',
      3: 'Receive Unexpected Message in Established State',
    },
  ],
  6: [
    'Cease',
    {
      1: 'Maximum Number of Prefixes Reached',
      2: 'Administrative Shutdown',
      3: 'Peer De-configured',
      4: 'Administrative Reset',
      5: 'Connection Rejected',
      6: 'Other Configuration Change',
      7: 'Connection Collision Resolution',
      8: 'Out of Resources',
      9: 'Hard Reset',
      10: 'BFD Down',
    },
  ],
  7: ['ROUTE-REFRESH Message Error', { 1: 'Invalid Message Length' }],
  8: ['Send Hold Timer Expired', {}],
}

const cease = 6
const withText: ReadonlySet<number> = new Set([2, 4])
const hardReset = 9

/** A NOTIFICATION of this fault. */
export function encodeNotification({ code, subcode, data }: Fault): Buffer {
  const room = maxMessage - headerLength - 2
  return message(messageType.notification, writer =>
    writer.u8(code).u8(subcode).raw(data.subarray(0, room)),
  )
}

/** One that is cut off has code 0: it ends the session, too, and nothing is said of it (RFC 4271, 6.4). */
export function decodeNotification(body: Uint8Array): Notification {
  return {
    kind: 'notification',
    code: body[0] ?? 0,
    subcode: body[1] ?? 0,
    data: Uint8Array.from(body.subarray(2)),
  }
}

/** Ends a session in order, with words for whoever operates the peer (RFC 9003). */
export function shutdown(text: string): Fault {
  const bytes = Buffer.from(text, 'utf8').subarray(0, 255)
  return fault('administrativeShutdown', [bytes.length, ...bytes])
}

/**
 * Code and subcode in words: `Cease: Administrative Shutdown "moving the rack"`.
 *
 * Of a hard reset (RFC 8538, 3.1) the reason is the one that it contains.
 */
export function describeCodes({
  code,
  subcode,
  data,
}: Pick<Fault, 'code' | 'subcode' | 'data'>): string {
  const [name, subcodes] = words[code] ?? [`error ${code}`, {}]
  const detail = subcodes[subcode] ?? (subcode === 0 ? undefined : `subcode ${subcode}`)
  const said = detail === undefined ? name : `${name}: ${detail}`
  if (code !== cease) return said
  if (subcode === hardReset && data.length >= 2 && data[1] !== hardReset)
    return `${said}, ${describeCodes(decodeNotification(data))}`
  const text = withText.has(subcode) ? shutdownText(data) : ''
  return text === '' ? said : `${said} "${text}"`
}

/** RFC 9003, 2. What others write is shown on terminals: without control characters. */
function shutdownText(data: Uint8Array): string {
  const length = data[0] ?? 0
  const text = Buffer.from(data.subarray(1, 1 + length)).toString('utf8')
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
