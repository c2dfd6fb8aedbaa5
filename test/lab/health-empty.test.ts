/** What clients see of a virtual service without quorum: the table of docs/health.md. */
import { networkInterfaces } from 'node:os'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checked, close, one, row, type Scene, serve, two, vip, web } from './checked.ts'
import { until, untilSaved } from './daemon-rig.ts'
import { askNames, connect } from './traffic.ts'

/** Who answers new connections. */
async function whoAnswers({ network }: Scene): Promise<string> {
  return [...new Set(await askNames(network.client, vip, 80, 4))].sort().join(' ')
}

async function faultOf({ network }: Scene): Promise<string> {
  const flow = await connect(network.client, vip, 80, 1000).catch(error => (error as Error).message)
  if (typeof flow === 'string') return flow
  flow.close()
  return 'connected'
}

const isThere = (): boolean =>
  Object.values(networkInterfaces()).some(all => all?.some(({ address }) => address === vip))

async function returns({ network }: Scene, index: number): Promise<void> {
  const backend = network.backends[index]
  if (backend === undefined) throw new Error('there are two')
  network.open.push(await serve(backend))
}

const weightless = (line: string): string => line.replace(/-w 1$/, '-w 0')

test('keep: whoever is up serves on, and with nobody connections are refused at once', () =>
  checked(web('type = "tcp"', 'quorum = 2'), async scene => {
    await close(scene.servers[1])
    await untilSaved(row, one)
    assert.is(await whoAnswers(scene), 'backend1')
    await close(scene.servers[0])
    await untilSaved(row)
    assert.match(await faultOf(scene), 'ECONNREFUSED')
    await returns(scene, 1)
    await untilSaved(row, two)
    assert.is(await whoAnswers(scene), 'backend2')
  }))

test('sorry: below `down` another one answers, from `up` on the backends do; between them it stays', () => {
  const more = 'quorum = { up = 2, down = 1 }\nsorry = "10.2.0.13:8080"'
  const sorry = '-a -t 192.0.2.10:80 -r 10.2.0.13:8080 -m -w 1'
  return checked(
    web('type = "tcp"', more),
    async scene => {
      const { daemon, servers } = scene
      await close(servers[1])
      await untilSaved(row, one)
      assert.is(await whoAnswers(scene), 'backend1')
      await close(servers[0])
      await untilSaved(row, sorry)
      assert.is(await whoAnswers(scene), 'backend3')
      await returns(scene, 0)
      await untilSaved(row, weightless(one), sorry)
      assert.is(await whoAnswers(scene), 'backend3')
      // Nor does a restart make it serve.
      await daemon.stop('SIGKILL')
      await daemon.start()
      assert.is(await whoAnswers(scene), 'backend3')
      assert.match((await daemon.slb('status')).out, '1 of 2 up, needs 2: says sorry')
      await returns(scene, 1)
      await untilSaved(row, one, two)
      assert.is(await whoAnswers(scene), 'backend1 backend2')
    },
    3,
  )
})

test('withdraw: nobody is there at the address, until somebody answers again', () =>
  checked(web('type = "tcp"', 'when_empty = "withdraw"'), async scene => {
    const { daemon, servers } = scene
    await close(servers[0])
    await close(servers[1])
    await daemon.logged(/10\.2\.0\.12:8080.* is down/)
    await untilSaved(row)
    await until('an address withdrawn', () => !isThere())
    const fault = await faultOf(scene)
    assert.match(fault, /silent|EHOSTUNREACH|ENETUNREACH/)
    assert.match((await daemon.slb('status')).out, 'needs 1: its address is withdrawn')
    await returns(scene, 0)
    await untilSaved(row, one)
    assert.is(await whoAnswers(scene), 'backend1')
  }))

test.run()
