/** Going back beside a router: what is announced follows, whoever goes back, and whoever starts after that. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { stays, untilEqual } from '../net/until.ts'
import {
  bgp,
  communities,
  nthSession,
  onSegment,
  route,
  untilRouted,
  vip,
  web,
} from './announced.ts'

const host = '10.77.0.1'
/** The VIP with a community of its own, so that one state can be told from another. */
const vipOf = (community: string): string => `
[vip.front]
address = "${vip}"
announce = "bgp"
communities = ["${community}"]
`

const text = (community: string): string =>
  `${bgp()}${web().replace(`vip = "${vip}"\n`, 'vip = "front"\n').replace('announce = "bgp"\n', '')}${vipOf(community)}`

test('a rollback, with a daemon or without, a hold over a restart, a resume and a trial', () =>
  onSegment({ files: () => ({ 'slb.toml': text('65000:1') }) }, async scene => {
    const [director] = scene.directors
    if (director === undefined) throw new Error('there is one')
    const { daemon } = director
    const config = ['-c', daemon.folder]
    const ok = async (...args: string[]): Promise<string> => {
      const { status, out, err } = await daemon.slb(...args)
      assert.is(status, 0, `${args.join(' ')}: ${out}${err}`)
      return out + err
    }
    const told = (...all: string[]): Promise<void> =>
      untilEqual(`${route} with ${all}`, () => communities(scene), all)
    await director.start()
    await told('65000:1')
    daemon.save('slb.toml', text('65000:2'))
    await told('65000:2')
    const session = await nthSession(scene, host)

    await ok('rollback')
    await told('65000:1')
    await ok('resume')
    await told('65000:2')
    daemon.save('slb.toml', text('65000:3'))
    await told('65000:3')
    assert.is(await nthSession(scene, host), session)

    // Without a daemon: the routes are gone with it, and what is held is not that there are none.
    await daemon.stop('SIGTERM')
    await untilRouted(scene, false)
    const { out, err } = await daemon.rig.here('rollback', ...config)
    assert.match(out + err, /unknown without a daemon: slb run announces it/)
    await director.start()
    await told('65000:2')
    await stays(
      'held',
      1000,
      () => communities(scene),
      now => String(now) === '65000:2',
    )
    await daemon.logged(/^ready: .*held since a rollback/)
    await ok('resume')
    await told('65000:3')

    // A state that was held by the daemon is announced again after a restart.
    await ok('rollback')
    await daemon.stop('SIGKILL')
    await untilRouted(scene, false)
    await director.start()
    await untilRouted(scene, true)
    await ok('resume')
    await told('65000:3')

    // On trial, and nobody commits it: of what it withdrew the network is told again.
    daemon.save(
      'slb.toml',
      text('65000:3').replace('announce = "bgp"\ncommunities = ["65000:3"]', ''),
    )
    await untilRouted(scene, false)
    await ok('rollback')
    await told('65000:3')
    await ok('apply', '--confirm', '5s', ...config)
    await untilRouted(scene, false)
    await told('65000:3')
  }))

test.run()
