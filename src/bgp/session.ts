/**
 * A session as a state machine (RFC 4271, 8) without time, sockets or chance of its own: a state and an
 * event are a new state and what is to be done. We call, we never listen: so there is no state Active, no
 * collision, and what RFC 4271 calls Connect and Idle is all that comes before an OPEN.
 */
import type { Peer, SessionState } from '../model/announcement.ts'
import type { Family, Ip } from '../model/ip.ts'
import { type Agreement, agree, openOf, type Start } from './agree.ts'
import { whyClosed, whyFault, whyNotification, whyTimeout } from './reason.ts'
import { type Fault, fault } from './wire/fault.ts'
import type { Incoming } from './wire/incoming.ts'
import { keepalive } from './wire/message.ts'
import { encodeNotification } from './wire/notification.ts'

/** Times are of the monotonic clock, in milliseconds; Infinity = never. */
export interface Session {
  readonly state: SessionState
  readonly since: number
  /** When to call, while idle. */
  readonly dialAt: number
  /** When the other side has been silent for too long. */
  readonly deadline: number
  readonly keepaliveAt: number
  /** How many calls in a row have not led to a session that lasted. */
  readonly attempts: number
  readonly routerId: Ip | undefined
  readonly agreed: Agreement | undefined
  /** Why the last session ended or could not be made. */
  readonly lastError: string | undefined
  /** A session has stood since we started. */
  readonly stood: boolean
}

export type SessionEvent =
  /** Time has passed. */
  | { readonly type: 'tick' }
  | { readonly type: 'connected'; readonly routerId: Ip }
  /** There is no connection, or not any more. */
  | { readonly type: 'lost'; readonly why: string | undefined }
  | { readonly type: 'heard'; readonly message: Incoming }
  /** It is to end; absent = without a word, as graceful restart wants it (RFC 4724, 4.1). */
  | { readonly type: 'end'; readonly notice?: Fault }

export type SessionAction =
  | { readonly do: 'dial' }
  | { readonly do: 'send'; readonly bytes: Buffer }
  /** Close the connection, after these bytes. */
  | { readonly do: 'hangUp'; readonly bytes?: Buffer }
  /** The peer can be told of routes. */
  | { readonly do: 'begin'; readonly agreed: Agreement }
  /** It has forgotten all of them. */
  | { readonly do: 'forget' }
  | { readonly do: 'repeat'; readonly family: Family }

export interface Step {
  readonly session: Session
  readonly actions: readonly SessionAction[]
}

/** What a session is about, and what surrounds it. */
export interface Surroundings {
  readonly peer: Peer
  /** This process took the place of one whose routes the peers may have kept. */
  readonly restarting: boolean
  readonly now: number
  /** 0 up to 1. */
  readonly random: number
}

const never = Number.POSITIVE_INFINITY
/** How long a connection may take, in milliseconds. */
const connectTimeout = 5000
/** How long the first OPEN may take. */
const openTimeout = 30_000
const firstRetry = 1000
const longestRetry = 30_000
/** A session that stood for so long has not failed. */
const lasting = 10_000

/** A session that calls at once. */
export function newSession(now: number): Session {
  return {
    state: 'idle',
    since: now,
    dialAt: now,
    deadline: never,
    keepaliveAt: never,
    attempts: 0,
    routerId: undefined,
    agreed: undefined,
    lastError: undefined,
    stood: false,
  }
}

/** When the next tick is due. */
export function wakeAt({ dialAt, deadline, keepaliveAt }: Session): number {
  return Math.min(dialAt, deadline, keepaliveAt)
}

/** What follows from an event. */
export function step(session: Session, event: SessionEvent, around: Surroundings): Step {
  switch (event.type) {
    case 'tick':
      return tick(session, around)
    case 'connected':
      return connected(session, event.routerId, around)
    case 'lost':
      return session.state === 'idle'
        ? { session, actions: [] }
        : failed(session, around, event.why ?? whyClosed(session.state, around.peer))
    case 'heard':
      return heard(session, event.message, around)
    case 'end':
      return ended(session, event.notice, around)
  }
}

function tick(session: Session, around: Surroundings): Step {
  const { now, peer } = around
  if (now >= session.deadline) {
    const why = whyTimeout(session.state, peer, session.agreed?.hold ?? connectTimeout)
    if (session.state === 'connect') return failed(session, around, why)
    return failed(session, around, why, fault('holdExpired'))
  }
  if (session.state === 'idle' && now >= session.dialAt)
    return {
      session: {
        ...enter(session, 'connect', now),
        dialAt: never,
        deadline: now + connectTimeout,
        attempts: session.attempts + 1,
      },
      actions: [{ do: 'dial' }],
    }
  if (now < session.keepaliveAt) return { session, actions: [] }
  return {
    session: { ...session, keepaliveAt: now + (session.agreed?.keepalive ?? never) },
    actions: [{ do: 'send', bytes: keepalive }],
  }
}

