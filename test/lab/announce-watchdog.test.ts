/**
 * Threads of `slb run` die and hang beside a router: no route outlives those who know what is behind it,
 * and each is back when they are.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { stays, until } from '../net/until.ts'
import { bgp, type Director, hops, nthSession, onSegment, type Scene, web } from './announced.ts'

const meddler = fileURLToPath(new URL('./meddler.js', import.meta.url))

const text = `${bgp('', 'hold = "3s"\nkeepalive = "1s"')}${web()}`

/** Four daemons start at once, on one processor. In milliseconds. */
const patience = 90_000

/** A host among others: all have the same VIP. */
interface Victim {
  readonly name: string
  readonly director: Director
  /** True while the router sends packets there. */
  routed(is: boolean): Promise<void>
  session(): Promise<number | undefined>
  /** Has a thread do it: `checks.hang`. */
  meddle(what: string): void
  heal(what: string): void
}

function victim(scene: Scene, director: Director): Victim {
  const { ipv4 } = director.machine
  const { rig } = director.daemon
  return {
    name: ipv4,
    director,
    routed: async is => {
      await until(
        `${is ? 'a' : 'no'} way by ${ipv4}`,
        () => hops(scene),
        all => all.includes(ipv4) === is,
        patience,
      ).catch(error => {
        throw new Error(`${error}\n${director.daemon.text()}`)
      })
    },
    session: () => nthSession(scene, ipv4),
    meddle: what => void rig.file(what, ''),
    heal: what => rmSync(join(rig.directory, what)),
  }
}

/** What is done to each host, at the same time. */
const fates: readonly ((victim: Victim) => Promise<void>)[] = [
  async function checksHang({ routed, session, meddle, heal, director }) {
    const before = await session()
    meddle('checks.hang')
    await director.daemon.logged(/checking thread shows no sign of life/)
    await routed(false)
    await director.daemon.logged(/all routes are taken back/)
    assert.is(await session(), before)
    heal('checks.hang')
    await routed(true)
    assert.is(await session(), before)
    // One that only dies has a successor before anybody is to be sent elsewhere.
    meddle('checks.die')
    await director.daemon.logged(/fault in slb itself/)
    await stays(
      'a way',
      1500,
      () => session(),
      now => now === before,
    )
    await routed(true)
  },
  async function engineHangsThenAll({ routed, session, meddle, heal, director }) {
    const before = await session()
    meddle('engine.hang')
    await routed(false)
    assert.is(await session(), before)
    heal('engine.hang')
    await routed(true)
    assert.is(await session(), before)
    // Nobody is left to take it back: the peer does when its hold time is over.
    director.daemon.running.process.kill('SIGSTOP')
    await routed(false)
    assert.is(await session(), undefined)
    director.daemon.running.process.kill('SIGCONT')
    await routed(true)
  },
  async function speakerDies({ routed, session, meddle, heal, director }) {
    const before = await session()
    meddle('speaking.die')
    await until('another session', session, now => now !== undefined && now !== before)
    await routed(true)
    meddle('speaking.hang')
    await routed(false)
    await director.daemon.logged(/speaking thread shows no sign of life/)
    heal('speaking.hang')
    await routed(true)
  },
]

test('whoever knows what is behind a route hangs or dies: it is taken back, and comes again', () =>
  onSegment(
    { hosts: fates.length, deaths: true, files: () => ({ 'slb.toml': text }) },
    async scene => {
      const victims = scene.directors.map(director => victim(scene, director))
      for (const { director } of victims)
        director.launch({
          node: ['--import', meddler],
          env: { MEDDLE: director.daemon.rig.directory, PACE: '4' },
        })
      for (const one of victims) await one.routed(true)
      await Promise.all(fates.map((fate, at) => fate(victims[at] as Victim)))
    },
  ))

test.run()
