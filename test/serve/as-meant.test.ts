/** What is live without what health and operators made of it, and what planning leaves alone for them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Destination } from '../../src/model/rows.ts'
import type { State } from '../../src/model/state.ts'
import { plan } from '../../src/plan/plan.ts'
import { asMeant } from '../../src/serve/as-meant.ts'
import { noMemory } from '../../src/serve/circumstances.ts'
import { ageOf } from '../../src/serve/listener.ts'
import type { Served } from '../../src/serve/serve.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { asking, type Scene, sceneOf, serveWhen } from './scene.ts'

const web = `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.1", { address = "10.0.0.2", weight = 4 }, "10.0.0.3"]
`
const key = 'tcp 192.0.2.10:80'
const [, b, c] = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'] as const

const destinations = (state: State): string =>
  (state.service.get(key)?.destinations ?? [])
    .map(({ address, weight }) => `${address.slice(-1)}=${weight}`)
    .join(' ')

/** The same with other destinations of the one service. */
function having(state: State, change: (rows: readonly Destination[]) => Destination[]): State {
  const service = new Map(state.service)
  for (const [at, row] of service)
    service.set(at, { ...row, destinations: change(row.destinations) })
  return { ...state, service }
}

const meant = (seen: State, { written }: Scene, { wanted: served }: Served): string =>
  destinations(asMeant(seen, { written, served }))

test('what is down, drained or of another weight is meant as it was written', async () => {
  const scene = await sceneOf(web)
  for (const when of [
    { found: { [b]: 'down' } as const },
    { found: {}, overrides: [asking('drain', 'web', '10.0.0.2')] },
    { found: {}, overrides: [asking(9, 'web', '10.0.0.2')] },
    { found: {}, overrides: [asking('drain', 'web')] },
    { found: {}, overrides: [asking('drain')] },
  ]) {
    const served = serveWhen(scene, when)
    assert.is(meant(served.wanted.state, scene, served), '1=1 2=4 3=1')
  }
})

test('so is what drains still', async () => {
  const scene = await sceneOf(web)
  const served = serveWhen(scene, { found: {}, overrides: [asking('drain', 'web', '10.0.0.2')] })
  const seen = having(scene.written.state, rows =>
    rows.map(row => (row.address === '10.0.0.2' ? { ...row, weight: 0 } : row)),
  )
  assert.is(meant(seen, scene, served), '1=1 2=4 3=1')
})

test('a route that asks for other ways is meant as it was written', async () => {
  const scene = await sceneOf(`[bgp]
as = 65000
[bgp.peer.tor]
address = "10.0.0.254"
as = 65001
${web}announce = "bgp"
`)
  const { wanted: served } = serveWhen(scene, {
    found: {},
    overrides: [asking('drain', 'web')],
    memory: { ...noMemory, fresh: false },
  })
  const at = 'route 192.0.2.10/32'
  assert.equal(served.state.route.get(at)?.communities, ['65535:0'])
  const { written } = scene
  assert.equal(asMeant(served.state, { written, served }).route.get(at)?.communities, [])
  const [row] = served.state.route.values()
  const route = new Map(row === undefined ? [] : [[at, { ...row, med: 7 }]])
  const other = asMeant({ ...served.state, route }, { written, served }).route.get(at)
  assert.equal([other?.med, other?.communities], [7, ['65535:0']], 'what others changed stays')
})

test('what others changed stays as it is', async () => {
  const scene = await sceneOf(web)
  const served = serveWhen(scene, { found: { [b]: 'down' } })
  const seen = having(served.wanted.state, ([one, three]) => [
    ...(one ? [{ ...one, weight: 77 }] : []),
    ...(three ? [three] : []),
  ])
  assert.is(meant(seen, scene, served), '1=77 2=4 3=1')
})

test('what has not answered yet stays where it is found in the middle of a drain', async () => {
  const scene = await sceneOf(web)
  const { wanted } = serveWhen(scene, { found: { [b]: 'unknown' } })
  const seen = having(scene.written.state, rows =>
    rows.map(row => (row.address === '10.0.0.2' ? { ...row, weight: 0 } : row)),
  )
  const found = plan({ wanted, seen, ledger: emptyLedger, conflict: 'refuse' })
  assert.equal(
    found.changes.filter(change => change.kind === 'destination'),
    [],
  )
})

test('an address that nobody answers at waits for the drains of its services', async () => {
  const scene = await sceneOf(web, { whenEmpty: 'withdraw' })
  const overrides = [asking('drain', 'web', '10.0.0.1')]
  const { wanted } = serveWhen(scene, { found: { [b]: 'down', [c]: 'down' }, overrides })
  assert.is(wanted.state.address.size, 0)
  const address = 'address slb0 192.0.2.10/32'
  const first = plan({ wanted, seen: scene.written.state, ledger: emptyLedger, conflict: 'refuse' })
  assert.ok(first.changes.some(({ kind, op }) => kind === 'address' && op === 'delete'))
  assert.match(first.pending.find(one => one.key === address)?.reason ?? '', /after the drain of/)
  const gone = having(scene.written.state, () => [])
  const last = plan({ wanted, seen: gone, ledger: emptyLedger, conflict: 'refuse' })
  assert.ok(last.changes.some(({ kind, op }) => kind === 'address' && op === 'delete'))
  assert.equal(last.pending, [])
})

test('a slow start is as old as the weight that it has come to', () => {
  assert.is(ageOf(10, 100, 8000), 0)
  assert.is(ageOf(45, 100, 8000), 3200)
  assert.is(ageOf(100, 100, 8000), undefined)
  assert.is(ageOf(1, 1, 8000), undefined)
})

test.run()
