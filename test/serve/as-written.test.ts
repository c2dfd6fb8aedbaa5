/** What is passed over because all is well would have come out as it is written. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isAsWritten } from '../../src/serve/as-written.ts'
import { askedOf } from '../../src/serve/asked.ts'
import type { Circumstances, Verdict } from '../../src/serve/circumstances.ts'
import { emptyOutcome, serveListener } from '../../src/serve/listener.ts'
import { sceneOf } from './scene.ts'

const web = `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.1", { address = "10.0.0.2", weight = 0 }, "10.0.0.3"]
`
const key = 'tcp 192.0.2.10:80'
const backends = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80']
const destinations = backends.map(each => `${key} -> ${each}`)

const some = (keys: readonly string[]): fc.Arbitrary<Set<string>> =>
  fc.subarray([...keys]).map(each => new Set(each))
const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ verdict: 'up' } as const) },
  fc.record({ verdict: fc.constantFrom('up', 'down', 'unknown') }),
  fc.record({ verdict: fc.constant('up' as const), weight: fc.nat(9) }),
)
const amount = fc.oneof(
  fc.nat(4).map(count => ({ count })),
  fc.constantFrom({ share: 0.5 }, { share: 1 }),
)

test('all is well: nothing is otherwise than written', async () => {
  let passed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(verdict, verdict, verdict),
      fc.record({ out: some(destinations), rising: some(destinations), ceased: some([key]) }),
      fc.record({ slowStart: fc.constantFrom(0, 5000), up: amount, down: amount }),
      async (found, remembered, { slowStart, up, down }) => {
        const scene = await sceneOf(web, { slowStart, quorum: { up, down } })
        const row = scene.written.state.service.get(key)
        const care = scene.cares.get(key)
        if (row === undefined || care === undefined) throw new Error('no service')
        const circumstances: Circumstances = {
          verdicts: new Map(backends.map((each, i) => [each, found[i] ?? { verdict: 'up' }])),
          overrides: [],
          memory: {
            ...remembered,
            leaving: new Map(),
            rising: new Map([...remembered.rising].map(each => [each, 0])),
          },
          now: 1000,
        }
        if (!isAsWritten(row, care, circumstances)) return
        passed++
        const outcome = emptyOutcome()
        assert.is(serveListener(row, care, askedOf([]), circumstances, outcome), row)
        const { out, rising, ceased, reasons, waiting } = outcome
        assert.is(out.size + rising.size + ceased.size + reasons.size + waiting.size, 0)
      },
    ),
    { numRuns: 500 },
  )
  assert.ok(passed > 20, `${passed} passed`)
})

test.run()
