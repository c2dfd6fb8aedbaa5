/** Sessions by the rules of RFC 4271, 8, with a clock that goes when the test says so. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  newSession,
  type Session,
  type SessionAction,
  type SessionEvent,
  wakeAt,
} from '../../src/bgp/session.ts'
import { step } from '../../src/bgp/step.ts'
import { fault } from '../../src/bgp/wire/fault.ts'
import type { Incoming } from '../../src/bgp/wire/incoming.ts'
import { Framer } from '../../src/bgp/wire/message.ts'
import { decodeNotification, describeCodes } from '../../src/bgp/wire/notification.ts'
import { decodeOpen, type Open } from '../../src/bgp/wire/open.ts'
import type { Peer } from '../../src/model/announcement.ts'
import { ip, peerRow } from './rig.ts'

const keepaliveHeard: Incoming = { kind: 'keepalive' }

function openHeard(more: Partial<Open> = {}): Open {
  return {
    kind: 'open',
    as: 65000,
    hold: 90,
    routerId: ip('192.0.2.254'),
    capabilities: {
      families: ['ipv4', 'ipv6'],
      as4: 65000,
      routeRefresh: true,
      extendedNextHop: false,
    },
    ...more,
  }
}

/** A session and what it did, in words. */
class Played {
  now = 0
  random = 1
  session: Session
  peer: Peer
  readonly restarting: boolean
  constructor(more: Partial<Peer> = {}, restarting = false) {
    this.peer = peerRow(more)
    this.restarting = restarting
    this.session = newSession(0)
  }

  on(event: SessionEvent): readonly string[] {
    const { peer, now, random, restarting } = this
    const { session, actions } = step(this.session, event, { peer, now, random, restarting })
    this.session = session
    return actions.map(words)
  }

  hears(message: Incoming): readonly string[] {
    return this.on({ type: 'heard', message })
  }

  /** Lets time pass up to when something is due, but not beyond so many milliseconds. */
  passes(milliseconds: number): readonly string[] {
    const end = this.now + milliseconds
    const all: string[] = []
    while (wakeAt(this.session) <= end) {
      this.now = Math.max(this.now, wakeAt(this.session))
      all.push(...this.on({ type: 'tick' }))
    }
    this.now = end
    return all
  }

  connects(): readonly string[] {
    return [...this.passes(0), ...this.on({ type: 'connected', routerId: ip('192.0.2.1') })]
  }

  establishes(open = openHeard()): this {
    this.connects()
    this.hears(open)
    this.hears(keepaliveHeard)
    assert.is(this.session.state, 'established')
    return this
  }
}

function words(action: SessionAction): string {
  if (action.do === 'send') return `send ${message(action.bytes)}`
  if (action.do === 'hangUp')
    return action.bytes === undefined ? 'hang up' : `hang up: ${message(action.bytes)}`
  return action.do
}

function message(bytes: Buffer): string {
  const [frame] = new Framer().read(bytes)
  if (frame?.kind !== 'frame') return '?'
  if (frame.type === 3) return describeCodes(decodeNotification(frame.body))
  return ['', 'OPEN', 'UPDATE', '', 'KEEPALIVE', ''][frame.type] ?? '?'
}

/** The OPEN that is sent when the next connection stands. */
function ownOpen(played: Played): Open {
  const event = { type: 'connected', routerId: ip('192.0.2.1') } as const
  const { peer, now, random, restarting } = played
  const { session, actions } = step(played.session, event, { peer, now, random, restarting })
  played.session = session
  const [action] = actions
  if (action?.do !== 'send') throw new Error('nothing was sent')
  return decodeOpen(action.bytes.subarray(19)) as Open
}

