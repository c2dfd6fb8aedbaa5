import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { openLoadCache } from '../../src/config/load-cache.ts'
import type { Desired } from '../../src/model/desired.ts'
import type { Wanted } from '../../src/plan/types.ts'
import { want } from '../../src/plan/want.ts'
import type { Wish } from '../../src/plan/want-again.ts'

/** What one service says; each is a file of its own. */
interface Words {
  readonly weight: number
  readonly backends: number
  readonly ports: number
  readonly more: string
}

const words: fc.Arbitrary<Words> = fc.record({
  weight: fc.integer({ min: 0, max: 9 }),
  backends: fc.integer({ min: 0, max: 3 }),
  ports: fc.constantFrom(1, 1, 1, 2),
  more: fc.constantFrom(
    '',
    '',
    'forward = "direct"',
    'persistence = "60s"',
    'snat = true',
    'enabled = false',
    'drain = "5s"',
    'adopt = true',
    'scheduler = "rr"',
    'protocol = "udp"',
    'check = { type = "icmp" }',
    'check = { type = "http" }\nquorum = "50%"',
  ),
})

const textOf = (name: string, { weight, backends, ports, more }: Words): string => {
  const list = Array.from(
    { length: backends },
    (_, i) => `{ address = "10.0.0.${i + 1}", weight = ${weight} }`,
  )
  const port = ports === 1 ? '80' : '[80, 81]'
  return `[service.${name}]\nvip = "192.0.2.${name.length}"\nport = ${port}\n${more}\nbackends = [${list}]\n`
}

const names = ['a', 'bb', 'ccc', 'dddd'] as const
const kernels = [
  '# nothing\n',
  '[kernel]\nip_forward = true\n',
  '[kernel.vs]\nconntrack = "keep"\n',
]

/** One edit: of a service, or of the kernel's settings. */
const edit = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...names), words) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('slb' as const), fc.constantFrom(...kernels)) },
)

/** With plain maps, in their order. */
const spelled = ({ state, policies, names, reasons }: Wanted): unknown => [
  Object.entries(state).map(([kind, rows]) => [kind, [...rows]]),
  [...policies],
  [...names],
  [...reasons],
]

test('after any edits, what is wanted is what is wanted without knowing the state before', async () => {
  let same = 0
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async edits => {
      const cache = openLoadCache()
      const start: Words = { weight: 1, backends: 2, ports: 1, more: '' }
      const files = new Map(names.map(name => [`${name}.toml`, textOf(name, start)]))
      let before: Wish | undefined
      for (const [name, what] of edits) {
        files.set(`${name}.toml`, typeof what === 'string' ? what : textOf(name, what))
        const desired = await loaded(files)
        const wanted = want(desired, before)
        assert.equal(spelled(wanted), spelled(want(desired)))
        if (wanted.state.link === before?.wanted.state.link) same++
        before = { desired, wanted }
      }

      async function loaded(files: ReadonlyMap<string, string>): Promise<Desired> {
        const sources = Array.from(files, ([file, text]) => ({ file, text: Buffer.from(text) }))
        const { desired, diagnostics } = await load(sources, cache)
        if (desired === undefined) throw new Error(JSON.stringify(diagnostics))
        return desired
      }
    }),
  )
  assert.ok(same > 50, `too few of the edits changed rows alone: ${same}`)
})

test.run()
