/** `slb run` beside a router dies, is stopped, and comes back: what becomes of its route meanwhile. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { stays, until as untilSeen } from '../net/until.ts'
import { rounds } from '../rounds.ts'
import {
  bgp,
  type Director,
  nthSession,
  onSegment,
  type Scene,
  untilRouted,
  vip,
  web,
} from './announced.ts'
import { until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { run } from './namespace.ts'

const restarts = rounds(1, 25)
const graceful = 'graceful_restart = "60s"'

const text = (peer: string, onStop = 'keep'): string =>
  `${bgp(peer)}${web()}\n[node]\non_stop = "${onStop}"\nstop_timeout = "3s"\n`

async function begun(scene: Scene): Promise<Director> {
  const [director] = scene.directors
  if (director === undefined) throw new Error('there is one')
  await director.start()
  await untilRouted(scene, true)
  return director
}

/** Ends it, has the files say something else if so, starts it, and waits until a new session stands and a plan is empty. */
async function again(
  scene: Scene,
  { daemon, start }: Director,
  signal: NodeJS.Signals,
  next?: string,
): Promise<void> {
  const before = await nthSession(scene, '10.77.0.1')
  await daemon.stop(signal)
  if (next !== undefined) daemon.save('slb.toml', next)
  await start()
  await untilSeen(
    `a session after the one that was ${before}`,
    () => nthSession(scene, '10.77.0.1'),
    now => now !== undefined && now !== before,
  ).catch(error => {
    throw new Error(`${error}\n${daemon.text()}`)
  })
  const { out } = await daemon.slb('plan', '-c', daemon.folder)
  assert.match(out, /No changes/)
}

test('with graceful restart the route never leaves the router while slb is killed, stopped and started', () =>
  onSegment({ files: () => ({ 'slb.toml': text(graceful) }) }, async scene => {
    const director = await begun(scene)
    for (let round = 0; round < restarts; round++) {
      await again(scene, director, 'SIGKILL')
      await again(scene, director, 'SIGTERM')
    }
    await stays(
      'a route',
      500,
      () => scene.watch.gone,
      gone => gone === 0,
    )
    assert.is(scene.watch.moves.at(-1)?.gone, false)
    assert.not.match(scene.router.said(), /Administrative/i)

    // What is no longer there when it is back is forgotten by the peer, although it kept the route.
    await director.daemon.stop('SIGKILL')
    for (const backend of scene.backends) await backend.become('fails')
    await director.start()
    await untilRouted(scene, false)
    assert.match(run(undefined, 'ip', '-br', 'address'), `${vip}/32`)
  }))

test('without it the route goes when slb is killed or stopped, and comes back; it says what stopping means', () =>
  onSegment({ files: () => ({ 'slb.toml': text('') }) }, async scene => {
    const { watch, router } = scene
    const director = await begun(scene)
    const { daemon } = director
    const leavesAndComes = async (signal: NodeJS.Signals, next?: string): Promise<void> => {
      const { gone } = watch
      await again(scene, director, signal, next)
      await untilRouted(scene, true)
      assert.is(watch.gone, gone + 1, `${signal}: it went once`)
    }
    await leavesAndComes('SIGKILL')
    const table = saved()
    await leavesAndComes('SIGTERM', text(graceful, 'drain'))
    assert.match(router.said(), /administrative shutdown|Administrative shutdown/i)
    assert.equal(saved(), table, 'keep has kept')

    // Drained and withdrawn on purpose, it is gone at once, graceful restart or not.
    await daemon.stop('SIGTERM')
    await untilRouted(scene, false)
    assert.ok(saved().length > 0 && !saved().some(line => / -w [1-9]/.test(line)), 'weights are 0')
    daemon.save('slb.toml', text(graceful, 'withdraw'))
    await director.start()
    await untilRouted(scene, true)
    const stopped = daemon.stop('SIGTERM')
    await until('it is drained', () => !saved().some(line => / -w [1-9]/.test(line)))
    // What was heard of the router by then is read in the next turns.
    await nextTurn()
    await nextTurn()
    assert.is(watch.moves.at(-1)?.gone, true, 'the route went first')
    await stopped
    assert.equal(saved(), [])
    assert.not.match(run(undefined, 'ip', '-br', 'address'), vip)
  }))

test('files that lose their peers while slb is away cost nobody his route: that needs consent', () =>
  onSegment({ files: () => ({ 'slb.toml': text('') }) }, async scene => {
    const { daemon, launch } = await begun(scene)
    await daemon.stop('SIGKILL')
    await untilRouted(scene, false)
    const lost = text('').replace(/\[bgp\.peer\.tor\][^[]*/, '')
    daemon.save('slb.toml', lost)
    launch()
    await daemon.logged(/removes the last peer/)
    await untilRouted(scene, true)
    const asked = await daemon.slb('apply')
    assert.is(asked.status, 4)
    assert.match(asked.out + asked.err, 'the last peer')
    assert.is((await daemon.slb('apply', '--yes-remove', '2')).status, 0)
    await untilRouted(scene, false)
    await daemon.stop('SIGKILL')
    launch()
    await daemon.logged(/^ready: 1 service as configured/)
  }))

test.run()
