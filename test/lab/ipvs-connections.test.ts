/** Connections as the kernel counts them, with real traffic. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { keyOf } from '../../src/model/rows.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'
import { backend, building, service, web } from './ipvs-rows.ts'
import { run } from './namespace.ts'
import { withNetwork } from './topology.ts'
import { connect, serveTcp } from './traffic.ts'

test('a live flow counts as active, its persistent client too, and edits leave it alone', () =>
  withNetwork(2, async net => {
    await serveTcp(net, net.backends, 8080)
    run(undefined, 'ip', 'address', 'add', '192.0.2.10/32', 'dev', 'lo')
    const destinations = net.backends.map(machine => backend(web, machine.ipv4))
    const row = service(web, { scheduler: 'rr', persistence: 60, destinations })
    const table = ipvsTable()
    await table.apply(building(row))
    const count = async () => [...((await table.connections?.([web])) ?? [])].sort()
    const idle = { active: 0, inactive: 0, persistent: 0 }
    assert.equal(
      await count(),
      destinations.map(one => [keyOf.destination(one), idle]),
    )
    const flow = await connect(net.client, '192.0.2.10', 80)
    assert.is(await flow.echo('hello'), 'hello')
    const busy = (await count()).filter(([, counts]) => counts.active > 0)
    assert.equal(
      busy.map(([, counts]) => counts),
      [{ active: 1, inactive: 0, persistent: 1 }],
    )
    await table.apply([
      { op: 'update', kind: 'service', row: { ...row, scheduler: 'wlc' }, from: row },
      ...destinations.map(one => ({ op: 'drain', kind: 'destination', row: one }) as const),
    ])
    assert.is(await flow.echo('still here'), 'still here')
    flow.close()
    table.close()
  }))

test.run()