test('it calls at once, says OPEN, then KEEPALIVE, and stands with the KEEPALIVE of the peer', () => {
  const played = new Played()
  assert.equal(played.passes(0), ['dial'])
  assert.is(played.session.state, 'connect')
  assert.equal(played.on({ type: 'connected', routerId: ip('192.0.2.1') }), ['send OPEN'])
  assert.is(played.session.state, 'open-sent')
  assert.equal(played.hears(openHeard()), ['send KEEPALIVE'])
  assert.is(played.session.state, 'open-confirm')
  assert.equal(played.hears(keepaliveHeard), ['begin'])
  assert.is(played.session.state, 'established')
  assert.is(played.session.lastError, undefined)
})

test('the shorter hold time counts, and KEEPALIVEs come three times within it', () => {
  const longer = new Played({ hold: 90, keepalive: 30 }).establishes(openHeard({ hold: 9 }))
  longer.hears(keepaliveHeard)
  assert.equal(longer.passes(8900), ['send KEEPALIVE', 'send KEEPALIVE'])
  const own = new Played({ hold: 9, keepalive: 1 }).establishes(openHeard({ hold: 90 }))
  assert.is(own.passes(5500).length, 5, 'a shorter one that is configured')
})

test('a peer that is silent for the hold time is given up, and called again', () => {
  const played = new Played().establishes()
  played.passes(8000)
  played.hears({ kind: 'update' })
  assert.is(played.passes(8999).includes('forget'), false)
  const end = played.passes(1)
  assert.equal(end, ['hang up: Hold Timer Expired', 'forget'])
  assert.is(played.session.lastError, 'the peer was silent for 9 s (hold time)')
  assert.equal(played.passes(1000), ['dial'])
})

test('with a hold time of 0 on either side nothing expires and no KEEPALIVE is sent', () => {
  for (const [own, other] of [
    [0, 90],
    [9, 0],
  ] as const) {
    const played = new Played({ hold: own }).establishes(openHeard({ hold: other }))
    assert.is(wakeAt(played.session), Number.POSITIVE_INFINITY)
    assert.equal(played.hears({ kind: 'update' }), [])
    assert.is(wakeAt(played.session), Number.POSITIVE_INFINITY)
  }
})

test('calls that fail are repeated after 1, 2, 4, 8, 16 and then 30 seconds, less up to a quarter', () => {
  for (const random of [0, 1]) {
    const played = new Played()
    played.random = random
    const waits: number[] = []
    for (let call = 0; call < 7; call++) {
      played.now = Math.max(played.now, played.session.dialAt)
      assert.equal(played.on({ type: 'tick' }), ['dial'])
      assert.equal(played.on({ type: 'lost', why: 'refused' }), ['hang up'])
      waits.push(played.session.dialAt - played.now)
    }
    const share = random === 1 ? 1 : 0.75
    assert.equal(
      waits,
      [1, 2, 4, 8, 16, 30, 30].map(seconds => seconds * 1000 * share),
    )
    assert.is(played.session.lastError, 'refused')
  }
})

test('a session that lasted is called again soon; one that fell at once is not', () => {
  const lasted = new Played({ hold: 0 }).establishes()
  lasted.passes(10_000)
  lasted.on({ type: 'lost', why: undefined })
  assert.is(lasted.session.dialAt - lasted.now, 1000)
  const played = new Played({ hold: 0 })
  const waits: number[] = []
  for (let fall = 0; fall < 4; fall++) {
    played.now = Math.max(played.now, played.session.dialAt)
    played.establishes()
    assert.equal(played.on({ type: 'lost', why: undefined }), ['hang up', 'forget'])
    waits.push(played.session.dialAt - played.now)
  }
  assert.equal(waits, [1000, 2000, 4000, 8000])
})

test('a connection that is not made within 5 seconds is given up; a password may be why', () => {
  const played = new Played({ password: { env: 'BGP_PASSWORD' } })
  assert.equal(played.passes(5000), ['dial', 'hang up'])
  assert.is(
    played.session.lastError,
    'timeout: if the peer has a password, check it; if it is not on the same network, set multihop',
  )
  const far = new Played({ multihop: 2 })
  far.passes(5000)
  assert.is(far.session.lastError, 'timeout: if the peer has a password, it must stand here, too')
})

