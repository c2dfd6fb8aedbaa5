/**
 * Sessions as a state machine (RFC 4271, 8) without time, sockets or chance of its own: a session and an
 * event are a new session and what is to be done.
 */
import type { Ip } from '../model/ip.ts'
import { agree, keepaliveInterval, openOf, type Start } from './agree.ts'
import { whyClosed, whyFault, whyNotification, whyStuck, whyTimeout } from './reason.ts'
import {
  newSession,
  type Session,
  type SessionAction,
  type SessionEvent,
  type Step,
  type Surroundings,
} from './session.ts'
import { type Fault, fault } from './wire/fault.ts'
import type { Incoming } from './wire/incoming.ts'
import { keepalive } from './wire/message.ts'
import { encodeNotification } from './wire/notification.ts'

const never = Number.POSITIVE_INFINITY
/** How long a connection may take, in milliseconds. */
const connectTimeout = 5000
/** How long the first OPEN may take. */
const openTimeout = 30_000
const firstRetry = 1000
const longestRetry = 30_000
/** A session that stood for so long has not failed. */
const lasting = 10_000

/** What follows from an event. */
export function step(session: Session, event: SessionEvent, around: Surroundings): Step {
  switch (event.type) {
    case 'tick':
      return tick(session, around)
    case 'connected':
      return connected(session, event.routerId, around)
    case 'lost':
      return lost(session, event.why, around)
    case 'stuck':
      return session.state === 'established'
        ? failed(session, around, whyStuck, fault('sendHoldExpired'))
        : { session, actions: [] }
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
    const notice = session.state === 'connect' ? undefined : fault('holdExpired')
    return session.state === 'established'
      ? failed(session, around, why, notice)
      : unmade(session, around, why, notice)
  }
  if (session.state === 'idle' && now >= session.dialAt)
    return {
      session: {
        ...session,
        state: 'connect',
        dialAt: never,
        deadline: now + connectTimeout,
        attempts: session.attempts + 1,
      },
      actions: [{ do: 'dial' }],
    }
  const { agreed } = session
  if (agreed === undefined || now < session.keepaliveAt) return { session, actions: [] }
  return {
    session: { ...session, keepaliveAt: now + keepaliveInterval(peer, agreed) },
    actions: [{ do: 'send', bytes: keepalive }],
  }
}

/** Before the peer has said anything, the end of a connection says little. */
function lost(session: Session, why: string | undefined, around: Surroundings): Step {
  const { state } = session
  if (state === 'idle') return { session, actions: [] }
  const said = why ?? whyClosed(state, around.peer)
  if (state === 'connect' || state === 'open-sent') return unmade(session, around, said)
  return failed(session, around, said)
}

function connected(session: Session, routerId: Ip, { now, peer, restarting }: Surroundings): Step {
  if (session.state !== 'connect') return { session, actions: [] }
  const start: Start = {
    restarting: restarting && !session.stood,
    preserved: restarting || session.stood,
  }
  return {
    session: { ...session, state: 'open-sent', routerId, deadline: now + openTimeout },
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
      session: {
        ...alive(session, around),
        state: 'established',
        since: around.now,
        reason: undefined,
        stood: true,
      },
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
      ...session,
      state: 'open-confirm',
      agreed,
      // Even if it never expires later: a peer that says nothing more is no peer.
      deadline: now + Math.min(agreed.hold, openTimeout),
      keepaliveAt: now + keepaliveInterval(peer, agreed),
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

/**
 * There is no session, and that says less than how the one before ended: routers leave those alone for a
 * while whose sessions ended badly.
 */
function unmade(session: Session, around: Surroundings, why: string, notice?: Fault): Step {
  const { reason } = session
  const said = reason === undefined ? why : `${why}; before that: ${reason}`
  return again(session, around, { lastError: said, reason }, notice)
}

/** The session is over, for a reason that says enough. */
function failed(session: Session, around: Surroundings, why: string, notice?: Fault): Step {
  return again(session, around, { lastError: why, reason: why }, notice)
}

/** Another one will be tried. */
function again(
  session: Session,
  { now, random }: Surroundings,
  reasons: Pick<Session, 'lastError' | 'reason'>,
  notice: Fault | undefined,
): Step {
  const stands = session.state === 'established'
  const attempts = stands && now - session.since >= lasting ? 0 : session.attempts
  // RFC 4271, 10: jitter, so that not all who lost a router come back to it at once.
  const retry = Math.min(longestRetry, firstRetry * 2 ** Math.max(0, attempts - 1))
  return {
    session: {
      ...newSession(stands ? now : session.since),
      ...reasons,
      attempts,
      stood: session.stood,
      dialAt: now + retry * (0.75 + random / 4),
    },
    actions: overActions(session, notice),
  }
}

function ended(session: Session, notice: Fault | undefined, { now }: Surroundings): Step {
  const { state, since, lastError, reason, stood } = session
  return {
    session: {
      ...newSession(state === 'established' ? now : since),
      dialAt: never,
      lastError,
      reason,
      stood,
    },
    actions: state === 'idle' ? [] : overActions(session, notice),
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