function connected(session: Session, routerId: Ip, { now, peer, restarting }: Surroundings): Step {
  if (session.state !== 'connect') return { session, actions: [] }
  const start: Start = {
    restarting: restarting && !session.stood,
    preserved: restarting || session.stood,
  }
  return {
    session: { ...enter(session, 'open-sent', now), routerId, deadline: now + openTimeout },
    actions: [{ do: 'send', bytes: openOf(peer, routerId, start) }],
  }
}

function heard(session: Session, message: Incoming, around: Surroundings): Step {
  if (session.state === 'idle' || session.state === 'connect') return { session, actions: [] }
  if (message.kind === 'fault') return failed(session, around, whyFault(message), message)
  if (message.kind === 'notification')
    return failed(session, around, whyNotification(message, around.peer))
  if (session.state === 'open-sent') return heardOpen(session, message, around)
  if (session.state === 'open-confirm') {
    if (message.kind !== 'keepalive') return unexpected(session, around, 'unexpectedInOpenConfirm')
    const agreed = session.agreed
    if (agreed === undefined) return { session, actions: [] }
    return {
      session: { ...enter(alive(session, around), 'established', around.now), stood: true },
      actions: [{ do: 'begin', agreed }],
    }
  }
  if (message.kind === 'open') return unexpected(session, around, 'unexpectedInEstablished')
  const repeat =
    message.kind === 'refresh' && message.family !== undefined
      ? [{ do: 'repeat', family: message.family } as const]
      : []
  return { session: alive(session, around), actions: repeat }
}

function heardOpen(session: Session, message: Incoming, around: Surroundings): Step {
  const { peer, now } = around
  if (message.kind !== 'open') return unexpected(session, around, 'unexpectedInOpenSent')
  const agreed = agree(peer, session.routerId ?? peer.address, message)
  if ('kind' in agreed) return failed(session, around, whyFault(agreed), agreed)
  return {
    session: {
      ...enter(session, 'open-confirm', now),
      agreed,
      // Even if it never expires later: a peer that says nothing more is no peer.
      deadline: now + Math.min(agreed.hold, openTimeout),
      keepaliveAt: now + agreed.keepalive,
    },
    actions: [{ do: 'send', bytes: keepalive }],
  }
}

function unexpected(
  session: Session,
  around: Surroundings,
  name: 'unexpectedInOpenSent' | 'unexpectedInOpenConfirm' | 'unexpectedInEstablished',
): Step {
  const notice = fault(name)
  return failed(session, around, whyFault(notice), notice)
}

/** It has been heard of: the hold time begins anew. */
function alive(session: Session, { now }: Surroundings): Session {
  return { ...session, deadline: now + (session.agreed?.hold ?? never) }
}

/** The session is over, and another one will be tried. */
function failed(session: Session, around: Surroundings, why: string, notice?: Fault): Step {
  const { now, random } = around
  const lasted = session.state === 'established' && now - session.since >= lasting
  const attempts = lasted ? 0 : session.attempts
  // RFC 4271, 10: jitter, so that not all who lost a router come back to it at once.
  const retry = Math.min(longestRetry, firstRetry * 2 ** Math.max(0, attempts - 1))
  return {
    session: {
      ...newSession(now),
      attempts,
      lastError: why,
      stood: session.stood,
      dialAt: now + retry * (0.75 + random / 4),
    },
    actions: overActions(session, notice),
  }
}

function ended(session: Session, notice: Fault | undefined, { now }: Surroundings): Step {
  return {
    session: {
      ...newSession(now),
      dialAt: never,
      lastError: session.lastError,
      stood: session.stood,
    },
    actions: session.state === 'idle' ? [] : overActions(session, notice),
  }
}

/** A NOTIFICATION can be sent when the connection stands. */
function overActions({ state }: Session, notice: Fault | undefined): readonly SessionAction[] {
  const speaks = notice !== undefined && state !== 'connect' && state !== 'idle'
  const hangUp = {
    do: 'hangUp',
    ...(speaks ? { bytes: encodeNotification(notice) } : {}),
  } as const
  return state === 'established' ? [hangUp, { do: 'forget' }] : [hangUp]
}

function enter(session: Session, state: SessionState, now: number): Session {
  return { ...session, state, since: now }
}
