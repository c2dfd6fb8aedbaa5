/** `slb run` and a router: a VIP is announced only while what it leads to stands, and nobody is sent into a wall. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { gracefulShutdown } from '../../src/model/announcement.ts'
import { stays, untilEqual } from '../net/until.ts'
import { rounds } from '../rounds.ts'
import { bgp, communities, hops, onSegment, port, untilRouted, vip, web } from './announced.ts'
import { clients } from './backends.ts'
import { until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { run } from './namespace.ts'

/** The same backends behind a VIP that neighbours are told of. */
const mail = `
[service.mail]
vip = "192.0.2.11"
port = 8082
announce = "arp"
uplink = "eth0"
when_empty = "withdraw"
backends = ["10.77.0.21", "10.77.0.22"]
check = { interval = "1s", timeout = "1s", rise = 1, fall = 2 }
`

const addresses = (): string => run(undefined, 'ip', '-br', 'address')
const isUp = (backend: number): boolean => saved().some(line => line.includes(`.${20 + backend}:`))
const isQuiet = (): boolean => !saved().some(line => / -w [1-9]/.test(line))

test('up: addresses and services, the quorum, the route; down: the route, the backends; the address stays', () =>
  onSegment({ files: () => ({ 'slb.toml': bgp() + web('quorum = 2') + mail }) }, async scene => {
    const { directors, backends, watch } = scene
    const [director] = directors
    const [one, two] = backends
    if (!director || !one || !two) throw new Error('there are two')
    await two.kill()
    await director.start()
    await until('one backend', () => isUp(1))
    await until('both addresses', () => /192\.0\.2\.11\/32/.test(addresses()))
    assert.match(addresses(), `${vip}/32`)
    await stays(
      'one is no quorum',
      700,
      () => watch.moves.length,
      count => count === 0,
    )
    await two.start()
    await untilRouted(scene, true)
    assert.ok(isUp(2), 'it stood before')
    const asking = clients(scene.network, vip, port)
    assert.equal(new Set(await asking.during(500)), new Set(['backend1', 'backend2']))

    const lags: number[] = []
    for (let flap = 0; flap < rounds(5, 100); flap++) {
      await two.become('fails')
      const { at } = await untilRouted(scene, false)
      lags.push(at - (two.asked[0] ?? at))
      await two.become('well')
      await untilRouted(scene, true)
    }
    lags.sort((a, b) => a - b)
    console.log(
      `  ms from the bad answer to no route: ${lags.map(one => one.toFixed(0)).join(' ')}`,
    )
    const before = watch.gone
    await one.kill()
    await untilRouted(scene, false)
    await until('it is taken out', () => !isUp(1))
    assert.match(addresses(), /192\.0\.2\.11\/32/)
    await two.kill()
    await until('the neighbours lose theirs', () => !/192\.0\.2\.11\/32/.test(addresses()))
    assert.match(addresses(), `${vip}/32`)
    assert.is(watch.gone, before + 1)
    await Promise.all([one.start(), two.start()])
    await untilRouted(scene, true)
    await until('it is back, too', () => /192\.0\.2\.11\/32/.test(addresses()))
    await asking.stop()
  }))

/** Long enough to be seen by whoever has to wait for a processor. */
const slowly = bgp('', 'graceful_shutdown = "3s"\nsettle = "2s"')

test('a drain: other ways are asked for, the route goes, then the backends; no client is refused', () =>
  onSegment({ hosts: 2, files: () => ({ 'slb.toml': slowly + web() }) }, async scene => {
    const [director, other] = scene.directors
    if (!director || !other) throw new Error('there are two')
    await Promise.all([director.start(), other.start()])
    const both = ['10.77.0.1', '10.77.0.2']
    await untilEqual('two ways', () => hops(scene), both)
    const asking = clients(scene.network, vip, port)
    await asking.during(500)

    const drain = director.daemon.slb('drain', 'web', '-c', director.daemon.folder)
    let otherWays = false
    for (let goes = true; goes; ) {
      // In this order: however late the router is asked, its route must be gone by then.
      const quiet = isQuiet()
      const now = await communities(scene)
      goes = now !== undefined
      otherWays ||= now?.includes(gracefulShutdown) === true
      assert.not.ok(quiet && goes, 'the weights went before the route')
    }
    assert.ok(otherWays, 'other ways were asked for')
    assert.is((await drain).status, 0)
    await until('no weights', isQuiet)
    await untilEqual('one way', () => hops(scene), both.slice(1))
    await asking.during(500)

    assert.is((await director.daemon.slb('undrain', 'web', '-c', director.daemon.folder)).status, 0)
    await untilEqual('two ways again', () => hops(scene), both)
    assert.equal(await communities(scene), [])
    await asking.during(500)
    const all = await asking.stop()
    const failed = all.filter(({ answer }) => !/^backend/.test(answer))
    console.log(`  ${all.length} flows, ${failed.length} failed`)
    assert.equal(failed, [])
    assert.equal(scene.watch.gone, 0)
  }))

test.run()
