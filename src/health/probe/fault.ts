/** Errors of sockets in plain words, and whose fault they are. */
import type { Check } from '../../model/check.ts'
import type { Answer } from '../probe.ts'

/** What the other side, or the way to it, is to blame for. */
const theirs: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ECONNABORTED: 'connection reset',
  EPIPE: 'connection closed too early',
  EHOSTUNREACH: 'host unreachable',
  EHOSTDOWN: 'host unreachable',
  ENOPROTOOPT: 'protocol unreachable',
  ETIMEDOUT: 'no connection: nobody answers',
}

/** What says nothing of the other side: this machine cannot even ask. */
const ours: Readonly<Record<string, string>> = {
  EMFILE: 'this process has no file descriptor left',
  ENFILE: 'this machine has no file descriptor left',
  ENOBUFS: 'the kernel has no buffer left',
  ENOMEM: 'the kernel is out of memory',
  EAGAIN: 'the kernel has no local port or memory left at the moment',
  EADDRINUSE: 'no local port left',
  EADDRNOTAVAIL: 'no local address or port left',
  ENETDOWN: 'the link is down',
  ENETUNREACH: 'no route to that network',
  ENONET: 'this machine is not on a network',
  ENODEV: 'no such link here',
  EACCES: 'not permitted here',
  EPERM: 'not permitted here, by a firewall perhaps',
  EAFNOSUPPORT: 'this machine does not support the address family',
  EINVAL: 'this machine cannot send there',
  EMSGSIZE: 'the message is too long to be sent',
}

/** Thrown where this machine cannot ask; the message says why and what to do. */
export class OwnFault extends Error {}

/** The answer that an error of Node stands for; the code stands behind words that do not say it all. */
export function faultOf(error: unknown, check: Check): Answer {
  if (error instanceof OwnFault) return ownFault(error.message)
  const code = codeOf(error)
  // Node refuses an argument: a header that cannot be sent, a name that is too long.
  if (error instanceof TypeError || error instanceof RangeError) return ownFault(messageOf(error))
  const their = theirs[code]
  if (their !== undefined) return { ok: false, why: their }
  if (code === 'EADDRNOTAVAIL' && check.source !== undefined)
    return ownFault(`this machine does not have the source address ${check.source}`)
  const our = ours[code]
  if (our !== undefined) return ownFault(`${our} (${code})`)
  return { ok: false, why: messageOf(error) }
}

/** The same of a connected UDP socket: what comes back is not a refusal but an ICMP message. */
export function datagramFault(error: unknown, check: Check): Answer {
  if (codeOf(error) === 'ECONNREFUSED') return { ok: false, why: 'port unreachable' }
  return faultOf(error, check)
}

/** An answer that says nothing of the other side. */
export function ownFault(why: string): Answer {
  return { ok: false, why, own: true }
}

/** The code of an error of Node, or nothing. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : ''
}

/** What an error says, in one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error))
}

/** Text from outside, fit for one line of a log: no control characters, and not too long. */
export function oneLine(text: string, most = 160): string {
  const plain = text.replace(/\p{C}+/gu, ' ').trim()
  return plain.length > most ? `${plain.slice(0, most)}...` : plain
}
