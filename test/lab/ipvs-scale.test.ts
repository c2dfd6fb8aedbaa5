/** The IPVS table at size, and under a writer that never rests. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ip } from '../../src/model/ip.ts'
import { type Service, serviceId } from '../../src/model/rows.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'
import { backend, building, service } from './ipvs-rows.ts'
import { saved, savedLines } from './ipvsadm.ts'
import { enterFreshNamespace } from './namespace.ts'

const test = suite('ipvs at size')

/** `count` services with ten destinations each, all of them different. */
function many(count: number): Service[] {
  return Array.from({ length: count }, (_, i) => {
    const id = serviceId(
      'tcp',
      'ipv4',
      `10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}` as Ip,
      80,
    )
    const destinations = Array.from({ length: 10 }, (_, k) =>
      backend(id, `172.${16 + (i >> 8)}.${i & 255}.${k}`, { weight: 1 + (i % 9) }),
    )
    return service(id, { destinations })
  })
}

test('10,000 services with 10 destinations each: written, read, and seen by ipvsadm', async () => {
  enterFreshNamespace()
  const table = ipvsTable()
  const rows = many(10_000)
  let turns = 0
  const ticker = setInterval(() => turns++, 1)
  assert.equal(await table.apply(rows.flatMap(building)), [])
  const written = turns
  assert.ok(written > 20, `other work got ${written} turns during the apply`)
  const { service: found } = await table.read()
  assert.ok(turns > written + 20, `other work got ${turns - written} turns during the read`)
  clearInterval(ticker)
  assert.is(found?.size, rows.length)
  for (const row of rows) assert.equal(found?.get(row.id.key), row)
  assert.equal(saved(), rows.flatMap(savedLines).sort())
  table.close()
})

test('rows that nobody touches are never repeated, whoever else writes meanwhile', async () => {
  enterFreshNamespace()
  const table = ipvsTable()
  const rows = many(300)
  await table.apply(rows.flatMap(building))
  const script = 'i=0; while [ $i -lt 40 ]; do ipvsadm -A -f $((1000 + i)); i=$((i + 1)); done'
  const churn = spawn('sh', ['-c', script])
  const ended = once(churn, 'exit')
  while (churn.exitCode === null) {
    const { service: found } = await table.read()
    for (const row of found?.values() ?? []) {
      const places = row.destinations.map(one => `${one.address}:${one.port}`)
      assert.is(new Set(places).size, places.length)
    }
    const named = await table.read({ services: rows.slice(0, 50).map(row => row.id) })
    assert.is(named.service?.size, 50)
  }
  await ended
  const { service: found } = await table.read()
  assert.is(found?.size, 340)
  table.close()
})

test.run()
