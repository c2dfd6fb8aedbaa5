/** Without a daemon: what only its speaker could tell is neither done nor taken for done. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bgp, onSegment, untilRouted, web } from './announced.ts'

const route = 'route 192.0.2.10/32'
const unknown = /unknown without a daemon: slb run announces it/

test('plan and apply say what waits for slb run; with it, get and status show peers and routes', () =>
  onSegment(
    { files: () => ({ 'slb.toml': bgp() + web().replace(/\[service\.web\.check\].*$/s, '') }) },
    async scene => {
      const [director] = scene.directors
      if (director === undefined) throw new Error('there is one')
      const { daemon } = director
      const config = ['-c', daemon.folder]
      const planned = await daemon.rig.here('plan', ...config, '--detailed-exitcode')
      assert.is(planned.status, 2, planned.err)
      assert.match(planned.out, unknown)
      const applied = await daemon.rig.here('apply', ...config)
      assert.is(applied.status, 4)
      assert.match(applied.out + applied.err, unknown)
      // Nothing else is left to do: what is unknown does not count.
      const again = await daemon.rig.here('plan', ...config, '--detailed-exitcode')
      assert.is(again.status, 0, again.out)
      const alone = await daemon.rig.here('get', ...config)
      assert.not.match(alone.out, route)
      assert.is(scene.watch.moves.length, 0)

      await director.start()
      await untilRouted(scene, true)
      const get = await daemon.slb('get', ...config)
      assert.match(get.out, route)
      assert.match(get.out, 'peer 10.77.0.101')
      const status = await daemon.slb('status', ...config)
      assert.is(status.status, 0, status.err)
      assert.match(status.out, /10\.77\.0\.101 +65000 +established/)
      assert.match(status.out, new RegExp(`${route} +ok`))
      const json = JSON.parse((await daemon.slb('status', ...config, '-o', 'json')).out)
      assert.is(json.peers[0].session, 'established')
      assert.equal(json.announcements[0].held_by, ['web'])
    },
  ))

test.run()
