/** Peers as the neighbours of gobgpd, there and back. */
import type { Peer, PeerStatus, SessionState } from '../model/announcement.ts'
import { parseIp } from '../model/ip.ts'
import { familyMessage } from './path.ts'
import {
  type Field,
  message,
  messageIn,
  messagesIn,
  number,
  numberIn,
  text,
  textIn,
} from './protobuf.ts'

/**
 * Begins the description of a neighbour of ours; the row follows it, as JSON, with where its password
 * is and without the password. So what is read back is what was asked for, also after a restart.
 */
const peerMark = 'slb:5b1b '

/** Fields of Peer, and of the messages inside it. */
const peerField = {
  conf: 2,
  multihop: 3,
  state: 5,
  timers: 6,
  transport: 7,
  gracefulRestart: 9,
  families: 10,
  ttlSecurity: 11,
} as const
const conf = { password: 1, description: 2, localAs: 3, address: 4, peerAs: 5 } as const
const state = { address: 5, session: 13, why: 22 } as const

/** How long gobgpd waits between calls, in seconds. */
const connectRetry = 1

/** A neighbour; `as` is that of the daemon. */
export function neighbourOf(peer: Peer, password: Uint8Array | undefined, as: number): Buffer {
  const { address, localAs, multihop, ttlSecurity, gracefulRestart, localAddress, port } = peer
  return Buffer.concat([
    message(
      peerField.conf,
      ...(password === undefined ? [] : [message(conf.password, password)]),
      text(conf.description, peerMark + JSON.stringify(peer)),
      number(conf.localAs, localAs === as ? 0 : localAs),
      text(conf.address, address),
      number(conf.peerAs, peer.as),
    ),
    ...(multihop > 1 && !ttlSecurity
      ? [message(peerField.multihop, number(1, true), number(2, multihop))]
      : []),
    message(
      peerField.timers,
      message(1, number(1, connectRetry), number(2, peer.hold), number(3, peer.keepalive)),
    ),
    message(peerField.transport, text(1, localAddress ?? ''), number(6, port === 179 ? 0 : port)),
    ...(gracefulRestart === 0
      ? []
      : [message(peerField.gracefulRestart, number(1, true), number(2, gracefulRestart))]),
    ...peer.families.map(family =>
      message(
        peerField.families,
        ...(gracefulRestart === 0 ? [] : [message(1, message(1, number(1, true)))]),
        message(2, familyMessage(1, family), number(2, true)),
      ),
    ),
    ...(ttlSecurity
      ? [message(peerField.ttlSecurity, number(1, true), number(2, 256 - Math.max(1, multihop)))]
      : []),
  ])
}

/** The row of a neighbour of ours; undefined of one that somebody else has made. */
export function rowOf(fields: readonly Field[]): Peer | undefined {
  const description = textIn(messageIn(fields, peerField.conf), conf.description)
  if (!description.startsWith(peerMark)) return undefined
  try {
    return JSON.parse(description.slice(peerMark.length)) as Peer
  } catch {
    return undefined
  }
}

const states: readonly SessionState[] = [
  'idle',
  'idle',
  'connect',
  // gobgpd listens and calls: both are before an OPEN.
  'connect',
  'open-sent',
  'open-confirm',
  'established',
]

/** How the session is. `now` are both clocks, in milliseconds: the monotonic one, and that of the day. */
export function statusOf(
  fields: readonly Field[],
  now: { readonly monotonic: number; readonly wall: number },
): PeerStatus | undefined {
  const of = messageIn(fields, peerField.state)
  const address = parseIp(textIn(of, state.address))
  if (address === undefined) return undefined
  const name = states[numberIn(of, state.session)] ?? 'idle'
  const timers = messageIn(messageIn(fields, peerField.timers), 2)
  const [uptime, downtime] = [6, 7].map(at => numberIn(messageIn(timers, at), 1) * 1000)
  const moment = (name === 'established' ? uptime : downtime) || now.wall
  const why = textIn(of, state.why)
  const sent = messagesIn(fields, peerField.families).reduce(
    (sum, family) => sum + numberIn(messageIn(family, 3), 5),
    0,
  )
  return {
    address,
    state: name,
    since: now.monotonic - Math.max(0, now.wall - moment),
    ...(why === '' || name === 'established' ? {} : { lastError: why }),
    sent: name === 'established' ? sent : 0,
  }
}
