/** Peers that send what they must not: no crash, the right NOTIFICATION, and nobody else notices. */
import { readdirSync, readlinkSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { newSession, type Session, type SessionEvent } from '../../src/bgp/session.ts'
import { openSpeaker } from '../../src/bgp/speaker.ts'
import { step } from '../../src/bgp/step.ts'
import { decode } from '../../src/bgp/wire/incoming.ts'
import { Framer, keepalive } from '../../src/bgp/wire/message.ts'
import { check } from '../property/runs.ts'
import { FakeClock } from './fake-clock.ts'
import { FakePeer } from './fake-peer.ts'
import { hex, ip, peerRow, routeRow } from './rig.ts'
import { anything, messageOf, type Stage, wrong } from './wrong-messages.ts'

const peer = peerRow()
const goodOpen = messageOf(1, hex('04 fde8 0009 c00002fe 08 02 06 41 04 0000fde8'))

/** A session that takes octets as they come. */
class Victim {
  session: Session = newSession(0)
  #framer = new Framer()
  /** Code and subcode of what we said last; absent = nothing. */
  said: readonly [number, number] | undefined

  constructor(stage: Stage) {
    this.#on({ type: 'tick' })
    this.#on({ type: 'connected', routerId: ip('192.0.2.1') })
    if (stage !== 'open-sent') this.takes(goodOpen)
    if (stage === 'established') this.takes(keepalive)
    assert.is(this.session.state, stage)
  }

  takes(chunk: Uint8Array): void {
    if (this.session.state === 'idle') return
    for (const part of this.#framer.read(chunk))
      this.#on({ type: 'heard', message: part.kind === 'fault' ? part : decode(part) })
  }

  #on(event: SessionEvent): void {
    const { session, actions } = step(this.session, event, {
      peer,
      restarting: false,
      now: 0,
      random: 0,
    })
    this.session = session
    for (const action of actions)
      if (action.do === 'hangUp' && action.bytes !== undefined)
        this.said = [action.bytes.readUInt8(19), action.bytes.readUInt8(20)]
  }
}

/** Cuts at these places, in any order. */
function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

const cuts = fc.array(fc.nat(5000), { maxLength: 4 })

test('each wrong message gets the NOTIFICATION that it calls for, however it is cut', () =>
  check(
    'wrong messages',
    40_000,
    fc.property(wrong, cuts, ({ stage, bytes, expected }, cuts) => {
      const victim = new Victim(stage)
      for (const piece of pieces(bytes, cuts)) victim.takes(piece)
      assert.equal(victim.said, expected)
      assert.is(victim.session.state, 'idle')
      assert.ok((victim.session.lastError ?? '').length > 0)
    }),
  ))

/** Code and subcode of all that we find wrong. */
const ours = new Set('1/1 1/2 1/3 2/0 2/1 2/2 2/3 2/4 2/6 3/1 3/9 3/10 5/1 5/2 5/3'.split(' '))

test('any octets at all: no crash, and if the session ends, both sides know why', () =>
  check(
    'any octets',
    60_000,
    fc.property(
      fc.constantFrom<Stage>('open-sent', 'open-confirm', 'established'),
      anything,
      cuts,
      (stage, bytes, cuts) => {
        const victim = new Victim(stage)
        for (const piece of pieces(bytes, cuts)) victim.takes(piece)
        const { state, lastError } = victim.session
        if (victim.said !== undefined) assert.ok(ours.has(victim.said.join('/')), `${victim.said}`)
        assert.is(state === 'idle', lastError !== undefined)
        const whole = new Victim(stage)
        whole.takes(bytes)
        assert.equal([whole.said, whole.session], [victim.said, victim.session], 'cut or not')
      },
    ),
  ))

/** How many sockets this process has open. */
function sockets(): number {
  return readdirSync('/proc/self/fd').filter(fd => targetOf(fd).startsWith('socket:')).length
}

/** Nothing of one that has been closed since it was listed. */
function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

test('over real sockets: hostile sessions one after another, and the other peer hears nothing', async () => {
  const open = sockets()
  const hostile = await FakePeer.listen('127.0.0.2')
  const good = await FakePeer.listen()
  const clock = new FakeClock()
  const { now, after } = clock
  const speaker = openSpeaker({ interfaces: () => ({}), now, after })
  const hold = 0
  await speaker.apply([
    { op: 'create', kind: 'peer', row: peerRow({ port: good.port, hold }) },
    { op: 'create', kind: 'peer', row: peerRow({ address: ip('127.0.0.2'), port: hostile.port }) },
    { op: 'create', kind: 'route', row: routeRow('192.0.2.10') },
  ])
  const calm = await good.session()
  while ((await calm.update()).endOfRib !== 'ipv6') {}
  const state = async (): Promise<string> => (await speaker.status())[1]?.state ?? ''
  await check(
    'hostile sessions',
    300,
    fc.asyncProperty(wrong, async ({ stage, bytes, expected }) => {
      const session = await hostile.call()
      session.awake = false
      if (stage !== 'open-sent') session.send(goodOpen)
      if (stage === 'established') session.send(keepalive)
      session.send(bytes)
      let heard = await session.next()
      while (heard.type === 'open' || heard.type === 'update') heard = await session.next()
      assert.is(heard.type, 'notification')
      if (heard.type === 'notification') assert.equal([heard.code, heard.subcode], expected)
      session.socket.destroy()
      while ((await state()) !== 'idle') await new Promise(resolve => setImmediate(resolve))
      while ((await state()) === 'idle') clock.passes(100)
    }),
  )
  assert.equal(calm.unheard, [])
  await speaker.apply([{ op: 'delete', kind: 'route', row: routeRow('192.0.2.10') }])
  assert.equal((await calm.update()).withdrawn, ['192.0.2.10'])
  await speaker.close('withdraw')
  await hostile.close()
  await good.close()
  while (sockets() > open) await new Promise(resolve => setTimeout(resolve, 5))
})

test('a peer that trickles an UPDATE is not alive: its hold time runs', () => {
  const victim = new Victim('established')
  const { deadline } = victim.session
  const bytes = messageOf(2, Buffer.alloc(4077))
  for (const octet of bytes.subarray(0, -1)) victim.takes(Buffer.of(octet))
  assert.is(victim.session.deadline, deadline)
  assert.is(victim.session.state, 'established')
})

test.run()