test('a peer that takes the connection and says nothing is given up', () => {
  const played = new Played()
  played.connects()
  assert.equal(played.passes(30_000), ['hang up: Hold Timer Expired'])
  assert.match(played.session.lastError ?? '', 'takes connections, but does not answer')
})

test('a peer that stops after its OPEN is given up, even if nothing expires later', () => {
  const played = new Played({ hold: 0 })
  played.connects()
  played.hears(openHeard())
  assert.equal(played.passes(30_000), ['hang up: Hold Timer Expired'])
})

test('how a session ended is not forgotten while the peer takes none', () => {
  const played = new Played().establishes()
  const notification = {
    kind: 'notification',
    code: 6,
    subcode: 4,
    data: new Uint8Array(),
  } as const
  played.hears(notification)
  const reason = 'the peer ended the session: Cease: Administrative Reset'
  assert.is(played.session.lastError, reason)
  for (let call = 0; call < 2; call++) {
    played.now = played.session.dialAt
    played.on({ type: 'tick' })
    played.on({ type: 'lost', why: 'connection refused' })
    assert.is(played.session.lastError, `connection refused; before that: ${reason}`)
  }
  played.now = played.session.dialAt
  played.establishes()
  played.on({ type: 'lost', why: undefined })
  assert.is(played.session.lastError, 'the peer closed the connection')
})

test('it says since when there has been a session, or none: calls in between change nothing', () => {
  const played = new Played({ hold: 0 })
  played.now = 500
  played.passes(0)
  played.on({ type: 'lost', why: 'refused' })
  assert.is(played.session.since, 0)
  played.now = played.session.dialAt
  played.establishes()
  assert.is(played.session.since, played.now)
  played.passes(20_000)
  played.on({ type: 'lost', why: undefined })
  const { since } = played.session
  assert.is(since, played.now)
  played.passes(2000)
  assert.is(played.session.since, since)
})

test('a peer that takes nothing is given up (RFC 9687)', () => {
  const played = new Played().establishes()
  assert.equal(played.on({ type: 'stuck' }), ['hang up: Send Hold Timer Expired', 'forget'])
  assert.is(played.session.lastError, 'the peer takes nothing of what it is told any more')
  assert.equal(new Played().on({ type: 'stuck' }), [])
})

test('another AS than the configured one is refused, in words', () => {
  const played = new Played()
  played.connects()
  assert.equal(played.hears(openHeard({ as: 65002 })), ['hang up: OPEN Message Error: Bad Peer AS'])
  assert.match(
    played.session.lastError ?? '',
    'the peer says its AS is 65002, the configuration says 65000',
  )
})

test('our own router id is refused within the AS only (RFC 6286)', () => {
  const within = new Played({ as: 65001 })
  within.connects()
  const open = openHeard({ as: 65001, routerId: ip('192.0.2.1') })
  assert.equal(within.hears(open), ['hang up: OPEN Message Error: Bad BGP Identifier'])
  const other = new Played()
  other.connects()
  assert.equal(other.hears(openHeard({ routerId: ip('192.0.2.1') })), ['send KEEPALIVE'])
})

test('messages that cannot come in a state end the session (RFC 6608)', () => {
  const early = new Played()
  early.connects()
  assert.equal(early.hears(keepaliveHeard), [
    'hang up: Finite State Machine Error: Receive Unexpected Message in OpenSent State',
  ])
  const confirming = new Played()
  confirming.connects()
  confirming.hears(openHeard())
  assert.equal(confirming.hears({ kind: 'update' }), [
    'hang up: Finite State Machine Error: Receive Unexpected Message in OpenConfirm State',
  ])
  assert.equal(new Played().establishes().hears(openHeard()), [
    'hang up: Finite State Machine Error: Receive Unexpected Message in Established State',
    'forget',
  ])
})

