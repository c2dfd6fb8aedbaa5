/** What a peer did wrong, as it is told in a NOTIFICATION (RFC 4271, 6; the IANA registry of BGP parameters). */

/** Code and subcode of the faults that we find, and of what else ends a session. */
const codes = {
  notSynchronized: [1, 1],
  badMessageLength: [1, 2],
  badMessageType: [1, 3],
  /** A part of an OPEN that cannot be read (RFC 4271, 6.2). */
  badOpen: [2, 0],
  unsupportedVersion: [2, 1],
  badPeerAs: [2, 2],
  badIdentifier: [2, 3],
  unsupportedParameter: [2, 4],
  unacceptableHold: [2, 6],
  malformedAttributes: [3, 1],
  optionalAttribute: [3, 9],
  invalidNetwork: [3, 10],
  holdExpired: [4, 0],
  /** Messages in a state where they cannot come (RFC 6608). */
  unexpectedInOpenSent: [5, 1],
  unexpectedInOpenConfirm: [5, 2],
  unexpectedInEstablished: [5, 3],
  administrativeShutdown: [6, 2],
  peerDeconfigured: [6, 3],
  configurationChange: [6, 6],
  /** The peer has taken nothing for too long (RFC 9687). */
  sendHoldExpired: [8, 0],
} as const

export type FaultName = keyof typeof codes

/** Why a session ends. */
export interface Fault {
  readonly kind: 'fault'
  readonly code: number
  readonly subcode: number
  readonly data: Uint8Array
  /** In words, where they say more than code and subcode do. */
  readonly why?: string
}

/** A fault by its name. */
export function fault(
  name: FaultName,
  data: Uint8Array | readonly number[] = [],
  why?: string,
): Fault {
  const [code, subcode] = codes[name]
  return {
    kind: 'fault',
    code,
    subcode,
    data: Uint8Array.from(data),
    ...(why === undefined ? {} : { why }),
  }
}
