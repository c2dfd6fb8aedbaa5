/** Verdicts, overrides and time: what comes of them for the destinations of a service. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { keyOf } from '../../src/model/rows.ts'
import { noMemory } from '../../src/serve/circumstances.ts'
import { asking, type Found, sceneOf, serveWhen, weights } from './scene.ts'

const web = `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.1", { address = "10.0.0.2", weight = 4 }, "10.0.0.3"]
`
const [a, b, c] = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'] as const

test('all is well: the wanted rows are the written ones, the very same', async () => {
  const scene = await sceneOf(web)
  for (const when of [{}, { found: {} }]) {
    const { wanted, next } = serveWhen(scene, when)
    assert.is(wanted, scene.written)
    assert.is(next, undefined)
  }
})

test('down is taken away, at once and without consent; the others stay as they are', async () => {
  const scene = await sceneOf(web)
  const served = serveWhen(scene, { found: { [b]: 'down' } })
  assert.is(weights(served), `${a}=1 ${c}=1`)
  const key = 'tcp 192.0.2.10:80 -> 10.0.0.2:80'
  assert.equal([...(served.wanted.down ?? [])], [key])
  assert.ok(served.wanted.agreed?.has(key))
})

test('down is quieted with on_down = "quiesce"', async () => {
  const scene = await sceneOf(web, { onDown: 'quiesce' })
  const served = serveWhen(scene, { found: { [b]: 'down' } })
  assert.is(weights(served), `${a}=1 ${b}=0 ${c}=1`)
  assert.is(served.wanted.down?.size, 0)
})

test('up again brings the written weight back, whatever was in between', async () => {
  const scene = await sceneOf(web, { onDown: 'quiesce' })
  const { memory } = serveWhen(scene, { found: { [b]: 'down' } })
  assert.is(weights(serveWhen(scene, { found: {}, memory })), `${a}=1 ${b}=4 ${c}=1`)
})

test('what nobody has answered for yet gets nothing', async () => {
  const scene = await sceneOf(web)
  assert.is(weights(serveWhen(scene, { found: { [a]: 'unknown' } })), `${b}=4 ${c}=1`)
})

test('an operator’s drain and weight go before verdicts; taken back, nothing of them is left', async () => {
  const scene = await sceneOf(web)
  const overrides = [asking('drain', 'web', '10.0.0.1'), asking(9, 'web', '10.0.0.3')]
  const served = serveWhen(scene, { found: {}, overrides })
  assert.is(weights(served), `${b}=4 ${c}=9`)
  // It is drained, not cut.
  assert.is(served.wanted.down?.size, 0)
  assert.is(weights(serveWhen(scene, { found: { [c]: 'down' }, overrides })), `${b}=4`)
  assert.is(serveWhen(scene, { found: {}, memory: served.memory }).wanted, scene.written)
})

test('without checks, what operators ask for holds as well', async () => {
  const { written } = await sceneOf(web)
  const served = serveWhen(
    { written, cares: new Map() },
    { overrides: [asking('drain', 'web', '10.0.0.2')] },
  )
  assert.is(weights(served), `${a}=1 ${c}=1`)
})

test('a drained service goes with its address, unless another is reached there', async () => {
  const other = '[service.dns]\nvip = "192.0.2.10"\nport = 53\nbackends = ["10.0.0.9"]\n'
  for (const [text, left] of [
    [web, []],
    [web + other, ['address slb0 192.0.2.10/32']],
  ] as const) {
    const { wanted } = serveWhen(await sceneOf(text), { overrides: [asking('drain', 'web')] })
    assert.not(wanted.state.service.has('tcp 192.0.2.10:80'))
    assert.equal([...wanted.state.address.keys()], left)
  }
  const { wanted } = serveWhen(await sceneOf(web + other), { overrides: [asking('drain')] })
  assert.is(wanted.state.service.size + wanted.state.address.size, 0)
})

test('answers say the weight, within bounds; the lowest of several counts', async () => {
  const scene = await sceneOf(web, { weights: { min: 2, max: 50 } })
  const found: Found = { [a]: 700, [b]: 0, [c]: 7 }
  assert.is(weights(serveWhen(scene, { found })), `${a}=50 ${b}=2 ${c}=7`)
})

test('slow start: in ten steps, at the end all of it; not for the first one, and again after a flap', async () => {
  const scene = await sceneOf(web.replace('weight = 4', 'weight = 100'), { slowStart: 10_000 })
  const gone = serveWhen(scene, { found: { [b]: 'down' } })
  let served = serveWhen(scene, { found: {}, memory: gone.memory, now: 5000 })
  const ramp = []
  for (let now = 5000; served.next !== undefined; now = served.next) {
    served = serveWhen(scene, { found: {}, memory: served.memory, now })
    ramp.push(Number(/10.0.0.2:80=(\d+)/.exec(weights(served))?.[1]))
    if (served.next === undefined) break
  }
  assert.equal(ramp, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 100].slice(0, ramp.length))
  assert.is(ramp.at(-1), 100)

  const flapped = serveWhen(scene, { found: { [b]: 'down' }, memory: served.memory, now: 20_000 })
  const again = serveWhen(scene, { found: {}, memory: flapped.memory, now: 21_000 })
  assert.match(weights(again), '10.0.0.2:80=10')

  const none = serveWhen(scene, { found: { [a]: 'down', [b]: 'down', [c]: 'down' } })
  const first = serveWhen(scene, { found: { [a]: 'down', [c]: 'down' }, memory: none.memory })
  assert.is(weights(first), `${b}=100`)
})

test('slow start: one that was away while it was drained comes back slowly, one that never was at once', async () => {
  const scene = await sceneOf(web.replace('weight = 4', 'weight = 100'), { slowStart: 10_000 })
  const overrides = [asking('drain', 'web', '10.0.0.2')]
  const drained = serveWhen(scene, { found: {}, overrides })
  assert.match(weights(serveWhen(scene, { found: {}, memory: drained.memory })), `${b}=100`)
  const away = serveWhen(scene, { found: { [b]: 'down' }, overrides, memory: drained.memory })
  const there = serveWhen(scene, { found: {}, overrides, memory: away.memory })
  assert.match(weights(serveWhen(scene, { found: {}, memory: there.memory })), `${b}=10`)
})

for (const [whenEmpty, below, none] of [
  ['keep', `${a}=1`, ''],
  ['sorry', `${a}=0 10.0.0.99:80=1`, '10.0.0.99:80=1'],
  ['withdraw', `${a}=1`, ''],
] as const)
  test(`below its quorum, when_empty = "${whenEmpty}"`, async () => {
    const { written } = await sceneOf(web)
    const row = [...written.state.service.values()][0]?.destinations[0]
    if (row === undefined) throw new Error('no destination')
    const excuse = { ...row, address: '10.0.0.99' as typeof row.address }
    const scene = await sceneOf(web, {
      whenEmpty,
      quorum: { up: { share: 1 }, down: { count: 2 } },
      sorry: new Map([['tcp 192.0.2.10:80', excuse]]),
    })
    const two = serveWhen(scene, { found: { [c]: 'down' } })
    assert.is(weights(two), `${a}=1 ${b}=4`)
    const one = serveWhen(scene, { found: { [b]: 'down', [c]: 'down' }, memory: two.memory })
    assert.is(weights(one), below)
    assert.is(one.wanted.state.address.size, whenEmpty === 'withdraw' ? 0 : 1)
    const dead = serveWhen(scene, { found: { [a]: 'down', [b]: 'down', [c]: 'down' } })
    assert.is(weights(dead), none)
    // It needs all three to come back.
    const back = serveWhen(scene, { found: { [c]: 'down' }, memory: one.memory })
    assert.is(back.memory.ceased.size, 1)
    assert.is(serveWhen(scene, { found: {}, memory: back.memory }).memory.ceased.size, 0)
  })

test('nobody says sorry while it is not known yet', async () => {
  const { written } = await sceneOf(web)
  const row = [...written.state.service.values()][0]?.destinations[0]
  if (row === undefined) throw new Error('no destination')
  const scene = await sceneOf(web, {
    whenEmpty: 'sorry',
    sorry: new Map([['tcp 192.0.2.10:80', { ...row, address: '10.0.0.99' as typeof row.address }]]),
  })
  const found: Found = { [a]: 'unknown', [b]: 'down', [c]: 'down' }
  assert.is(weights(serveWhen(scene, { found })), '')
})

test('whatever happened before: all up, nothing asked, time passed, and all is as written', async () => {
  const word = fc.constantFrom<Found[string]>('up', 'down', 'unknown', 7)
  const ask = fc.constantFrom(
    asking('drain'),
    asking('drain', 'web'),
    asking('drain', 'web', '10.0.0.1'),
    asking(3, 'web', '10.0.0.2'),
    asking(0, 'web'),
  )
  const event = fc.record({
    found: fc.record({ [a]: word, [b]: word, [c]: word }) as fc.Arbitrary<Found>,
    overrides: fc.array(ask, { maxLength: 2 }),
    wait: fc.integer({ min: 0, max: 3000 }),
  })
  const whenEmpty = fc.constantFrom('keep', 'withdraw') as fc.Arbitrary<'keep' | 'withdraw'>
  const onDown = fc.constantFrom('remove', 'quiesce') as fc.Arbitrary<'remove' | 'quiesce'>
  await fc.assert(
    fc.asyncProperty(fc.array(event), whenEmpty, onDown, async (events, empty, down) => {
      const scene = await sceneOf(web, { slowStart: 2000, whenEmpty: empty, onDown: down })
      let memory = noMemory
      let now = 0
      for (const { found, overrides, wait } of events) {
        const served = serveWhen(scene, { found, overrides, memory, now })
        // No weight without an answer, unless somebody asked for it.
        for (const row of served.wanted.state.service.get('tcp 192.0.2.10:80')?.destinations ?? [])
          if (row.weight > 0) assert.is.not(found[`${row.address}:80`], 'down')
        for (const key of served.wanted.down ?? [])
          assert.not(
            served.wanted.state.service
              .get('tcp 192.0.2.10:80')
              ?.destinations.some(row => keyOf.destination(row) === key),
          )
        ;({ memory } = served)
        now += wait
      }
      ;({ memory } = serveWhen(scene, { found: {}, memory, now }))
      const calm = serveWhen(scene, { found: {}, memory, now: now + 2000 })
      assert.is(calm.wanted, scene.written)
      assert.is(calm.next, undefined)
    }),
  )
})

test.run()
