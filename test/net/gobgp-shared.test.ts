/** A gobgpd that others use, too: slb leaves what is theirs alone, and they see nothing of its marks. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { gobgp } from './candidates.ts'
import { peer, routersAs } from './rows.ts'
import { runOn } from './segment.ts'
import { create } from './speaking.ts'
import { untilEqual } from './until.ts'
import { learnedOf, openWorld } from './world.ts'

test('neighbours and routes of others stay, and are told apart', async () => {
  const world = await openWorld(1)
  const machine = world.fresh()
  const speaker = await gobgp.start(machine, [peer(world.bird.machine)])
  try {
    const cli = async (...words: string[]): Promise<string> => {
      const target = ['-u', '127.0.0.1', '-p', '50051']
      const { status, stdout, stderr } = await runOn(machine, 'gobgp', ...target, ...words)
      assert.is(status, 0, stderr)
      return stdout
    }
    await cli('neighbor', 'add', world.frr.machine.ipv4, 'as', String(routersAs))
    await cli('global', 'rib', 'add', '192.0.2.9/32', 'nexthop', machine.ipv4)
    const row = gobgp.route('192.0.2.1')
    await speaker.make([create(row)])
    const { peers, routes } = await speaker.read()
    assert.equal(
      peers.map(({ address }) => address),
      [world.bird.machine.ipv4],
    )
    assert.equal(routes.map(({ address, owned }) => [address, owned]).sort(), [
      ['192.0.2.1', true],
      ['192.0.2.9', false],
    ])
    const both = ['192.0.2.1/32', '192.0.2.9/32']
    const seen = async () => (await learnedOf(world.bird, both)).map(({ prefix }) => prefix)
    await untilEqual('both are announced', seen, both)
    await speaker.close('withdraw')
    await untilEqual('theirs stays', seen, ['192.0.2.9/32'])
    assert.match(await cli('neighbor'), world.frr.machine.ipv4)
  } finally {
    await speaker.end()
    await world.close()
  }
})

test.run()
