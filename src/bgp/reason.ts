/** Why there is no session, in words that say what to look at. */
import type { Peer, SessionState } from '../model/announcement.ts'
import type { Fault } from './wire/fault.ts'
import { describeCodes, type Notification } from './wire/notification.ts'

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`

/** The peer was silent for so long. */
export function whyTimeout(state: SessionState, peer: Peer, milliseconds: number): string {
  if (state === 'established') return `the peer was silent for ${seconds(milliseconds)} (hold time)`
  if (state !== 'connect') {
    const far = peer.ttlSecurity ? '' : '; if it demands TTL security, set ttl_security'
    return `timeout: the peer takes connections, but does not answer${far}`
  }
  const password =
    peer.password === undefined
      ? 'if the peer has a password, it must stand here, too'
      : 'if the peer has a password, check it'
  const far = isNear(peer) ? '; if it is not on the same network, set multihop' : ''
  return `timeout: ${password}${far}`
}

/** The peer has taken nothing for too long. */
export const whyStuck = 'the peer takes nothing of what it is told any more'

/** The connection ended without a word. */
export function whyClosed(state: SessionState, { address }: Peer): string {
  if (state === 'connect') return `no connection to ${address}`
  if (state === 'open-sent')
    return 'the peer closed the connection at once: it may not know this host as its neighbour'
  return 'the peer closed the connection'
}

/** What kept the kernel from making a connection, or ended it: the name of an errno. */
export function whyErrno(code: string, peer: Peer): string {
  const { address, port, localAddress } = peer
  switch (code) {
    case 'ECONNREFUSED':
      return `connection refused: nothing listens at port ${port} of ${address}, or not for this host`
    case 'EPIPE':
      return 'the peer closed the connection'
    case 'ECONNRESET':
      return 'the peer reset the connection'
    case 'EHOSTUNREACH':
      return `${address} does not answer on its network${isNear(peer) ? ', or is further away than multihop says' : ''}`
    case 'ENETUNREACH':
      return `there is no way to ${address}`
    case 'ETIMEDOUT':
      return `timeout: ${address} answers nothing any more`
    case 'EADDRNOTAVAIL':
      return `this host has not the address ${localAddress ?? ''} that the session is to be made from`
    default:
      return `the connection failed (${code})`
  }
}

/** What we have found wrong. */
export function whyFault(fault: Fault): string {
  return fault.why === undefined
    ? `the peer broke the protocol (${describeCodes(fault)})`
    : `${fault.why} (${describeCodes(fault)})`
}

/** What the peer has said. */
export function whyNotification(notification: Notification, { localAs }: Peer): string {
  const { code, subcode } = notification
  const said = `the peer ended the session: ${describeCodes(notification)}`
  if (code === 2 && subcode === 2) return `${said}: it does not expect our AS ${localAs}`
  return said
}

function isNear({ as, localAs, multihop }: Peer): boolean {
  return as !== localAs && multihop <= 1
}
