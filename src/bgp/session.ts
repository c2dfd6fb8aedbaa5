/**
 * What a session is, what can happen to it, and what it can ask for (RFC 4271, 8). We call, we never
 * listen: so there is no state Active and no collision, and Connect and Idle are all that comes before an
 * OPEN.
 */
import type { Peer, SessionState } from '../model/announcement.ts'
import type { Family, Ip } from '../model/ip.ts'
import type { Agreement } from './agree.ts'
import type { Fault } from './wire/fault.ts'
import type { Incoming } from './wire/incoming.ts'

/** Times are of the monotonic clock, in milliseconds; Infinity = never. */
export interface Session {
  readonly state: SessionState
  /** Since when it has been established, or has not been. */
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
  /** The last reason that says more than that there is no connection. */
  readonly reason: string | undefined
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
  /** It has taken nothing of what we sent for too long (RFC 9687). */
  | { readonly type: 'stuck' }
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
    reason: undefined,
    stood: false,
  }
}

/** When the next tick is due. */
export function wakeAt({ dialAt, deadline, keepaliveAt }: Session): number {
  return Math.min(dialAt, deadline, keepaliveAt)
}
