/** `slb run` and gobgpds: one of its own is told when it answers, and another address leaves nothing behind. */
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { gobgpSpeaker } from '../../src/gobgp/speaker.ts'
import { type Daemon, startDaemon } from '../net/daemon.ts'
import { until } from '../net/until.ts'
import { bgp, type Director, onSegment, untilRouted, web } from './announced.ts'

const text = (gobgp: string): string =>
  bgp('', `speaker = "gobgp"\nrouter_id = "10.77.0.1"\nsettle = "100ms"\n${gobgp}`) +
  web().replace(/\[service\.web\.check\].*$/s, '')

const errors = ({ daemon }: Director): readonly string[] =>
  daemon.log().flatMap(({ level, message }) => (level === 'error' ? [message] : []))

test('one of its own is not told anything before it answers', () =>
  onSegment({ files: () => ({}) }, async scene => {
    const [director] = scene.directors
    if (director === undefined) throw new Error('there is one')
    const { daemon } = director
    const api = `unix:${join(daemon.rig.directory, 'gobgpd.sock')}`
    daemon.save('slb.toml', text(`gobgp = { own = true, address = "${api}" }`))
    await director.start()
    await daemon.logged(/^gobgpd is begun/)
    await untilRouted(scene, true)
    assert.equal(errors(director), [])
    await daemon.stop('SIGTERM')
    await untilRouted(scene, false)
  }))

test('another address over a restart: the new one is told at once, the old one loses its routes when it answers', () =>
  onSegment({ files: () => ({}) }, async scene => {
    const [director] = scene.directors
    if (director === undefined) throw new Error('there is one')
    const { daemon, machine } = director
    const begin = (name: string): Daemon & { readonly api: string } => {
      const api = `unix:${join(daemon.rig.directory, name)}`
      const hosts = ['--api-hosts', api.replace('unix:', 'unix://'), '--pprof-disable', '-p']
      return { ...startDaemon(machine, 'gobgpd', ...hosts), api }
    }
    const routesOf = async (api: string): Promise<number | undefined> => {
      const speaker = gobgpSpeaker({ address: api, password: async () => new Uint8Array() })
      try {
        return (await speaker.read()).routes.length
      } catch {
        return undefined
      } finally {
        await speaker.close('keep')
      }
    }
    const answers = (api: string, routes: number): Promise<unknown> =>
      until(
        `${routes} routes at ${api}`,
        () => routesOf(api),
        found => found === routes,
      )
    const [old, other] = [begin('old'), begin('other')]
    try {
      await answers(old.api, 0)
      await answers(other.api, 0)
      daemon.save('slb.toml', text(`gobgp = { address = "${old.api}" }`))
      await director.start()
      await answers(old.api, 1)
      await untilRouted(scene, true)
      await daemon.stop('SIGTERM')
      await answers(old.api, 1)

      old.signal('SIGSTOP')
      daemon.save('slb.toml', text(`gobgp = { address = "${other.api}" }`))
      await director.start()
      await answers(other.api, 1)
      await daemon.logged(/^what slb told the gobgpd at .*old may stand there still/)
      old.signal('SIGCONT')
      // Whoever comes next asks it, and the daemon itself within a minute.
      await daemon.stop('SIGTERM')
      await director.start()
      await answers(old.api, 0)
      await answers(other.api, 1)
      assert.equal(errors(director), [])
    } finally {
      await Promise.all([old.end(), other.end()])
    }
  }))

test.run()