test('a fault of the peer is told to it, and shown; what it tells us is shown, and not answered', () => {
  const wrong = new Played().establishes()
  assert.equal(wrong.hears(fault('invalidNetwork')), [
    'hang up: UPDATE Message Error: Invalid Network Field',
    'forget',
  ])
  assert.match(wrong.session.lastError ?? '', 'the peer broke the protocol (UPDATE Message Error')
  const told = new Played()
  told.connects()
  const notification = {
    kind: 'notification',
    code: 2,
    subcode: 2,
    data: new Uint8Array(),
  } as const
  assert.equal(told.hears(notification), ['hang up'])
  assert.is(
    told.session.lastError,
    'the peer ended the session: OPEN Message Error: Bad Peer AS: it does not expect our AS 65001',
  )
})

test('families that the peer does not offer are named, and the others go on', () => {
  const capabilities = { routeRefresh: false, extendedNextHop: false }
  const played = new Played().establishes(openHeard({ capabilities }))
  assert.equal(played.session.agreed?.families, ['ipv4'], 'IPv4 needs no capability')
  assert.is(played.session.agreed?.warning, 'the peer takes no IPv6 routes: allow the family there')
  assert.is(played.session.agreed?.as4, false)
})

test('routes are told again when the peer asks', () => {
  const played = new Played().establishes()
  assert.equal(played.hears({ kind: 'refresh', family: 'ipv6' }), ['repeat'])
  assert.equal(played.hears({ kind: 'refresh', family: undefined }), [])
})

test('after a restart the first session says so; a later one says that packets went on', () => {
  const played = new Played({ gracefulRestart: 120, hold: 0 }, true)
  played.passes(0)
  const first = ownOpen(played).capabilities.gracefulRestart
  assert.equal(first, {
    restarting: true,
    time: 120,
    families: ['ipv4', 'ipv6'],
    preserved: true,
  })
  played.hears(openHeard())
  played.hears(keepaliveHeard)
  played.on({ type: 'lost', why: undefined })
  played.passes(1000)
  const second = ownOpen(played).capabilities.gracefulRestart
  assert.is(second?.restarting, false)
  assert.is(second?.preserved, true)
})

test('at a first start nothing was preserved; without graceful restart it is not spoken of', () => {
  const first = new Played({ gracefulRestart: 120 })
  first.passes(0)
  const said = ownOpen(first).capabilities.gracefulRestart
  assert.is(said?.restarting, false)
  assert.is(said?.preserved, false)
  const without = new Played({}, true)
  without.passes(0)
  assert.is(ownOpen(without).capabilities.gracefulRestart, undefined)
})

test('it ends with a reason, or without a word, and does not call again', () => {
  const notice = fault('peerDeconfigured')
  const told = new Played().establishes()
  assert.equal(told.on({ type: 'end', notice }), ['hang up: Cease: Peer De-configured', 'forget'])
  assert.is(wakeAt(told.session), Number.POSITIVE_INFINITY)
  assert.equal(new Played().establishes().on({ type: 'end' }), ['hang up', 'forget'])
  const calling = new Played()
  calling.passes(0)
  assert.equal(calling.on({ type: 'end', notice }), ['hang up'], 'nobody to tell')
  assert.equal(new Played().on({ type: 'end', notice }), [])
})

test('what comes too late of a connection that is over changes nothing', () => {
  const played = new Played().establishes()
  played.on({ type: 'lost', why: 'gone' })
  const { session } = played
  assert.equal(played.hears(keepaliveHeard), [])
  assert.equal(played.on({ type: 'lost', why: 'gone again' }), [])
  assert.equal(played.on({ type: 'connected', routerId: ip('192.0.2.1') }), [])
  assert.equal(played.session, session)
})

test.run()
