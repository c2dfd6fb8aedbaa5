/** Under a hold announcements keep their rules: what all must serve for, and the notice before a drain. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { gracefulShutdown } from '../../src/model/announcement.ts'
import { untilEqual } from '../net/until.ts'
import {
  bgp,
  communities,
  onSegment,
  route,
  type Scene,
  untilRouted,
  vip,
  web,
} from './announced.ts'
import { until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'

/** A VIP of two services, of which one is always up, with a community to tell one state from another. */
const text = (community: string, when: string): string =>
  `${bgp('', 'graceful_shutdown = "1500ms"\nsettle = "500ms"')}
${web().replace(`vip = "${vip}"\n`, 'vip = "front"\n').replace('announce = "bgp"\n', '')}
[service.other]
vip = "front"
port = 8090
forward = "direct"
backends = ["10.77.0.21"]

[vip.front]
address = "${vip}"
announce = "bgp"
announce_when = "${when}"
communities = ["${community}"]
`

const told = (scene: Scene, ...all: string[]): Promise<void> =>
  untilEqual(`${route} with ${all}`, () => communities(scene), all)

test('a state that is held, also over a restart, is announced by its own rules', () =>
  onSegment({ files: () => ({ 'slb.toml': text('65000:1', 'all') }) }, async scene => {
    const [director] = scene.directors
    if (director === undefined) throw new Error('there is one')
    const { daemon } = director
    const ok = async (...args: string[]): Promise<void> => {
      const { status, out, err } = await daemon.slb(...args)
      assert.is(status, 0, `${args.join(' ')}: ${out}${err}`)
    }
    /** One of its two services cannot serve: it goes. Both drain: notice first. */
    const keepsItsRules = async (community: string): Promise<void> => {
      await told(scene, community)
      for (const backend of scene.backends) await backend.become('fails')
      await untilRouted(scene, false)
      for (const backend of scene.backends) await backend.become('well')
      await told(scene, community)
      const order: string[] = []
      const drain = daemon.slb('drain', 'other', '-c', daemon.folder)
      for (let goes = true; goes; ) {
        const now = await communities(scene)
        goes = now !== undefined
        if (now?.includes(gracefulShutdown) && order.length === 0) order.push('notice')
        if (!goes) order.push('no route')
      }
      assert.is((await drain).status, 0)
      assert.equal(order, ['notice', 'no route'])
      await ok('undrain', 'other', '-c', daemon.folder)
      await told(scene, community)
    }
    await director.start()
    await told(scene, '65000:1')
    daemon.save('slb.toml', text('65000:2', 'any'))
    await told(scene, '65000:2')

    await ok('rollback')
    await keepsItsRules('65000:1')
    await daemon.stop('SIGKILL')
    await untilRouted(scene, false)
    await director.start()
    await daemon.logged(/^ready: .*held since a rollback/)
    await keepsItsRules('65000:1')

    // The files say that any of them is enough.
    await ok('resume')
    await told(scene, '65000:2')
    const { gone } = scene.watch
    for (const backend of scene.backends) await backend.become('fails')
    await until('both are taken out', () => !saved().some(line => /\.2[12]:8080/.test(line)))
    await told(scene, '65000:2')
    assert.is(scene.watch.gone, gone)
  }))

test.run()
